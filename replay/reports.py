"""Answers as people read them: tables, amounts set right, dates and months as clerks write them.

Every answer says up to which position of the history it is complete.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

from ledger.events.difference import Mismatch
from ledger.values.money import exponent_of
from projections.balances import TrialBalance
from projections.statements import Payouts, Revenue, RevenueFigures
from projections.timeline import Timeline
from replay.audit import Report
from replay.history.importer import Imported
from replay.listings.importer import Imported as ImportedListings
from replay.listings.rows import RefusedRow as RefusedListing
from replay.rebuild import Rebuilt
from replay.reconcile import Reconciled

ROWS_SHOWN = 20
"""How many refused rows are told on the screen; the report has them all."""

FIGURES = ("captured", "refunded", "retained", "host_fee", "payout")


def trial_balance_text(answer: TrialBalance) -> str:
    """Every account's turnover and balance, and whether both sides agree."""
    rows = [
        (
            total.account,
            total.currency,
            amount(total.debit_minor, total.currency),
            amount(total.credit_minor, total.currency),
            amount(total.balance_minor, total.currency),
        )
        for total in answer.accounts
    ]
    heads = ("Account", "Currency", "Debit", "Credit", "Balance")
    sums = [_sum_of(answer, currency) for currency in sorted({row[1] for row in rows})]
    verdict = (
        "Debit and credit are equal."
        if answer.debit_minor == answer.credit_minor
        else "DEBIT AND CREDIT DIFFER: run `stayledger audit`."
    )
    return f"{table(heads, rows, sums, left=2)}\n\n{verdict} {_as_of(answer.position)}"


def _sum_of(answer: TrialBalance, currency: str) -> tuple[str, ...]:
    totals = [total for total in answer.accounts if total.currency == currency]
    debit = sum(total.debit_minor for total in totals)
    credit = sum(total.credit_minor for total in totals)
    figures = (amount(minor, currency) for minor in (debit, credit, debit - credit))
    return ("Total", currency, *figures)


def revenue_text(answer: Revenue) -> str:
    """What came in, went back and was earned, by month."""
    heads = ("Month", "Captured", "Refunded", "Retained", "Host fee", "Payouts")
    rows = [(row.month, *_figures(row, answer.currency)) for row in answer.rows]
    sums = [("Total", *_figures(answer.total, answer.currency))]
    return f"{table(heads, rows, sums)}\n\n{answer.currency}. {_as_of(answer.position)}"


def _figures(figures: RevenueFigures, currency: str) -> tuple[str, ...]:
    return tuple(amount(getattr(figures, f"{name}_minor"), currency) for name in FIGURES)


def payouts_text(answer: Payouts) -> str:
    """How many payouts were transferred and how much, by month."""
    rows = [
        (row.month, f"{row.count:,}", amount(row.payout_minor, answer.currency))
        for row in answer.rows
    ]
    total = answer.total
    sums = [("Total", f"{total.count:,}", amount(total.payout_minor, answer.currency))]
    told = table(("Month", "Count", "Payouts"), rows, sums)
    return f"{told}\n\n{answer.currency}. {_as_of(answer.position)}"


def timeline_text(answer: Timeline) -> str:
    """What happened, a line for each event."""
    rows = [
        (f"{each.occurred_at:%Y-%m-%d %H:%M}", each.actor, each.sentence)
        for each in answer.happenings
    ]
    told = table(("When (UTC)", "Who", "What"), rows, left=3)
    return f"{told}\n\n{_as_of(answer.position)}"


def rebuilt_text(results: Sequence[Rebuilt]) -> str:
    """What became of each read model."""
    said = {True: "same as before", False: "DIFFERS from before", None: "new"}
    rows = [
        (
            result.name,
            result.digest,
            said[result.agrees],
            f"{result.rows:,}",
            f"{result.events:,}",
            f"{result.seconds:.1f}",
        )
        for result in results
    ]
    heads = ("Read model", "Digest", "Compared", "Rows", "Events", "Seconds")
    return table(heads, rows, left=3)


def audit_text(report: Report) -> str:
    """What an audit found, each finding with the place where it shows."""
    scope = f"{report.events:,} events, {report.checks} invariants, {report.seconds:,.1f} s"
    if report.clean:
        return f"Nothing found: {scope}. {_as_of(report.position)}"
    rows = [
        (
            finding.id,
            "" if finding.position is None else f"{finding.position:,}",
            finding.found,
        )
        for finding in report.violations
    ]
    told = table(("Invariant", "Position", "Found"), rows, left=3)
    sentences = {finding.id: finding.sentence for finding in report.violations}
    explained = "\n".join(f"{name}: {sentence}" for name, sentence in sentences.items())
    return f"{told}\n\n{explained}\n\n{len(rows):,} FINDINGS: {scope}."


