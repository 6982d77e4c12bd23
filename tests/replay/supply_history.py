"""What can happen to somebody who asks to host, and to what they let, before any guest comes."""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ledger import processes
from ledger.aggregates.property import (
    ArchiveProperty,
    BlockListing,
    PublishProperty,
    ReinstateProperty,
    SuspendProperty,
    UnblockListing,
    UnlistProperty,
    VouchForProperty,
)
from ledger.aggregates.provider import CloseProvider
from ledger.aggregates.verification import verification_of
from ledger.draft import Plan
from ledger.events import Actor
from ledger.quotes import set_rates
from ledger.values.files import Purpose
from ledger.values.ids import DocumentId, HostId, PropertyId, derived_id
from ledger.values.listing import PHOTOS_NEEDED, Facts, Moderation
from ledger.values.verification import (
    HOST_TERMS,
    ChangeWanted,
    RejectReason,
    Subject,
)
from tests.facts import (
    A_NATURAL_PERSON,
    MARTA,
    OPERATOR,
    VERA,
    a_description,
    all_checks,
    an_id,
    other_facts,
    sent_and_accepted,
    sent_and_read,
    some_facts,
    some_rates,
    to_register,
)

if TYPE_CHECKING:
    from tests.replay.small_history import History

ANA, ANDRE = HostId(an_id("Ana")), HostId(an_id("André"))
MILL, BARN = PropertyId(an_id("the mill")), PropertyId(an_id("the barn"))
DAY = timedelta(days=1)
ROAD = "Estrada das Azenhas 3"


def supply(history: "History") -> None:
    """Ana is verified, for some weeks, and lets a mill; André is rejected, and so is his barn."""
    verify(history)
    let_a_mill(history)
    reject(history)
    history.do(ANA, partial(processes.ask_for_renewal, host_id=ANA))


def register(history: "History", host_id: HostId) -> None:
    """Ask to host, and send an identity card that is good for three weeks."""
    host = Actor("H", host_id)
    history.take(host_id, (host, to_register(host_id=host_id)))
    card, until = card_of(host_id), history.clock.now.date() + 21 * DAY
    sent = sent_and_accepted(document_id=card, host_id=host_id, expires_on=until)
    history.take(card, *sent)


def card_of(host_id: HostId) -> DocumentId:
    """The identity card of a host."""
    return DocumentId(an_id(f"card of {host_id}"))


def submit(history: "History", host_id: HostId) -> None:
    """Ask for a review of oneself, by one's identity card."""
    ask = partial(
        processes.submit_provider,
        host=Actor("H", host_id),
        host_id=host_id,
        legal=replace(A_NATURAL_PERSON, record=history.says(host_id, f"{ROAD}, {host_id}")),
        documents=(card_of(host_id),),
        terms=HOST_TERMS,
    )
    history.do(host_id, lambda draft: _drop(ask(draft)))


def claim(history: "History", case_id: str, number: int = 1) -> None:
    """Vera takes a review on."""
    review = verification_of(case_id, number)
    history.do(case_id, partial(processes.claim_review, reviewer=VERA, verification_id=review))


def approve(history: "History", case_id: str, subject: Subject, number: int = 1) -> None:
    """Vera finds everything to be so."""
    claim(history, case_id, number)
    yes = partial(
        processes.approve_verification,
        reviewer=VERA,
        verification_id=verification_of(case_id, number),
        checks=all_checks(subject),
    )
    history.do(case_id, yes)


def verify(history: "History") -> None:
    """Ana is sent back once, and verified then; one review is given back undecided."""
    register(history, ANA)
    submit(history, ANA)
    review = verification_of(ANA, 1)
    claim(history, ANA)
    give_back = partial(processes.release_review, reviewer=VERA, verification_id=review)
    history.do(ANA, give_back)
    claim(history, ANA)
    change = ChangeWanted("not_readable", card_of(ANA))
    sent_back = partial(
        processes.request_changes, reviewer=VERA, verification_id=review, changes=(change,)
    )
    history.do(ANA, sent_back)
    submit(history, ANA)
    approve(history, ANA, Subject.PROVIDER)


def draft_a_house(history: "History", property_id: PropertyId, host_id: HostId) -> None:
    """Say what a house is, and ask for a review of it."""
    host = Actor("H", host_id)
    create = partial(
        processes.create_property,
        host=host,
        property_id=property_id,
        host_id=host_id,
        currency="EUR",
    )
    history.do(property_id, create)
    described = a_description(
        photos=photograph(history, property_id, host_id),
        words=history.says(host_id, f"A quiet place\nNothing but water and wind at {property_id}."),
    )
    facts = at_its_address(history, host_id, some_facts())
    steps: tuple[Plan, ...] = (
        partial(processes.state_facts, host=host, property_id=property_id, facts=facts),
        partial(
            processes.describe_property,
            host=host,
            property_id=property_id,
            description=described,
        ),
        lambda draft: _drop(set_rates(draft, property_id, some_rates())),
    )
    history.do(property_id, *steps)
    submit_house(history, property_id, host)


