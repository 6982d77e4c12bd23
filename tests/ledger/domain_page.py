"""The rows of the domain page, written down once more: what the lifecycle tables are held against.

Each line: id, the states it leaves from, the roles that may act, the states it leads to. `-` is
"before the first event", `same` a step that does not change the state. Where our table says
something else than the page, the page's word stands in `DIFFERENCES` with the reason.
"""

from typing import NamedTuple


class PageRow(NamedTuple):
    """One row, as data."""

    id: str
    before: frozenset[str]
    actors: frozenset[str]
    after: frozenset[str]


def _rows(text: str) -> dict[str, PageRow]:
    rows = {}
    for line in text.strip().splitlines():
        name, before, roles, after = (cell.strip() for cell in line.split("|"))
        rows[name] = PageRow(name, _set(before), frozenset(roles), _set(after))
    return rows


def _set(cell: str) -> frozenset[str]:
    return frozenset(cell.split())


PAGE = {
    "unit_calendar": _rows("""
        UC1   | free                                                 | X  | hold
        UC2   | hold                                                 | X  | hold
        UC3   | hold                                                 | X  | hold
        UC4   | hold                                                 | X  | reservation
        UC5   | hold                                                 | T  | free
        UC6   | hold                                                 | GX | free
        UC7   | free                                                 | X  | reservation
        UC8   | reservation                                          | X  | free
        UC8h  | reservation                                          | X  | host_block
        UC9   | reservation                                          | X  | same
        UC10  | free                                                 | H  | host_block
        UC11  | host_block                                           | HO | free
        UC12  | free hold reservation host_block external_block      | X  | external_block
        UC12c | free hold reservation host_block external_block      | X  | same
        UC13  | external_block                                       | X  | free
        UC14  | free                                                 | HO | inactive
    """),
    "booking": _rows("""
        BK1   | -                                | G  | pending_payment
        BK2   | pending_payment                  | X  | confirmed
        BK2z  | pending_payment                  | X  | confirmed
        BK3   | pending_payment                  | X  | awaiting_host
        BK4   | awaiting_host                    | HO | accepting
        BK5   | accepting                        | X  | confirmed
        BK6   | accepting                        | X  | awaiting_host declined
        BK7   | awaiting_host                    | HO | declined
        BK8   | awaiting_host                    | G  | withdrawn
        BK9   | awaiting_host pending_payment    | T  | expired
        BK10  | pending_payment                  | G  | abandoned
        BK11  | confirmed in_stay                | X  | same
        BK12  | confirmed                        | TH | in_stay
        BK13  | in_stay                          | TH | completed
        BK14  | confirmed                        | G  | cancelled_by_guest
        BK15  | confirmed                        | H  | cancelled_by_host
        BK16  | confirmed in_stay                | SO | cancelled_by_platform
        BK17  | in_stay                          | GS | curtailed
        BK18  | in_stay                          | H  | no_show
        BK19  | no_show                          | S  | in_stay completed
    """),
    "payment": _rows("""
        PM1   | -                                    | X   | pending
        PM2   | pending                              | GX  | processing
        PM3   | processing                           | P   | requires_action
        PM4   | requires_action                      | PG  | processing
        PM5   | processing                           | P   | authorized
        PM6   | authorized                           | X   | processing
        PM7   | processing                           | P   | completed
        PM8   | processing requires_action           | P   | failed
        PM9   | failed                               | G   | pending
        PM10  | pending requires_action processing   | GTX | cancelled
        PM11  | authorized                           | X   | cancelled
        PM11e | authorized                           | P   | cancelled
        PM12  | completed partially_refunded         | X   | partially_refunded refunded
        PM13  | refunded partially_refunded          | P   | partially_refunded completed
        PM14  | processing                           | T   | same
    """),
    "refund": _rows("""
        RF1   | -                                    | XSHF | requested
        RF2   | requested                            | X    | approved
        RF3   | requested                            | X    | awaiting_approval
        RF4   | awaiting_approval                    | FO   | approved
        RF5   | awaiting_approval                    | FO   | rejected
        RF6   | approved                             | X    | submitting
        RF7   | submitting                           | PT   | pending
        RF8   | pending                              | P    | succeeded
        RF9   | pending succeeded                    | P    | failed
        RF10  | failed                               | F    | submitting
        RF11  | failed                               | F    | needs_alternative
        RF11s | needs_alternative                    | F    | settled_alternatively
        RF12  | requested awaiting_approval approved | XF   | cancelled
        RF13  | -                                    | P    | external_detected
        RF13c | external_detected                    | F    | succeeded
    """),
    "payout": _rows("""
        PO1   | -                            | X  | scheduled
        PO2   | scheduled due                | XF | on_hold
        PO3   | on_hold                      | XF | scheduled due
        PO4   | scheduled                    | T  | due
        PO5   | due                          | XF | releasing
        PO6   | releasing                    | P  | transferred
        PO7   | releasing                    | P  | failed
        PO7u  | releasing                    | T  | same
        PO8   | failed                       | XF | releasing
        PO9   | transferred partly_reversed  | XF | same
        PO9r  | transferred partly_reversed  | P  | partly_reversed reversed
        PO10  | scheduled on_hold due        | X  | same
        PO10z | scheduled on_hold due        | X  | cancelled
    """),
    "provider": _rows("""
        PR1   | -                                      | H  | draft
        PR6   | draft                                  | X  | verified
        PR7   | draft reverification_due               | X  | rejected
        PR8   | rejected                               | O  | draft
        PR9   | verified                               | TP | reverification_due
        PR10  | reverification_due                     | X  | verified
        PR11  | reverification_due                     | T  | suspended
        PR12  | verified reverification_due            | OX | suspended
        PR13  | suspended                              | O  | verified
        PR14  | draft verified reverification_due suspended rejected | HO | closed
    """),
    "verification": _rows("""
        PR2   | - changes_requested | H | submitted
        PR3   | submitted           | V | in_review
        PR4   | in_review           | V | submitted
        PR4t  | in_review           | T | submitted
        PR5   | in_review           | V | changes_requested
        PR6   | in_review           | V | approved
        PR7   | in_review           | V | rejected
    """),
    "property": _rows("""
        PY1   | -                            | H  | draft
        PY6   | draft                        | X  | approved
        PY7   | draft                        | X  | archived
        PY8   | approved unlisted            | HX | published
        PY9   | published                    | H  | unlisted
        PY10  | published unlisted approved  | O  | suspended
        PY11  | suspended                    | O  | unlisted
        PY12  | published unlisted           | H  | same
        PY13  | published unlisted suspended | X  | same
        PY13r | published unlisted suspended | X  | same
        PY14  | draft approved unlisted      | HO | archived
        PY14s | suspended                    | O  | archived
    """),
    "dispute": _rows("""
        DI1   | -                             | P  | opened
        DI2   | -                             | P  | evidence_due
        DI3   | opened                        | P  | evidence_due
        DI4   | opened evidence_due           | SF | submitted
        DI5   | evidence_due                  | F  | accepted
        DI5l  | accepted                      | P  | lost
        DI6   | evidence_due                  | TP | lost
        DI7   | submitted                     | P  | won
        DI8   | submitted                     | P  | lost
        DI9   | opened                        | P  | closed_no_loss
        DI10  | opened evidence_due submitted | P  | prevented
        DI11  | won                           | P  | evidence_due
    """),
    "review": _rows("""
        RV1  | -                | X  | open
        RV2  | open             | G  | guest_in
        RV2h | open             | H  | host_in
        RV3  | guest_in         | G  | same
        RV3h | host_in          | H  | same
        RV4  | host_in          | G  | published
        RV4h | guest_in         | H  | published
        RV5  | guest_in host_in | T  | published
        RV6  | open             | T  | expired
        RV7  | -                | X  | void
        RV8  | published        | GH | same
    """),
}
"""Every row of the page, by aggregate; two-step rows are written as their two steps."""