def imported_text(imported: Imported, report: str) -> str:
    """What an import came to."""
    refused = len(imported.refused)
    lines = [
        f"{imported.rows:,} rows: {imported.accepted:,} accepted, {refused:,} refused"
        + (f" (see {report})" if refused else ""),
        f"{imported.events:,} events written in {imported.seconds:,.1f} s",
    ]
    if not imported.events and not imported.steps_left:
        lines[1] = "Nothing to do: every step of this file was recorded before."
    for hotel in sorted({added.hotel for added in imported.units_added}):
        of_types = [
            f"{added.room_type} {added.units}"
            for added in imported.units_added
            if added.hotel == hotel
        ]
        lines.append(f"Units added to {hotel}, by room type: {', '.join(of_types)}")
    return "\n".join(lines)


Remark = tuple[int, str, str, str, str]
"""A row that somebody should look at: its line, the listing, the property, what it came to, why."""


def remarks_on(
    refused: Sequence[RefusedListing], imported: ImportedListings | None = None
) -> list[Remark]:
    """Every row of a file of listings that did not come out on sale, or that changed since."""
    remarks = [(one.line, one.listing, "", "refused", one.why) for one in refused]
    if imported is not None:
        for came_to, asides in (
            ("unpublished", imported.unpublished),
            ("changed", imported.changed),
        ):
            remarks += [
                (one.line, one.listing, one.property_id, came_to, one.why) for one in asides
            ]
    return sorted(remarks)


def listings_text(imported: ImportedListings, report: str) -> str:
    """What an import of listings came to, and why those are not on sale that are not."""
    unpublished, refused = len(imported.unpublished), len(imported.refused)
    parts = [
        f"{imported.rows:,} rows: {imported.published:,} published, {unpublished:,} unpublished, "
        f"{refused:,} refused; of {imported.hosts:,} hosts",
        f"{imported.nights_blocked:,} nights are blocked; {imported.amenities_left_out:,} "
        "amenities have no word here and are left out",
        f"{imported.events:,} events written in {imported.seconds:,.1f} s",
    ]
    if not imported.events and not imported.listings_left:
        parts[2] = "Nothing to do: every listing of this file was imported before."
    for came_to, asides in (("unpublished", imported.unpublished), ("changed", imported.changed)):
        for why, count in Counter(one.why for one in asides).items():
            parts.append(f"{count:,} {came_to}: {why}")
    parts += [
        f"line {row.line:,} (listing {row.listing or '?'}) refused: {row.why}"
        for row in imported.refused[:ROWS_SHOWN]
    ]
    if unpublished + refused + len(imported.changed):
        parts.append(f"Row by row: {report}")
    return "\n".join(parts)


def reconciled_text(reconciled: Reconciled) -> str:
    """Whether the processor's books are ours: in each currency, and whatever does not fit."""
    rows = [
        (
            one.currency,
            amount(one.there_minor, one.currency),
            amount(one.here_minor, one.currency),
            amount(one.difference_minor, one.currency),
        )
        for one in reconciled.sums
    ]
    parts = [table(("Currency", "At Stripe", "In our books", "Difference"), rows)]
    if reconciled.queue:
        parts.append(_queue_text(reconciled))
    took_in = (
        f"{reconciled.lost:,} lost notices asked for, {reconciled.closed:,} differences closed"
    )
    waiting = len(reconciled.on_their_way)
    parts.append(
        (f"{len(reconciled.queue):,} DIFFERENCES" if reconciled.queue else "Nothing differs")
        + f": {reconciled.movements:,} movements, {waiting:,} of them on their way; {took_in}."
    )
    return "\n\n".join(parts)


MISFITS = {
    Mismatch.MISSING_HERE: "not in our books",
    Mismatch.MISSING_THERE: "not at Stripe",
    Mismatch.AMOUNT: "another amount",
    Mismatch.CURRENCY: "another currency",
    Mismatch.DUPLICATE: "twice in our books",
}


def _queue_text(reconciled: Reconciled) -> str:
    rows = [
        (
            f"{one.found_at:%Y-%m-%d}",
            one.object_id,
            MISFITS.get(Mismatch(one.kind), one.kind),
            one.detail,
            "" if one.found is None else str(one.found),
            "" if one.expected is None else str(one.expected),
        )
        for one in reconciled.queue
    ]
    heads = ("Found on", "Movement", "What", "Where", "At Stripe", "In our books")
    return table(heads, rows, left=4)


# -- Words and tables -------------------------------------------------------------------


def amount(minor: int, currency: str) -> str:
    """An amount as a clerk writes it: `1,074.58`; a negative one with its sign."""
    exponent = exponent_of(currency)
    return f"{Decimal(minor).scaleb(-exponent):,.{exponent}f}"


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    sums: Sequence[Sequence[str]] = (),
    *,
    left: int = 1,
) -> str:
    """Columns under their heads: the first `left` of them set left, the others right."""
    body = [tuple(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(heads, *body, *sums, strict=True)]
    rule = "─" * (sum(widths) + 2 * (len(widths) - 1))

    def line(cells: Sequence[str]) -> str:
        set_out = (
            cell.ljust(width) if place < left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return "  ".join(set_out).rstrip()

    lines = [line(heads), rule, *map(line, body)]
    if sums:
        lines += [rule, *map(line, sums)]
    return "\n".join(lines)


def _as_of(position: int) -> str:
    return f"Complete up to position {position:,}."
