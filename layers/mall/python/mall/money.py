"""Money: whole minor units (分, cents) with an ISO 4217 currency, one rounding rule and one way to divide.

The model is that of section 5.1 of the feature study: amounts are integers, percentages are rounded half up on
the exact rational, and a whole is divided by largest remainder so that the parts always add up to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from mall import errors

# Digits after the decimal point (ISO 4217), for the currencies that do not have two.
_EXPONENTS = {"BHD": 3, "CLP": 0, "ISK": 0, "JOD": 3, "JPY": 0, "KRW": 0, "KWD": 3, "OMR": 3, "TND": 3, "VND": 0}
# What was found to be a currency code; there are not many.
_SEEN: set[str] = set()


class CurrencyMismatch(errors.Invalid):
    message = "Amounts of different currencies cannot be combined."


@dataclass(frozen=True, slots=True)
class Money:
    """An amount: `Money(1990, "CNY")` is ¥19.90. Sums and comparisons are of one currency only."""

    cents: int
    currency: str = "CNY"

    def __post_init__(self) -> None:
        if type(self.cents) is int and self.currency in _SEEN:
            return
        if isinstance(self.cents, bool) or not isinstance(self.cents, int):
            raise TypeError("an amount is a whole number of minor units")
        if len(self.currency) != 3 or not (self.currency.isascii() and self.currency.isupper()):
            raise errors.Invalid(f"'{self.currency[:8]}' is not a currency code.")
        _SEEN.add(self.currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.cents + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.cents - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.cents, self.currency)

    def __mul__(self, count: int) -> "Money":
        if isinstance(count, bool) or not isinstance(count, int):
            raise TypeError("multiply by a whole number, or use `share` for a fraction")
        return Money(self.cents * count, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: "Money") -> bool:
        return self.cents < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.cents <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.cents > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.cents >= self._same(other)

    def __bool__(self) -> bool:
        return self.cents != 0

    def __str__(self) -> str:
        exponent = _EXPONENTS.get(self.currency, 2)
        sign, digits = "-" if self.cents < 0 else "", f"{abs(self.cents):0{exponent + 1}d}"
        whole, part = (digits[:-exponent], f".{digits[-exponent:]}") if exponent else (digits, "")
        return f"{sign}{whole}{part} {self.currency}"

    def share(self, numerator: int, denominator: int) -> "Money":
        """`numerator / denominator` of this amount, rounded once: 5 % is `share(5, 100)`."""
        return Money(rounded(Fraction(self.cents * numerator, denominator)), self.currency)

    def allocate(self, weights: Mapping[str, int]) -> dict[str, "Money"]:
        """Divide this amount over the keys of `weights` (line ids) in proportion, without losing a unit.

        Largest remainder, ties by key. Weights are not negative; when all are 0 the amount is divided evenly.
        """
        if not weights:
            raise errors.Invalid("There is nothing to divide the amount over.")
        if any(weight < 0 for weight in weights.values()):
            raise errors.Invalid("A weight is negative.")
        total = sum(weights.values())
        effective = weights if total else dict.fromkeys(weights, 1)
        total = total or len(weights)
        sign, amount = (-1 if self.cents < 0 else 1), abs(self.cents)
        parts = {key: divmod(amount * weight, total) for key, weight in effective.items()}
        left = amount - sum(whole for whole, _ in parts.values())
        first = set(sorted(parts, key=lambda key: (-parts[key][1], key))[:left])
        return {key: Money(sign * (whole + (key in first)), self.currency) for key, (whole, _) in parts.items()}

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be combined.")
        return other.cents


def rounded(amount: Fraction) -> int:
    """The mall's one rounding rule: to the nearest whole unit, halves away from zero."""
    whole, rest = divmod(abs(amount), 1)
    return (1 if amount >= 0 else -1) * (int(whole) + (rest >= Fraction(1, 2)))


def total(amounts: "list[Money]", currency: str = "CNY") -> Money:
    """The sum of `amounts`; nothing adds up to zero of `currency`."""
    return sum(amounts[1:], start=amounts[0]) if amounts else Money(0, currency)
