"""The failure cases by their stable ids: what happens, what must come of it, which tests hold it.

`python -m tests.failure_cases` writes docs/failure-cases.md. A test says which cases it holds by
its name: `test_case_p4_…`, `test_p4_…`, `test_cases_34_and_35_…`, `test_fault_37_…`.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "failure-cases.md"


class Case(NamedTuple):
    """A situation and what must come of it; `waits_for` says why a part of it has no test yet."""

    id: str
    situation: str
    outcome: str
    waits_for: str = ""


CASES: Mapping[str, Sequence[Case]] = {
    "Nights": (
        Case(
            "N1",
            "Two hundred guests ask for the same nights of one unit at once.",
            "One has them; the others are told that they are taken. Nobody pays for nothing.",
        ),
        Case(
            "N3",
            "The same race through two processes, with Redis away and the read models frozen.",
            "The same.",
        ),
        Case(
            "N4",
            "Two commands meet on one stream.",
            "The later one is decided anew, a bounded number of times; the answer is clean.",
        ),
        Case(
            "N6",
            "A hold is extended in the moment in which its time is over.",
            "Whichever is first counts; nights and booking say the same.",
        ),
        Case(
            "N7",
            "A host blocks nights that are held or booked.",
            "Refused, with the list of what is in the way.",
        ),
        Case(
            "N8",
            "A calendar feed brings an item over booked nights; or fails, or is empty.",
            "The reservation stays and the conflict is told of; nothing is removed.",
        ),
        Case(
            "N11",
            "A booking moves over nights of its own; or what it costs more cannot be paid.",
            "It moves in one commit; or it stays as it was.",
        ),
        Case(
            "N12",
            "The pause between guests is shortened while stays are booked.",
            "Booked stays keep what they have.",
        ),
        Case(
            "N14",
            "A unit is moved to another property, or let to fewer people than are coming.",
            "Refused; a unit belongs to its property for ever, and no command moves it.",
        ),
    ),
    "Payment": (
        Case(
            "P1",
            "Success is told before the call that caused it is answered, and before our commit.",
            "It is kept until it can be placed; the stay is confirmed once.",
        ),
        Case(
            "P2",
            "One notice ten times at once, by two addresses, or again after days.",
            "One transition.",
        ),
        Case(
            "P4",
            "Money comes after the hold is over.",
            "If the nights are free the stay is confirmed; otherwise all of it goes back.",
        ),
        Case(
            "P6",
            "No answer comes to a call that moves money.",
            "Its outcome is unknown and looked up; the same key within a day, a look first after.",
        ),
        Case(
            "P7",
            "A worker dies before or after any call or commit.",
            "Another one goes on; nothing is lost and nothing is done twice.",
        ),
        Case(
            "P8",
            "What was paid is a cent off what was asked for.",
            "Nothing is confirmed; the money goes back and the difference is told of.",
        ),
        Case(
            "P9",
            "The guest's bank asks: never answered, answered elsewhere, answered late.",
            "Given up when the longest hold ends; whatever is passed before it counts.",
        ),
        Case(
            "P11",
            "A card is declined five times.",
            "There is no sixth attempt; the nights are free again.",
        ),
        Case(
            "P12",
            "What a bank holds expires early, or cannot be captured after the host accepted.",
            "The host has less time; the stay is not confirmed.",
        ),
        Case(
            "P13",
            "A notice is forged, of another version, unknown, of test money, or for another.",
            "Refused, or stored and told of; nothing changes.",
        ),
        Case(
            "P15",
            "An idempotency key comes again: with another body, in flight, after a refusal.",
            "Refused; waited for; answered as it was at first.",
        ),
        Case(
            "P16",
            "A coupon pays everything; or so little is left that no processor charges it.",
            "Confirmed without a payment, nothing to refund; or refused when it is quoted.",
        ),
    ),
    "Refund": (
        Case(
            "R1",
            "A refund, or the second of two, would exceed what was captured.",
            "Refused; of two at once the later one.",
        ),
        Case("R2", "A refund of a payment that is not completed.", "Refused."),
        Case(
            "R4",
            "A refund fails days after it succeeded.",
            "The payment steps back; the money is owed again and sent another way.",
        ),
        Case(
            "R5",
            "Our balance at the processor is too small for a refund.",
            "It waits, and says so; hosts' payouts that wait beside it are seen as well.",
        ),
        Case(
            "R6",
            "A refund before the transfer, after it, and after the host's bank has the money.",
            "A smaller transfer, a reversal, a debt netted later, never across currencies.",
        ),
        Case(
            "R7",
            "Somebody refunds in the processor's own pages, a part, or during a dispute.",
            "Taken in as it happened; the books agree.",
        ),
        Case(
            "R10",
            "A refund is approved by who asked for it, or after there is less to refund.",
            "Refused.",
        ),
        Case(
            "R11",
            "A stay that a coupon helped to pay is called off, in part or in whole.",
            "The guest has back what they paid; the coupon is restored once.",
        ),
        Case(
            "R12",
            "Refunds in yen, in dinars to the last digit, and to a card that is closed.",
            "Exact in whole units; another way where the card takes nothing.",
        ),
        Case(
            "R13",
            "A refund of a payment that is too old for its card.",
            "Another way.",
        ),
    ),
    "Payout": (
        Case(
            "O1",
            "A dispute is open, or opens while a payout is due, released, or transferred.",
            "It is held; or the money is asked back.",
        ),
        Case(
            "O2",
            "A payout falls due in the night in which the clocks change.",
            "It waits its hours after check-in in local time.",
        ),
        Case(
            "O4",
            "Two workers, or a person and the clock, release one payout.",
            "One transfer.",
        ),
        Case(
            "O5",
            "A payout is released after a part of the stay was refunded.",
            "Worked out anew; nothing is cancelled at zero and owed below it.",
        ),
        Case(
            "O7",
            "More is to be reversed than was transferred, than is there, from a closed account.",
            "No more than is still with the host; the rest is owed.",
        ),
        Case(
            "O8",
            "A long stay ends in its second tranche.",
            "That one is made smaller, later ones are cancelled.",
        ),
        Case(
            "O9",
            "A host changes the bank account between schedule and release.",
            "Held until it is reviewed or time has passed.",
        ),
        Case(
            "O10",
            "Any history of stays, refunds, disputes and payouts.",
            "What was transferred less what came back never exceeds what the host had earned.",
        ),
    ),
    "Dispute": (
        Case(
            "D1",
            "An inquiry, a chargeback, won, lost, accepted, missed, reopened, prevented.",
            "Each way from beginning to end, with its money.",
        ),
        Case(
            "D3",
            "A dispute is lost after the host was paid.",
            "A debt; the host may disagree in a case; to write it off takes two persons.",
        ),
    ),
    "Money": (
        Case(
            "M1",
            "Exchange rates change between quote, payment and refund.",
            "The guest is refunded by the price as it was stored; the result is booked.",
        ),
        Case(
            "M2",
            "The source of rates is away, stale, on a weekend, or wrong by far.",
            "The last good rates, flagged; or only the listing's own currency.",
        ),
        Case(
            "M4",
            "Thirds of nights, totals of one cent, a cent over ten lines, lines below zero.",
            "Each rounding once, by its rule; the parts sum to the whole.",
        ),
        Case(
            "M5",
            "Any rate plan under any policy.",
            "Lines sum to the total, refund and rest to the price, and entries balance.",
        ),
        Case(
            "M6",
            "Every price that was ever stored is worked out again under its version.",
            "The same bytes.",
        ),
        Case(
            "M7",
            "A year of nights, sixteen guests, sixty lines, amounts of eight digits.",
            "Exact.",
        ),
        Case(
            "M9",
            "Seasons overlap or tie, a price on 29 February, a week without a weekend.",
            "One rule for each; a tie is refused when it is saved.",
        ),
    ),
    "Time": (
        Case("T2", "A stay over a change of clocks.", "Nights are dates, never hours by 24."),
        Case(
            "T3",
            "Guest, host and server in three time zones.",
            "Today is the property's.",
        ),
        Case(
            "T6",
            "The clocks of two machines differ; timers fire two days late.",
            "All that is due happens once and in its order.",
        ),
        Case("T7", "Exactly at a boundary, to the second.", "In the guest's favour."),
    ),
    "Supply": (
        Case(
            "V2",
            "A host hides a house, or gives it up, while guests are to come.",
            "It is found no more, and what is booked stays so; it is given up when nobody is to "
            "come, and until then the refusal lists who is.",
        ),
        Case(
            "V3",
            "A document runs out; two reviewers claim a review at once; somebody decides on what "
            "is their own.",
            "What has run out is not approved, and is found no more; one of them has it; refused.",
            "whose part of a reviewer was taken away comes with sign-in",
        ),
        Case(
            "V4",
            "A link to a file is used too late, for another file or for something else; a file is "
            "far too large, a page in a picture, a bomb, or tells where it was taken.",
            "Nothing comes in but what was promised, nothing is overwritten, and nothing is kept "
            "but what we draw anew of the pixels.",
            "whose link it is, asked again when it is used, comes with sign-in",
        ),
        Case(
            "V5",
            "What is material of a house that can be found is changed.",
            "The revision that was approved is served until somebody has looked at the other one.",
        ),
    ),
    "People": (
        Case(
            "X5",
            "Somebody is erased who has written reviews and messages.",
            "Their words are gone; history, and all that is counted from it, stays as it was.",
            "erasing a person as a whole, with what stands in its way, is to come",
        ),
        Case(
            "X6",
            "Markup, a formula or a control character in a message, a review, a case, what a house "
            "is called, or what a calendar calls its items.",
            "It is kept and answered as the words that it is; what nobody could read is refused, "
            "and what a calendar's items are called is not even read.",
        ),
    ),
    "Staff": (
        Case(
            "X10",
            "One person corrects the books alone, by a preview that is old, or by a used link.",
            "Refused: it takes another person, who has seen what it would do now, once.",
        ),
    ),
    "The processor": (
        Case(
            "34",
            "A call to the processor takes effect and is never answered.",
            "It is looked up before it is tried again.",
        ),
        Case(
            "35",
            "The processor is too busy, fails in bursts, or still works on the same key.",
            "Tried again later and later, a bounded time.",
        ),
        Case(
            "36",
            "A worker stands still until the processor has forgotten the key.",
            "It looks first; nothing is made twice.",
        ),
        Case(
            "37",
            "Notices come ten times, in any order, three days late, or never.",
            "It ends as if each had come once and in order.",
        ),
        Case(
            "38",
            "A notice is forged, stale, for another account, or of test money.",
            "Refused with 400, written down, nothing changes.",
        ),
    ),
}

# -- Which tests hold which ------------------------------------------------------------------

ID = r"(?:[nprodmtvx]\d+|3[4-8])"
NAMED_FOR_CASES = re.compile(rf"def (test_(?:s\d+_)?(?:cases?_|faults?_)?({ID}(?:_and_{ID})*)_\w+)")


class Held(NamedTuple):
    """A test, and where it stands."""

    file: str
    test: str


def held() -> dict[str, list[Held]]:
    """The tests that name a case, by its id."""
    found: dict[str, list[Held]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for test, ids in NAMED_FOR_CASES.findall(path.read_text(encoding="utf-8")):
            for name in ids.split("_and_"):
                found[name.upper()].append(Held(path.relative_to(ROOT).as_posix(), test))
    return dict(found)


# -- The page --------------------------------------------------------------------------------


def page() -> str:
    """All cases with their tests, as Markdown."""
    return "\n".join(_page(held())) + "\n"


def _page(tests: Mapping[str, Sequence[Held]]) -> Iterator[str]:
    yield "# Failure cases"
    yield ""
    yield "Generated by `python3 run.py generate` from the names of the tests; do not edit. The ids"
    yield "are stable, their numbering has gaps, and the list is not closed: where you see another"
    yield "case, add it to `tests/failure_cases.py`."
    for matter, cases in CASES.items():
        yield ""
        yield f"## {matter}"
        for case in cases:
            yield ""
            yield f"**{case.id}** {case.situation} → {case.outcome}"
            yield ""
            yield from _tests_of(case, tests.get(case.id, ()))


def _tests_of(case: Case, tests: Sequence[Held]) -> Iterator[str]:
    by_file: dict[str, list[str]] = defaultdict(list)
    for file, test in tests:
        by_file[file].append(test)
    for file, names in by_file.items():
        yield f"- [`{file}`](../{file}): " + ", ".join(f"`{name}`" for name in names)
    if case.waits_for:
        yield f"- Not tested yet: {case.waits_for}."


def main() -> None:
    """Write the page if it is out of date."""
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
        PAGE.write_text(page(), encoding="utf-8")
        sys.stdout.write(f"{PAGE.relative_to(ROOT)}: written\n")


if __name__ == "__main__":
    main()
