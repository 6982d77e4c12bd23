"""Ana's house, as the ledger knows it: sent, described, looked at and let, in one process."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from ledger import processes
from ledger.aggregates.decider import Command
from ledger.aggregates.property import PROPERTY, Property
from ledger.aggregates.provider import PROVIDER, Provider, RecordPayoutAccount, Standing
from ledger.aggregates.tariff import SetLevies
from ledger.draft import Draft, Plan
from ledger.events import Actor
from ledger.quotes import set_rates
from ledger.values.files import Purpose
from ledger.values.ids import DocumentId, HostId, PropertyId, UnitId, VerificationId
from ledger.values.listing import PHOTOS_NEEDED, Facts
from ledger.values.verification import HOST_TERMS, Subject
from tests.facts import (
    A_NATURAL_PERSON,
    OPERATOR,
    PROCESSOR,
    VERA,
    a_description,
    all_checks,
    an_id,
    sent_and_accepted,
    sent_and_read,
    some_facts,
    some_levies,
    some_rates,
)
from tests.ledger.market import Market

ANA = HostId(an_id("Ana, who lets a mill"))
MILL = PropertyId(an_id("the mill"))
HOST_ANA = Actor("H", ANA)
DAY = timedelta(days=1)


class Supply(Market):
    """The market, and Ana, who has asked to host."""

    def __init__(self) -> None:
        super().__init__()
        self._sent = 0
        self.decide(partial(processes.register_host, host_id=ANA, country="PT"), ANA)

    # -- Files ------------------------------------------------------------------------------

    def sends(self, purpose: Purpose = Purpose.IDENTITY, **changed: Any) -> DocumentId:
        """Ana sends a file, which is read; a document is accepted by Vera. Its id."""
        steps = self._steps(purpose, changed, accepted=True)
        return self._do_all(steps)

    def sends_unseen(self, purpose: Purpose = Purpose.IDENTITY, **changed: Any) -> DocumentId:
        """Ana sends a document that no verifier has looked at. Its id."""
        return self._do_all(self._steps(purpose, changed, accepted=False))

    def photographs(self) -> tuple[DocumentId, ...]:
        """Ana takes as many photos of the mill as are needed."""
        return tuple(self.sends(Purpose.PHOTO) for _ in range(PHOTOS_NEEDED))

    # -- Reviews ----------------------------------------------------------------------------

    def asks(self, *documents: str) -> VerificationId:
        """Ana asks to be looked at."""
        return self._submit(
            partial(
                processes.submit_provider,
                host=HOST_ANA,
                host_id=ANA,
                legal=A_NATURAL_PERSON,
                documents=documents,
                terms=HOST_TERMS,
            ),
            ANA,
        )

    def asks_about_the_mill(self, *documents: str) -> VerificationId:
        """Ana asks for a review of the mill."""
        return self._submit(
            partial(
                processes.submit_property,
                host=HOST_ANA,
                property_id=MILL,
                documents=documents,
                terms=HOST_TERMS,
            ),
            MILL,
        )

    def approves(
        self, verification_id: VerificationId, subject: Subject, *vouched_units: UnitId
    ) -> None:
        """Vera takes a review on, and finds everything to be so."""
        claim = partial(processes.claim_review, reviewer=VERA, verification_id=verification_id)
        self.decide(claim, verification_id)
        approve = partial(
            processes.approve_verification,
            reviewer=VERA,
            verification_id=verification_id,
            checks=all_checks(subject),
            vouched_units=vouched_units,
        )
        self.decide(approve, verification_id)

    def is_verified(self, until: date | None = None) -> None:
        """Ana is verified by an identity card that is good until a day."""
        self.approves(self.asks(self.sends(expires_on=until)), Subject.PROVIDER)

    def can_be_paid(
        self, standing: Standing = Standing.ENABLED, disabled_reason: str | None = None
    ) -> None:
        """The processor says that Ana's account is in order; or how else it stands."""
        told = _an_account(self, standing, disabled_reason)
        self.decide(lambda draft: draft.do(PROCESSOR, told), ANA)

    # -- The mill ---------------------------------------------------------------------------

    def states(self, facts: Facts) -> None:
        """Ana says what the mill is."""
        state = partial(processes.state_facts, host=HOST_ANA, property_id=MILL, facts=facts)
        self.decide(state, MILL)

    def describes(self, *photos: str) -> None:
        """Ana says what guests see of the mill."""
        describe = partial(
            processes.describe_property,
            host=HOST_ANA,
            property_id=MILL,
            description=a_description(photos=photos),
        )
        self.decide(describe, MILL)

    def drafts(self) -> None:
        """Ana begins to describe the mill, and prices it."""
        create = partial(
            processes.create_property,
            host=HOST_ANA,
            property_id=MILL,
            host_id=ANA,
            currency="EUR",
        )
        self.decide(create, MILL)

        def price(draft: Draft) -> None:
            set_rates(draft, MILL, some_rates())
            draft.do(OPERATOR, SetLevies(property_id=MILL, levies=some_levies()))

        self.decide(price, MILL)

    def is_approved(self, *documents: str, safety: tuple[str, ...] = ()) -> None:
        """Ana is verified and can be paid; the mill, drafted before, is looked at."""
        self.is_verified()
        self.states(some_facts(safety=safety))
        self.describes(*self.photographs())
        self.approves(self.asks_about_the_mill(*documents), Subject.PROPERTY)
        self.can_be_paid()

    def publishes(self) -> None:
        """Ana lets the mill be found."""
        publish = partial(processes.publish_property, host=HOST_ANA, property_id=MILL)
        self.decide(publish, MILL)

    def is_let(self, *documents: str, safety: tuple[str, ...] = ()) -> None:
        """The mill is looked at, and found."""
        self.is_approved(*documents, safety=safety)
        self.publishes()

    def mill(self) -> Property:
        """How the mill stands."""
        return self._state(PROPERTY, MILL)

    def ana(self) -> Provider:
        """How Ana stands."""
        return self._state(PROVIDER, ANA)

    def hindrances(self) -> list[str]:
        """Everything that keeps the mill from being found now."""
        found: list[str] = []
        draft = self.ledger.rehearse(lambda _: None)
        found += (each.value for each in processes.hindrances(draft, MILL, self.mill()))
        return found

    def _steps(
        self, purpose: Purpose, changed: dict[str, Any], *, accepted: bool
    ) -> tuple[tuple[Actor, Command], ...]:
        self._sent += 1
        told = {
            "document_id": DocumentId(an_id(f"file {self._sent} of Ana")),
            "host_id": ANA,
            "purpose": purpose,
            "property_id": MILL if purpose.is_of_a_property else None,
            "expires_on": None,
        }
        send = sent_and_accepted if accepted and purpose is not Purpose.PHOTO else sent_and_read
        return send(**told | changed)

    def _do_all(self, steps: tuple[tuple[Actor, Command], ...]) -> DocumentId:
        document_id: DocumentId = steps[0][1].document_id  # type: ignore[attr-defined]

        def plan(draft: Draft) -> None:
            for actor, command in steps:
                draft.do(actor, command)

        self.decide(plan, document_id)
        return document_id

    def _submit(self, ask: Any, case_id: str) -> VerificationId:
        asked: list[VerificationId] = []
        plan: Plan = lambda draft: asked.append(ask(draft))  # noqa: E731
        self.decide(plan, case_id)
        return asked[-1]


def _an_account(
    supply: Supply, standing: Standing, disabled_reason: str | None
) -> RecordPayoutAccount:
    return RecordPayoutAccount(
        host_id=ANA,
        account="acct_ana",
        country="PT",
        currency="EUR",
        standing=standing,
        requirements=(),
        disabled_reason=disabled_reason,
        bank_account="ba_ana",
        seen_at=supply.clock.now,
    )
