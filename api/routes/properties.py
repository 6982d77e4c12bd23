"""Properties: described and published by their hosts, and kept from being found by operators."""

from functools import partial

from fastapi import APIRouter, Request

from api import speakers
from api.answers.listings import PropertyNow, answer, shown
from api.asking import OnPremises, stated
from api.commands import COMMANDS, Commanding
from api.problems import described
from api.said_before import addresses_of, words_of
from api.shapes import Body, Currency, NoWords, Uuid
from api.speaking import host_of_property, keep
from api.wishes.listings import DescriptionWish, FactsWish
from ledger import errors, processes
from ledger.draft import Draft
from ledger.values.ids import HostId, PropertyId

router = APIRouter(prefix="/properties/{property_id}", tags=["properties"])

OF_FACTS = (
    errors.DocumentNotReady,
    errors.ObligationsAreOpen,
    errors.PartyExceedsCapacity,
    errors.RevisionContradicts,
    errors.UnfitText,
    errors.UnknownTimeZone,
)


class Listing(Body):
    """Whose it is, and the currency that it is priced in."""

    host_id: Uuid
    currency: Currency


@router.get("", responses=described(errors.NotFound))
async def property_now(property_id: Uuid, request: Request, premises: OnPremises) -> PropertyNow:
    """Where a property stands, what it lacks, and everything that keeps it from being found."""
    of = PropertyId(property_id)
    found = await premises.look(
        lambda store, ledger: shown(ledger.rehearse(lambda _: None), of, store.head())
    )
    stated(request, found.position)
    return found


@router.post(
    "",
    status_code=201,
    responses=described(*COMMANDS, errors.CurrenciesDiffer, errors.UnknownCurrency),
)
async def create_property(property_id: Uuid, said: Listing, command: Commanding) -> PropertyNow:
    """Begin to describe a property; its id is the caller's to choose. One that came with history
    keeps the currency that it came with."""
    of, host_id = PropertyId(property_id), HostId(said.host_id)

    def plan(draft: Draft) -> None:
        processes.create_property(draft, speakers.host(host_id), of, host_id, said.currency)
        answer(draft, of)

    return await command.execute(of, said, plan, PropertyNow)


@router.put("/facts", responses=described(*COMMANDS, *OF_FACTS))
async def state_facts(property_id: Uuid, said: FactsWish, command: Commanding) -> PropertyNow:
    """Say what a property is. Of one that is let it is a revision: the approved one is served
    until somebody has looked at it."""
    of = PropertyId(property_id)
    host = await host_of_property(command, of)
    address, heard = await keep(command, host, said, partial(addresses_of, property_id=of))

    def plan(draft: Draft) -> None:
        processes.state_facts(draft, host, of, said.facts(address))
        answer(draft, of)

    return await command.execute(of, heard, plan, PropertyNow)


@router.put(
    "/description", responses=described(*COMMANDS, errors.DocumentNotReady, errors.UnfitText)
)
async def describe_property(
    property_id: Uuid, said: DescriptionWish, command: Commanding
) -> PropertyNow:
    """Say what guests read of a property and see of it; this needs no review."""
    of = PropertyId(property_id)
    host = await host_of_property(command, of)
    words, heard = await keep(command, host, said, partial(words_of, property_id=of))

    def plan(draft: Draft) -> None:
        processes.describe_property(draft, host, of, said.description(words))
        answer(draft, of)

    return await command.execute(of, heard, plan, PropertyNow)


@router.post("/publication", status_code=201, responses=described(*COMMANDS, errors.NotReady))
async def publish_property(property_id: Uuid, said: NoWords, command: Commanding) -> PropertyNow:
    """Let a property be found and booked, unless something is in the way: then it is named."""
    of = PropertyId(property_id)

    def plan(draft: Draft) -> None:
        processes.publish_property(draft, speakers.host_of_property(draft, of), of)
        answer(draft, of)

    return await command.execute(of, said, plan, PropertyNow)


@router.delete("/publication", responses=described(*COMMANDS))
async def unlist_property(property_id: Uuid, command: Commanding) -> PropertyNow:
    """Let a property be found no more; what is booked stays booked."""
    of = PropertyId(property_id)

    def plan(draft: Draft) -> None:
        processes.unlist_property(draft, speakers.host_of_property(draft, of), of)
        answer(draft, of)

    return await command.execute(of, NoWords(), plan, PropertyNow)