LIVING = "draft verified reverification_due rejected suspended"
LISTED = "draft approved published unlisted suspended"

OURS = {
    "attestation": _rows("AT1 | - | OX | attested"),
    "tariff": _rows("""
        TF1 | - in_force | HO | in_force
        TF2 | - in_force | O  | in_force
    """),
    "coupon": _rows("""
        CP1 | -           | FO | open
        CP2 | open        | X  | same
        CP3 | open closed | X  | same
        CP4 | open        | FO | closed
    """),
    "guest": _rows("GU1 | - known | X | known"),
    "document": _rows("""
        DC1  | -                         | H     | announced
        DC2  | announced                 | HX    | uploaded
        DC3  | uploaded                  | X     | scanned
        DC4  | scanned                   | VX    | accepted
        DC5  | announced uploaded        | X     | refused
        DC6  | scanned accepted          | VO    | refused
        DC7  | scanned accepted expired  | HVSFO | same
        DC8  | accepted                  | T     | expired
        DC9  | scanned accepted refused expired withdrawn | X | same
        DC10 | refused expired withdrawn | X     | purged
        DC11 | announced uploaded scanned accepted | H | withdrawn
    """),
    "alteration": _rows("""
        AL1   | - applied declined withdrawn expired failed | GH | proposed
        AL2   | proposed           | GH | accepted
        AL3   | proposed           | GH | declined
        AL4   | proposed           | GH | withdrawn
        AL5   | proposed           | T  | expired
        AL6   | accepted           | X  | settling
        AL7   | settling           | X  | applied
        AL8   | accepted settling  | X  | failed
    """),
    "unit_calendar": _rows("""
        UC0   | -          | HOX | free
        UC11o | host_block | O   | free
        UC13c | free       | X   | same
        UC14x | free       | X   | inactive
        UC15  | inactive   | HOX | free
        UC16  | free       | X   | same
    """),
    "calendar_feed": _rows("""
        CF1 | -               | H  | reading
        CF2 | reading failing | X  | same
        CF3 | failing         | X  | reading
        CF4 | reading         | X  | failing
        CF5 | reading failing | HO | removed
    """),
    "booking": _rows("""
        BK2r  | expired   | X | confirmed
        BK15p | confirmed | H | same
        BK15w | confirmed | S | cancelled_by_host
        BK20  | in_stay completed curtailed no_show cancelled_by_guest cancelled_by_host cancelled_by_platform | TX | same
        BK21  | confirmed in_stay completed curtailed no_show cancelled_by_guest cancelled_by_host cancelled_by_platform | X | same
        BK22  | confirmed in_stay completed curtailed no_show cancelled_by_guest cancelled_by_host cancelled_by_platform | X | same
    """),  # noqa: E501 - one row, one line
    "payment": _rows("""
        PM15 | completed partially_refunded refunded | P | same
        PM16 | pending processing requires_action authorized completed failed cancelled partially_refunded refunded | X | same
        PM17 | completed partially_refunded refunded | X | same
        PM18 | completed partially_refunded refunded | X | same
        PM19 | completed partially_refunded refunded | X | same
        PM20 | pending                               | X | same
        PM22 | processing requires_action failed     | GTX | same
        PM23 | cancelled failed                      | P | same
        PM21 | -                                     | X | completed
    """),  # noqa: E501 - one row, one line
    "unapplied_receipt": _rows("""
        UR1 | -                                         | PX | detected
        UR2 | detected return_failed                    | XF | returning
        UR3 | returning                                 | P  | returned
        UR4 | returning                                 | P  | return_failed
        UR5 | detected                                  | X  | adopted
        UR6 | detected returning return_failed returned settled_by_dispute needs_alternative settled_alternatively | P  | same
        UR7 | returned                                  | P  | return_failed
        UR8 | detected returning return_failed returned settled_by_dispute needs_alternative settled_alternatively | X  | same
        UR9 | detected return_failed needs_alternative  | X  | settled_by_dispute
        UR10 | detected return_failed needs_alternative | X  | same
        UR11 | return_failed                            | F  | needs_alternative
        UR12 | needs_alternative                        | F  | settled_alternatively
    """),  # noqa: E501 - one row, one line
    "refund": _rows("""
        RF14 | pending                            | P | pending
        RF15 | approved failed needs_alternative | X | settled_alternatively
        RF16 | external_detected                  | F | external_detected succeeded
        RF17 | failed needs_alternative           | F | settled_alternatively
        RF18 | failed needs_alternative           | F | failed
        RF19 | external_detected                  | P | cancelled
    """),
    "property": _rows(f"""
        PY15  | draft    | H | same
        PY16  | {LISTED} | H | same
        PY17  | {LISTED} | O | same
        PY18  | {LISTED} | O | same
        PY19  | draft    | O | same
        PY20  | approved published unlisted suspended | T | same
        PY12a | approved | H | same
        PY13a | approved | X | same
        PY13b | approved | X | same
    """),
    "provider": _rows(f"""
        PR7s  | suspended | X | rejected
        PR10s | suspended | X | verified
        PR15  | draft    | O | verified
        PR16  | {LIVING} | P | same
        PR17  | {LIVING} | P | same
        PR18  | {LIVING} | P | same
        PR19  | {LIVING} | P | same
        PR20  | {LIVING} | F | same
        PR21  | {LIVING} | X | same
        PR22  | reverification_due | T | same
    """),
    "host_debt": _rows("""
        HD1   | - clear owing | X  | owing
        HD2   | owing         | X  | clear owing
        HD3   | owing         | X  | clear owing
        HD4   | owing         | F  | same
        HD5   | owing         | FO | clear owing
        HD6   | clear owing   | FO | same
        HD7   | owing         | X  | clear owing
    """),
    "bank_payout": _rows("""
        BP1   | -                              | P | pending
        BP2   | pending                        | P | in_transit
        BP3   | pending in_transit             | P | paid
        BP4   | pending in_transit paid failed | P | failed
        BP5   | pending canceled               | P | canceled
    """),
    "own_transfer": _rows("""
        OT1 | -    | P | made
        OT2 | made | P | returned
    """),
    "conversation": _rows("""
        CV1 | -      | X   | open
        CV2 | open   | GHS | same
        CV3 | locked | S   | same
        CV4 | open   | SO  | locked
    """),
    "support_case": _rows("""
        SC1 | -                     | GHS | open
        SC2 | open reopened         | S   | waiting
        SC3 | waiting               | GH  | open
        SC4 | open reopened waiting | SF  | resolved
        SC5 | resolved              | GHS | reopened
    """),
    "correction": _rows("""
        CO1 | -                      | F  | drafted
        CO2 | drafted                | F  | awaiting_second_person
        CO3 | awaiting_second_person | FO | applied
        CO4 | awaiting_second_person | FO | refused
    """),
    "damage_claim": _rows("""
        DM1  | - withdrawn           | H   | opened
        DM2  | opened                | G   | agreed
        DM3  | opened                | G   | escalated
        DM4  | opened                | T   | escalated
        DM5  | opened escalated      | H   | withdrawn
        DM6  | escalated             | SF  | decided
        DM7  | escalated unpaid      | SF  | dismissed
        DM8  | agreed decided unpaid | XSF | charging
        DM9  | charging              | X   | charged
        DM10 | charging              | XT  | unpaid
    """),
    "review": _rows("""
        RV9  | published | SO | same
        RV10 | published | SO | same
    """),
    "tax_account": _rows("""
        TA1 | - open proposed | X  | open proposed
        TA2 | - open proposed | X  | open proposed
        TA3 | - open          | F  | proposed
        TA4 | proposed        | FO | open
        TA5 | proposed        | FO | open
    """),
    "difference": _rows("""
        DF1 | - mismatched explained corrected matched written_off | XPT | mismatched
        DF2 | mismatched                                           | FS  | explained
        DF3 | mismatched                                           | XF  | corrected
        DF4 | mismatched                                           | F   | written_off
        DF5 | mismatched                                           | X   | matched
    """),
    "payout": _rows("""
        PO11 | on_hold                     | XF | on_hold
        PO12 | on_hold                     | XF | on_hold
        PO13 | due                         | XF | cancelled
        PO14 | failed                      | XF | cancelled
        PO15 | failed                      | X  | same
        PO16 | failed                      | X  | cancelled
        PO17 | transferred partly_reversed | P  | same
    """),
    "dispute": _rows("""
        DI12 | submitted                            | P | evidence_due
        DI13 | submitted                            | P | closed_no_loss
        DI14 | evidence_due submitted accepted      | P | same
        DI15 | evidence_due submitted won prevented | P | same
        DI16 | opened evidence_due submitted        | P | submitted
        DI17 | submitted                            | P | opened evidence_due
        DI18 | evidence_due                         | P | won
        DI19 | opened evidence_due submitted accepted won lost closed_no_loss prevented | P | same
    """),
}
"""Rows that the page takes for granted and we had to write: a beginning, money that is earned or
becomes usable (postings J4, J5 and J9), what a payment must know of its refunds, its disputes
and its intent, and money that came without a place, which the page draws without a table. A
provider can be vouched for (PR15), because history from outside, and whoever is here before the
review graph is, was verified elsewhere; PR16 to PR21 are the page's payout account, which is a
mirror and leaves the provider's own state alone. Of a host's debt the page has the postings only
(J16, J17), of a tax account too (J24), of bank payouts the states (section 7), and so of the
machines of section 10. RF15 is owed no more where the guest has it by a dispute that was lost,
RF16 to RF18 where they have it, or a part, by a refund that somebody made at the processor's own
desk; RF19 is one of those that came back before anybody explained it. RF14 is what a processor
adds to a refund that is under way. Between what is agreed or decided of a damage claim and its
charge the guest is asked for the money, and may leave it unpaid. A payout may have several
reasons to be held, be netted whole against what its host owes, shrink after it failed, and not
come back. The money of a dispute moves in balance transactions of its own, and an inquiry that
was answered still ends both ways; an answer is ours first and the processor's then, and a bank
may decide without one.
"""