def at_its_address(history: "History", host_id: HostId, facts: Facts) -> Facts:
    """The facts of a house, whose address is in the vault."""
    address = history.says(host_id, f"{ROAD}, house of {host_id}")
    return replace(facts, place=replace(facts.place, address=address))


def photograph(
    history: "History", property_id: PropertyId, host_id: HostId
) -> tuple[DocumentId, ...]:
    """Send as many photos of a house as are needed."""
    photos = [DocumentId(derived_id(property_id, "photo", each)) for each in range(PHOTOS_NEEDED)]
    for photo in photos:
        sent = sent_and_read(
            document_id=photo,
            host_id=host_id,
            property_id=property_id,
            purpose=Purpose.PHOTO,
            expires_on=None,
        )
        history.take(photo, *sent)
    return tuple(photos)


def submit_house(
    history: "History", property_id: PropertyId, host: Actor, *documents: DocumentId
) -> None:
    """Ask for a review of a house, or of what is to be changed of it."""
    ask = partial(
        processes.submit_property,
        host=host,
        property_id=property_id,
        documents=documents,
        terms=HOST_TERMS,
    )
    history.do(property_id, lambda draft: _drop(ask(draft)))


def let_a_mill(history: "History") -> None:
    """The mill is let, hidden, revised, suspended, and in the end let no more."""
    host = Actor("H", ANA)
    draft_a_house(history, MILL, ANA)
    approve(history, MILL, Subject.PROPERTY)
    history.take(
        MILL,
        (host, PublishProperty(property_id=MILL, hindrances=())),
        (OPERATOR, BlockListing(property_id=MILL, reason=Moderation.MISLEADING)),
        (OPERATOR, UnblockListing(property_id=MILL, cleared_by="photos replaced")),
    )
    revise(history, host)
    history.take(
        MILL,
        (OPERATOR, SuspendProperty(property_id=MILL, reason=Moderation.UNSAFE)),
        (OPERATOR, ReinstateProperty(property_id=MILL, cleared_by="inspected", operator=MARTA)),
        (host, PublishProperty(property_id=MILL, hindrances=())),
        (host, UnlistProperty(property_id=MILL)),
        (host, ArchiveProperty(property_id=MILL, obligations=())),
    )


def revise(history: "History", host: Actor) -> None:
    """More people are proposed and approved, by a deed that soon runs out; another register number
    is proposed and rejected.
    """
    larger = at_its_address(history, ANA, other_facts())
    for number, facts in ((2, larger), (3, replace(larger, registration="67890/AL"))):
        propose = partial(processes.state_facts, host=host, property_id=MILL, facts=facts)
        history.do(MILL, propose)
        submit_house(history, MILL, host, *deeds(history, number))
        if number == 2:
            approve(history, MILL, Subject.PROPERTY, number)
            history.do(MILL, partial(processes.ask_for_papers, property_id=MILL))
        else:
            say_no(history, MILL, number)


def deeds(history: "History", number: int) -> tuple[DocumentId, ...]:
    """What shows that Ana may let the mill to more people, for three weeks."""
    if number != 2:
        return ()
    deed = DocumentId(an_id("the deed of the mill"))
    sent = sent_and_accepted(
        document_id=deed,
        host_id=ANA,
        property_id=MILL,
        purpose=Purpose.RIGHT_TO_LET,
        expires_on=history.clock.now.date() + 21 * DAY,
    )
    history.take(deed, *sent)
    return (deed,)


def say_no(history: "History", case_id: str, number: int = 1) -> None:
    """Vera says no."""
    claim(history, case_id, number)
    no = partial(
        processes.reject_verification,
        reviewer=VERA,
        verification_id=verification_of(case_id, number),
        reason=RejectReason.NOT_AS_DESCRIBED,
    )
    history.do(case_id, no)


def reject(history: "History") -> None:
    """André is rejected, and may ask again; so is his barn, for good, and then he leaves."""
    register(history, ANDRE)
    submit(history, ANDRE)
    say_no(history, ANDRE)
    again = partial(processes.reopen_provider, operator=OPERATOR, host_id=ANDRE, appeal="case 21")
    history.do(ANDRE, again)
    draft_a_house(history, BARN, ANDRE)
    vouch = VouchForProperty(
        property_id=BARN, items=("photos",), reason="seen there", source="his own page"
    )
    history.take(BARN, (OPERATOR, vouch))
    say_no(history, BARN)
    history.take(ANDRE, (Actor("H", ANDRE), CloseProvider(host_id=ANDRE, obligations=())))


def renew_never(history: "History") -> None:
    """Ana is reminded, and when her card has run out she is suspended."""
    history.do(ANA, partial(processes.remind_of_renewal, host_id=ANA))
    history.do(ANA, partial(processes.miss_renewal, host_id=ANA))


def _drop(_answer: str | int) -> None:
    """A plan answers nothing."""
