"""The documented test cards: what each number, `pm_card_*` and `tok_*` does when it is charged."""

from dataclasses import dataclass
from typing import Literal

Authentication = Literal["never", "optional", "unless_set_up", "always", "on_session"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCard:
    """A card and its fate.

    `decline` is (code, decline code); it strikes after a passed authentication where one is asked.
    `on_session` asks for authentication unless the cardholder is absent.
    """

    __test__ = False  # a card, not a test: pytest looks at names only

    number: str
    token: str = ""
    brand: str = "visa"
    country: str = "US"
    funding: str = "credit"
    decline: tuple[str, str] | None = None
    declines_attaching: bool = True
    authentication: Authentication = "never"
    dispute: str | None = None
    inquiry: bool = False
    available_at_once: bool = False
    refund: Literal["succeeds", "pends", "fails"] = "succeeds"
    risk: Literal["normal", "elevated", "highest"] = "normal"
    checks: tuple[str, ...] = ()

    @property
    def last4(self) -> str:
        """The last four digits, the only ones an object ever shows."""
        return self.number[-4:]


def _declined(number: str, token: str, code: str, decline_code: str, **more: str) -> TestCard:
    return TestCard(number=number, token=token, decline=(code, decline_code), **more)  # type: ignore[arg-type]


CARDS = (
    # By brand.
    TestCard(number="4242424242424242", token="visa"),
    TestCard(number="4000056655665556", token="visa_debit", funding="debit"),
    TestCard(number="5555555555554444", token="mastercard", brand="mastercard"),
    TestCard(number="2223003122003222", token="mastercard_2_series", brand="mastercard"),
    TestCard(
        number="5200828282828210", token="mastercard_debit", brand="mastercard", funding="debit"
    ),
    TestCard(
        number="5105105105105100", token="mastercard_prepaid", brand="mastercard", funding="prepaid"
    ),
    TestCard(number="378282246310005", token="amex", brand="amex"),
    TestCard(number="6011111111111117", token="discover", brand="discover"),
    TestCard(number="3056930009020004", token="diners", brand="diners"),
    TestCard(number="3566002020360505", token="jcb", brand="jcb", country="JP"),
    TestCard(number="6200000000000005", token="unionpay", brand="unionpay", country="CN"),
    # By country.
    TestCard(number="4000000400000008", token="at", country="AT"),
    TestCard(number="4000000560000004", token="be", country="BE"),
    TestCard(number="4000001240000000", token="ca", country="CA"),
    TestCard(number="4000007560000009", token="ch", country="CH"),
    TestCard(number="4000002760000016", token="de", country="DE"),
    TestCard(number="4000007240000007", token="es", country="ES"),
    TestCard(number="4000002500000003", token="fr", country="FR"),
    TestCard(number="4000008260000000", token="gb", country="GB"),
    TestCard(number="4000003000000030", token="gr", country="GR"),
    TestCard(number="4000003720000005", token="ie", country="IE"),
    TestCard(number="4000003800000008", token="it", country="IT"),
    TestCard(number="4000003920000003", token="jp", country="JP"),
    TestCard(number="4000005280000002", token="nl", country="NL"),
    TestCard(number="4000006200000007", token="pt", country="PT"),
    # Declines.
    _declined("4000000000000002", "chargeDeclined", "card_declined", "generic_decline"),
    _declined(
        "4000000000009995",
        "chargeDeclinedInsufficientFunds",
        "card_declined",
        "insufficient_funds",
    ),
    _declined("4000000000009987", "chargeDeclinedLostCard", "card_declined", "lost_card"),
    _declined("4000000000009979", "chargeDeclinedStolenCard", "card_declined", "stolen_card"),
    _declined("4000000000000069", "chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    _declined("4000000000000127", "chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
    _declined(
        "4000000000000119",
        "chargeDeclinedProcessingError",
        "processing_error",
        "processing_error",
    ),
    _declined(
        "4000000000006975",
        "chargeDeclinedVelocityLimitExceeded",
        "card_declined",
        "card_velocity_exceeded",
    ),
    _declined("4100000000000019", "radarBlock", "card_declined", "fraudulent", risk="highest"),
    TestCard(
        number="4000000000000341",
        token="chargeCustomerFail",
        decline=("card_declined", "generic_decline"),
        declines_attaching=False,
    ),
    # Risk and checks.
    TestCard(number="4000000000009235", token="riskLevelElevated", risk="elevated"),
    TestCard(number="4000000000004954", token="riskLevelHighest", risk="highest"),
    TestCard(number="4000000000000101", token="cvcCheckFail", checks=("cvc_check",)),
    TestCard(
        number="4000000000000010",
        token="avsFail",
        checks=("address_line1_check", "address_postal_code_check"),
    ),
    TestCard(number="4000000000000028", token="avsLine1Fail", checks=("address_line1_check",)),
    TestCard(number="4000000000000036", token="avsZipFail", checks=("address_postal_code_check",)),
    # Strong customer authentication.
    TestCard(
        number="4000002500003155",
        token="authenticationRequiredOnSetup",
        country="FR",
        authentication="unless_set_up",
    ),
    TestCard(
        number="4000002760003184",
        token="authenticationRequired",
        country="DE",
        authentication="always",
    ),
    TestCard(
        number="4000003800000446",
        token="authenticationRequiredSetupForOffSession",
        country="IT",
        authentication="on_session",
    ),
    TestCard(
        number="4000008260003178",
        token="authenticationRequiredChargeDeclinedInsufficientFunds",
        country="GB",
        authentication="always",
        decline=("card_declined", "insufficient_funds"),
        declines_attaching=False,
    ),
    TestCard(
        number="4000000000003220",
        token="threeDSecure2Required",
        country="IE",
        authentication="always",
    ),
    TestCard(number="4000000000003063", token="threeDSecureRequired", authentication="always"),
    TestCard(
        number="4000008400001629",
        token="threeDSecureRequiredChargeDeclined",
        authentication="always",
        decline=("card_declined", "generic_decline"),
        declines_attaching=False,
    ),
    TestCard(number="4000000000003055", token="threeDSecureOptional", authentication="optional"),
    # What happens afterwards.
    TestCard(number="4000000000000259", token="createDispute", dispute="fraudulent"),
    TestCard(
        number="4000000000002685",
        token="createDisputeProductNotReceived",
        dispute="product_not_received",
    ),
    TestCard(
        number="4000000000001976",
        token="createDisputeInquiry",
        dispute="fraudulent",
        inquiry=True,
    ),
    TestCard(number="4000000000000077", token="bypassPending", available_at_once=True),
    TestCard(
        number="4000003720000278",
        token="bypassPendingInternational",
        country="IE",
        available_at_once=True,
    ),
    TestCard(number="4000000000007726", token="pendingRefund", refund="pends"),
    TestCard(number="4000000000005126", token="refundFail", refund="fails"),
)

BY_NUMBER = {card.number: card for card in CARDS}
BY_TOKEN = {card.token: card for card in CARDS}

# The declines go by two names each: with the brand and without.
for _card in CARDS:
    if _card.token.startswith("chargeDeclined"):
        BY_TOKEN[f"visa_{_card.token}"] = _card


def by_token(token: str) -> TestCard | None:
    """The card behind `pm_card_visa` or `tok_visa`, if there is one."""
    for prefix in ("pm_card_", "tok_"):
        if token.startswith(prefix):
            return BY_TOKEN.get(token.removeprefix(prefix))
    return None


def is_plausible(number: str) -> bool:
    """Whether the check digit of a card number is right (Luhn)."""
    if not (number.isascii() and number.isdigit() and 12 <= len(number) <= 19):
        return False
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


DECLINE_MESSAGES = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "lost_card": "Your card was declined.",
    "stolen_card": "Your card was declined.",
    "fraudulent": "Your card was declined.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "card_velocity_exceeded": "Your card was declined for making repeated attempts too "
    "frequently or exceeding its amount limit.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}

TRY_AGAIN_LATER = frozenset(["insufficient_funds", "processing_error", "card_velocity_exceeded"])


def advice(decline_code: str) -> str | None:
    """What Stripe advises after a decline."""
    if decline_code in ("incorrect_cvc", "expired_card"):
        return "confirm_card_data"
    return "try_again_later" if decline_code in TRY_AGAIN_LATER else "do_not_try_again"
