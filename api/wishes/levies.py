"""What an operator may set: the body of levies, checked for its shape only."""

from typing import Annotated

from msgspec.structs import replace
from pydantic import Field

from api.shapes import Body, LocalDate, Name
from api.wishes.rates import UNNUMBERED, Minor, Part
from api.wishes.stay_rules import Days
from ledger.values.levies import FeePlan, TaxBase, TaxRule
from ledger.values.penalty import BY_HOST
from ledger.values.tariff import Levies


class FeePlanWish(Body):
    """Which part of the subtotal guest and host pay to the platform, and the tax on that."""

    name: Name
    guest_fee_bp: Part
    host_fee_bp: Part
    guest_fee_at_least_minor: Minor = 0
    guest_fee_at_most_minor: Minor | None = None
    guest_vat_bp: Part = 0
    host_vat_bp: Part = 0


class TaxRuleWish(Body):
    """A tax on stays: an amount for each thing counted, or a part of the rent."""

    name: Name
    jurisdiction: Name
    base: Annotated[TaxBase, Field(strict=False)]
    minor: Minor = 0
    part_bp: Part = 0
    cap_nights: Days | None = None
    children_pay: bool = False
    infants_pay: bool = False
    inclusive: bool = False
    compound: bool = False
    host_remits: bool = False
    taxes_retained_rent: bool = True
    valid_from: LocalDate | None = None
    valid_until: LocalDate | None = None


class PenaltyWish(Body):
    """What a host owes who calls a stay off: parts of the subtotal, the later the more."""

    early_bp: Part = BY_HOST.early_bp
    between_bp: Part = BY_HOST.between_bp
    late_bp: Part = BY_HOST.late_bp
    at_least_minor: Minor = BY_HOST.at_least_minor


class LeviesWish(Body):
    """The operator's part of a tariff; taxes are worked out in their order."""

    fee_plan: FeePlanWish
    taxes: list[TaxRuleWish] = Field(default_factory=list, max_length=20)
    penalty: PenaltyWish = PenaltyWish()

    def levies(self) -> Levies:
        """The levies, not numbered yet."""
        taxes = (TaxRule(**rule.model_dump(), version=UNNUMBERED) for rule in self.taxes)
        return Levies(
            fee_plan=FeePlan(**self.fee_plan.model_dump(), version=UNNUMBERED),
            taxes=tuple(taxes),
            penalty=replace(BY_HOST, **self.penalty.model_dump()),
        )
