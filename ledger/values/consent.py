"""Consent: what people must say before something is done that no rule works out."""

from ledger.errors import ReasonIsMissing, SecondPersonRequired, SelfApproval


def told(reason: str) -> str:
    """A reason that somebody really gave. Raises ReasonIsMissing."""
    if not reason.strip():
        raise ReasonIsMissing()
    return reason


def second_person(first: str | None, second: str | None) -> str:
    """Who stands behind it beside the first; both are ids of actors.

    Raises SecondPersonRequired where one of them is not known, SelfApproval where they are one.
    """
    if not first or not second:
        raise SecondPersonRequired(first=first, second=second)
    if first == second:
        raise SelfApproval(by=second)
    return second