DIFFERENCES = {
    "PR1": '"No other open provider for this user": one person is one id here, and registers once;'
    " who owns which company only sign-in can tell.",
    "PR3": '"Or related": the ledger knows of no kinship; a reviewer is not the host, and a second'
    " person overrides.",
    "PR6": "PR2 to PR7 and PY2 to PY7 are one graph, written once as the review of a provider or of"
    " a property's revision (`verification`). What it comes to is the subject's own step, by a"
    " process in the same commit: PR6, PR7 and PR10, PY6, PY7 and PY13.",
    "PR7": "Who is rejected when they were to be renewed is rejected like any other.",
    "PY14": "From `suspended` only an operator archives, which is a row of its own, PY14s.",
    "PO9": "A reversal is two steps, as every call: ordered by us, then a fact of the processor.",
    "DI10": '"Any" is any state that is not an end: what is won, lost or closed is prevented no'
    " more.",
    "BK13": "The page lets only the clock end a stay; history knows guests who left before their"
    " last day, so a host may say so too. The clock is held to check-out in `processes`.",
    "PM16": "From any state, so that whoever is not completed refuses by the page's own code,"
    " REFUND_NOT_COMPLETED_PAYMENT, and the audit judges it by what was captured.",
    "UC1": "That a guest has fewer than three live holds is asked by the guest's own stream, GU1,"
    " in the same commit: holds of one guest stand in calendars that do not know each other.",
    "UC11": "The page lets operators lift a host-cancel block by the same step; with its reason it"
    " is a step of its own, UC11o, so that the table and not a field of the command says who may.",
    "UC12": "A conflict changes nothing, so in the table, as UC12c, it leaves the state as it was.",
}
"""Where our table departs from the page's own words, and why."""

PLANNED: dict[str, int] = {}
"""How many rows of a table are not built yet: building one means changing its number here."""
