"""Which commands a listing comes to: those that its host, an operator and a reviewer give at doors.

A host is taken in before their first listing. A listing takes its steps in this order, each all or
nothing: it can be found when all of its calendar is blocked that has to be. Where the file has no
price, only the first two are taken: a draft waits for its host to set rates, and has no calendar
whose nights could be blocked.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import assert_never

import msgspec
from msgspec import Struct

from ledger import processes
from ledger.aggregates.provider import RecordPayoutAccount, Standing
from ledger.aggregates.unit_calendar import BlockNights
from ledger.draft import Draft, Plan
from ledger.events import Actor, Role
from ledger.quotes import set_levies, set_rates
from ledger.values.ids import BlockId, CommandId, HostId, PropertyId, TextId, derived_id
from ledger.values.stay import Stay
from ledger.values.tariff import Rates
from ledger.values.texts import Written
from ledger.values.verification import CHECKLISTS, HOST_TERMS, Check, Finding, Subject
from replay.listings.areas import Area
from replay.listings.mapping import (
    LEVIES,
    SOURCE,
    address_of,
    description_of,
    facts_of,
    host_of,
    property_of,
    rates_of,
    unit_of_listing,
)
from replay.listings.rows import Listing

OPERATOR = Actor(Role.OPERATOR.value, derived_id(SOURCE, "operator"))
REVIEWER = Actor(Role.VERIFIER.value, derived_id(SOURCE, "reviewer"))
PROCESSOR = Actor(Role.PROCESSOR.value, "attested")
"""Who acts where no person of ours did: the import, in their part. Their ids are nobody else's."""

UNWRITTEN = Written(TextId(""), "", 0)
"""Stands for a text where its words are not said."""

VOUCHED = "hosted at the source before the import"

LACKING, SHOWN = ("photos",), "shown at the source, and not part of its data"

SEEN = ("place", "rooms")
"""What the import can vouch for: the source shows it. The rest of the checklist it has not seen."""


class Kind(StrEnum):
    """What a step is. Its text is part of the step's command id: permanent."""

    FACTS = "facts"
    DESCRIPTION = "description"
    APPROVAL = "approval"
    BLOCK = "block"
    PUBLICATION = "publication"


class Step(Struct, frozen=True, gc=False):
    """One thing that is asked for of one listing; of a block, these nights.

    The command id of the same listing's step is the same, in whatever file it stands.
    """

    command_id: CommandId
    listing: Listing
    kind: Kind
    nights: Stay | None = None

    @property
    def case_id(self) -> str:
        """What it belongs to: a block is a case of its own, as at the door."""
        return self.block_id if self.kind is Kind.BLOCK else property_of(self.listing.listing)

    @property
    def block_id(self) -> BlockId:
        """The id of a block, by its nights."""
        return BlockId(derived_id(unit_of_listing(self.listing), *_names(self.kind, self.nights)))

    @property
    def text(self) -> str | None:
        """What has to be in the vault before the step is taken: a step has one text at most."""
        match self.kind:
            case Kind.FACTS:
                return address_of(self.listing)
            case Kind.DESCRIPTION:
                return self.listing.name
            case _:
                return None

    @property
    def said(self) -> bytes:
        """All that the file says in this step but words: where that is something else, it changed.

        What a person wrote is no part of a command's record: a short text could be guessed from it.
        """
        match self.kind:
            case Kind.FACTS:
                return msgspec.json.encode(facts_of(self.listing, UNWRITTEN))
            case Kind.DESCRIPTION:
                return msgspec.json.encode(description_of(self.listing, UNWRITTEN))
            case Kind.APPROVAL:
                return msgspec.json.encode(rates_of(self.listing))
            case Kind.BLOCK:
                return msgspec.json.encode(self.nights)
            case Kind.PUBLICATION:
                return msgspec.json.encode(self.listing.unavailable)
            case _:
                assert_never(self.kind)


def step_of(listing: Listing, kind: Kind, nights: Stay | None = None) -> Step:
    """A step of a listing."""
    command_id = derived_id(SOURCE, "import", listing.listing, *_names(kind, nights))
    return Step(CommandId(command_id), listing, kind, nights)


def _names(kind: Kind, nights: Stay | None) -> tuple[str, ...]:
    if nights is None:
        return (kind,)
    return (kind, nights.check_in.isoformat(), nights.check_out.isoformat())


def steps_of(listing: Listing) -> Iterator[Step]:
    """The steps of a listing, in their order."""
    yield step_of(listing, Kind.FACTS)
    yield step_of(listing, Kind.DESCRIPTION)
    if listing.price_minor is not None:
        yield step_of(listing, Kind.APPROVAL)
        for nights in listing.unavailable:
            yield step_of(listing, Kind.BLOCK, nights)
        yield step_of(listing, Kind.PUBLICATION)


def plan_of(step: Step, text: Written | None) -> Plan:
    """What a step asks for, with its text where that is kept."""
    listing, property_id = step.listing, property_of(step.listing.listing)
    host = Actor(Role.HOST.value, host_of(listing.host))

    def plan(draft: Draft) -> None:
        match step.kind:
            case Kind.FACTS:
                assert text is not None, "it was kept before the step"
                host_id, currency = host_of(listing.host), listing.area.currency
                processes.create_property(draft, host, property_id, host_id, currency)
                processes.state_facts(draft, host, property_id, facts_of(listing, text))
            case Kind.DESCRIPTION:
                assert text is not None, "it was kept before the step"
                description = description_of(listing, text)
                processes.describe_property(draft, host, property_id, description)
            case Kind.APPROVAL:
                _price_and_review(draft, host, property_id, rates_of(listing))
            case Kind.BLOCK:
                assert step.nights is not None, "a block is of nights"
                unit_id = unit_of_listing(listing)
                draft.do(
                    host, BlockNights(unit_id=unit_id, block_id=step.block_id, stay=step.nights)
                )
            case Kind.PUBLICATION:
                processes.publish_property(draft, host, property_id)
            case _:
                assert_never(step.kind)

    return plan


def _price_and_review(draft: Draft, host: Actor, property_id: PropertyId, rates: Rates) -> None:
    processes.vouch_for_property(draft, OPERATOR, property_id, LACKING, SHOWN, SOURCE)
    set_rates(draft, property_id, rates)
    set_levies(draft, OPERATOR, property_id, LEVIES)
    review = processes.submit_property(draft, host, property_id, (), HOST_TERMS)
    processes.claim_review(draft, REVIEWER, review)
    processes.approve_verification(draft, REVIEWER, review, _checks())


def _checks() -> tuple[Check, ...]:
    return tuple(
        Check(item, Finding.PASSED if item in SEEN else Finding.NOT_APPLICABLE)
        for item in CHECKLISTS[Subject.PROPERTY]
    )


# -- Hosts --------------------------------------------------------------------------------


def command_of_host(host: str) -> CommandId:
    """The command id by which a host is taken in."""
    return CommandId(derived_id(SOURCE, "import", "host", host))


def take_host_in(host_id: HostId, area: Area, source: str) -> Plan:
    """Somebody hosts, whom the source knew; an operator vouches for them."""

    def plan(draft: Draft) -> None:
        processes.register_host(draft, host_id, area.country)
        processes.vouch_for_host(draft, OPERATOR, host_id, VOUCHED, source)
        draft.do(
            PROCESSOR,
            RecordPayoutAccount(
                host_id=host_id,
                account=f"attested/{host_id}",
                country=area.country,
                currency=area.currency,
                standing=Standing.ENABLED,
                requirements=(),
                disabled_reason=None,
                bank_account=None,
                seen_at=draft.now,
            ),
        )

    return plan
