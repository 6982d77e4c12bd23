"""Currencies: how many decimals, how little and how much may be charged, and what one is worth.

Amounts are whole numbers of minor units. The rates are the sandbox's own and stand still until the
control plane moves them; only their movement is meant to be realistic.
"""

from decimal import ROUND_HALF_EVEN, Decimal

from sandbox.stripe.core.errors import malformed, not_allowed

ZERO_DECIMAL = frozenset(
    [
        "bif",
        "clp",
        "djf",
        "gnf",
        "jpy",
        "kmf",
        "krw",
        "mga",
        "pyg",
        "rwf",
        "ugx",
        "vnd",
        "vuv",
        "xaf",
        "xof",
        "xpf",
    ]
)
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])

WHOLE_UNITS_WITH_TWO_DECIMALS = frozenset(["isk", "ugx"])
"""Zero-decimal in life, but sent with two decimals, which must be 00."""

WHOLE_PAYOUTS = frozenset(["huf", "twd"])
"""Charged with two decimals, paid out in whole units only."""

CHARGED_AT_MOST = 99_999_999

# The least that may be charged, in minor units, where Stripe settles in that currency.
CHARGED_AT_LEAST = {
    "usd": 50, "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500,
    "dkk": 250, "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000,
    "myr": 200, "nok": 300, "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
}  # fmt: skip

# Units of each currency that one euro buys.
RATES_PER_EURO = {
    "eur": "1", "usd": "1.08", "gbp": "0.85", "chf": "0.95", "aed": "3.97", "aud": "1.65",
    "bgn": "1.9558", "brl": "5.90", "cad": "1.48", "clp": "1020", "cop": "4300", "czk": "25.1",
    "dkk": "7.46", "hkd": "8.43", "huf": "392", "idr": "17200", "ils": "3.95", "inr": "91",
    "isk": "149", "jpy": "163", "krw": "1480", "mad": "10.7", "mxn": "19.6", "myr": "4.75",
    "nok": "11.6", "nzd": "1.79", "pen": "4.05", "php": "62.5", "pln": "4.29", "pyg": "8150",
    "ron": "4.98", "rwf": "1410", "sar": "4.05", "sek": "11.4", "sgd": "1.44", "thb": "38.5",
    "try": "35.5", "twd": "34.7", "ugx": "4020", "uyu": "42.5", "vnd": "27300", "xaf": "655.957",
    "xof": "655.957", "xpf": "119.33", "zar": "19.8", "bhd": "0.407", "jod": "0.766",
    "kwd": "0.332", "omr": "0.416", "tnd": "3.36", "bif": "3100", "djf": "192", "gnf": "9300",
    "kmf": "492", "mga": "4900", "vuv": "129", "egp": "52", "kes": "139", "ngn": "1650",
    "gel": "2.95", "uah": "44.5", "rsd": "117", "all": "100.5", "mkd": "61.5", "lkr": "325",
}  # fmt: skip


def decimals(currency: str) -> int:
    """How many decimals the minor unit of `currency` stands for, as the API counts them."""
    if currency in ZERO_DECIMAL and currency not in WHOLE_UNITS_WITH_TWO_DECIMALS:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def check_supported(currency: str, param: str = "currency") -> None:
    """Raises a refusal for a code that is no currency here."""
    if currency not in RATES_PER_EURO:
        raise malformed(f"Invalid currency: {currency}", param=param)


def check_chargeable(amount: int, currency: str) -> None:
    """Raises a refusal for an amount (minor units) that may not be charged in `currency`."""
    check_supported(currency)
    if amount > CHARGED_AT_MOST:
        raise not_allowed(
            f"Amount must be no more than {shown(CHARGED_AT_MOST, currency)}",
            code="amount_too_large",
            param="amount",
        )
    if amount < CHARGED_AT_LEAST.get(currency, 1):
        raise not_allowed(
            f"Amount must be at least {shown(CHARGED_AT_LEAST.get(currency, 1), currency)}",
            code="amount_too_small",
            param="amount",
        )
    check_granularity(amount, currency)


def check_granularity(amount: int, currency: str) -> None:
    """Raises a refusal for an amount finer than the currency is handled: a last digit, a cent."""
    step = 10 if currency in THREE_DECIMAL else 1
    if currency in WHOLE_UNITS_WITH_TWO_DECIMALS:
        step = 100
    _check_step(amount, currency, step)


def check_payable(amount: int, currency: str) -> None:
    """Raises a refusal for an amount that cannot be paid out to a bank in `currency`."""
    step = 100 if currency in WHOLE_PAYOUTS | WHOLE_UNITS_WITH_TWO_DECIMALS else 1
    _check_step(amount, currency, 10 if currency in THREE_DECIMAL else step)


def _check_step(amount: int, currency: str, step: int) -> None:
    if amount % step:
        raise not_allowed(
            f"Invalid amount: amounts in {currency} must be divisible by {step}.",
            code="invalid_amount",
            param="amount",
        )


def rate(source: str, target: str, rates: dict[str, str]) -> Decimal:
    """Units of `target` for one unit of `source`, to six places."""
    value = Decimal(rates[target]) / Decimal(rates[source])
    return value.quantize(Decimal("0.000001"), rounding=ROUND_HALF_EVEN)


def converted(amount: int, source: str, target: str, at: Decimal) -> int:
    """`amount` minor units of `source` in minor units of `target`, rounded half to even."""
    scaled = Decimal(amount) * at * Decimal(10) ** (decimals(target) - decimals(source))
    return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def shown(amount: int, currency: str) -> str:
    """An amount for people: `12.50 eur`."""
    places = decimals(currency)
    value = Decimal(amount).scaleb(-places)
    return f"{value:,.{places}f} {currency}"
