"""Every entry is what its posting rule makes of what happened: a second opinion on the books.

The tables stand in `book`, and are read in `legs`; `agreed` has what was agreed, by letter; `books`
holds entries against both; one file for each matter knows which events agree, and which book.
"""

from replay.rules.postings_follow_their_rules.rule import PostingsFollowTheirRules

__all__ = ["PostingsFollowTheirRules"]
