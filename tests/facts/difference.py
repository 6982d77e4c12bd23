"""What the processor's statement and our books differ by."""

from typing import Any

from ledger.aggregates import postings
from ledger.aggregates.difference import FindDifference
from ledger.events.difference import (
    DifferenceCorrected,
    DifferenceExplained,
    DifferenceFound,
    DifferenceWrittenOff,
    Mismatch,
)
from tests.facts.listing import JUNE_FIRST
from tests.facts.story import CLARA, CORRECTION, DIFFERENCE, DINIS
from tests.facts.values import money


def to_find_difference(**changed: Any) -> FindDifference:
    """The processor paid us 2.50 less than the guest was charged."""
    told: dict[str, Any] = {
        "difference_id": DIFFERENCE,
        "kind": Mismatch.AMOUNT,
        "object_id": "ch_1",
        "source": "stripe",
        "expected": money("410.40 EUR"),
        "found": money("407.90 EUR"),
        "detail": "",
    }
    return FindDifference(**told | changed)


def a_difference(**changed: Any) -> DifferenceFound:
    """A charge brought less than it should have."""
    told = to_find_difference(**changed)
    fields = {name: getattr(told, name) for name in DifferenceFound.__struct_fields__}
    return DifferenceFound(**fields)


def explained() -> DifferenceExplained:
    """Clara found out why."""
    return DifferenceExplained(reason="the processor's fee, which is told a day later")


def difference_corrected() -> DifferenceCorrected:
    """The books were put right."""
    return DifferenceCorrected(correction_id=CORRECTION)


def difference_written_off() -> DifferenceWrittenOff:
    """Clara and Dinis gave the 2.50 up."""
    amount = money("2.50 EUR")
    return DifferenceWrittenOff(
        amount=amount,
        reason="not worth asking for",
        proposed_by=CLARA.id,
        approved_by=DINIS.id,
        effective_on=JUNE_FIRST,
        entries=(postings.difference_written_off(amount),),
    )
