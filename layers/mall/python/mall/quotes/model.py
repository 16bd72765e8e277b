"""What is quoted, the facts that a quote counts on, and what comes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mall.money import Money, total

Texts = Mapping[str, str]
BPS = 10_000
# What one line holds, and how many lines are quoted at once.
MOST_QUANTITY = 999
MOST_LINES = 120
# With so many or fewer left, people are told to hurry.
LOW = 5


def pick(texts: Texts, locale: str) -> str:
    """The text in `locale`, or in another language where there is none."""
    return texts.get(locale) or next((text for text in texts.values() if text), "")


class Standing(StrEnum):
    """Whether something can be bought at all, stock aside; and if not, why."""

    ON_SALE = "on_sale"
    OFF_SALE = "off_sale"
    MERCHANT = "merchant"
    GONE = "gone"


class Kind(StrEnum):
    """What is not as somebody wanted it, or no longer as they saw it."""

    PRICE = "price"
    STOCK = "stock"
    ON_SALE = "on_sale"
    OFF_SALE = "off_sale"
    MERCHANT = "merchant"
    GONE = "gone"
    LIMIT = "limit"
    PROMOTION = "promotion"


@dataclass(frozen=True, slots=True)
class Wish:
    """How many of a SKU somebody wants."""

    sku_id: str
    product_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Tier:
    """What one costs for whoever takes `quantity` or more."""

    quantity: int
    price: Money


@dataclass(frozen=True, slots=True)
class Choice:
    """What sets a SKU apart: the name of an option and of the value that the SKU has."""

    name: Texts
    value: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A wish with its facts: `unit_price` is what the offer says, `version` that of the product as it was approved."""

    sku_id: str
    product_id: str
    quantity: int
    merchant_id: str
    unit_price: Money
    merchant_name: Texts = field(default_factory=dict)
    category_id: str = ""
    name: Texts = field(default_factory=dict)
    code: str = ""
    options: tuple[Choice, ...] = ()
    picture_id: str = ""
    list_price: Money | None = None
    tiers: tuple[Tier, ...] = ()
    weight_g: int | None = None
    available: int = 0
    on_sale: bool = True
    merchant_active: bool = True
    version: int = 1

    @property
    def standing(self) -> Standing:
        """Whether it can be bought, stock aside."""
        if not self.merchant_active:
            return Standing.MERCHANT
        return Standing.ON_SALE if self.on_sale else Standing.OFF_SALE

    @property
    def buyable(self) -> bool:
        """Whether at least one can be had now."""
        return self.standing is Standing.ON_SALE and self.available > 0

    @property
    def price(self) -> Money:
        """What one costs at this quantity: that of the highest tier that is reached, where it is less."""
        reached = [tier.price for tier in self.tiers if tier.quantity <= self.quantity]
        return min([self.unit_price, *(price for price in reached if price.currency == self.unit_price.currency)])


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a wish cannot be fulfilled as it is; `before` and `now` are JSON types."""

    sku_id: str
    kind: Kind
    before: Any = None
    now: Any = None


class Level(StrEnum):
    """At which step something is taken off."""

    ITEM = "item"
    MERCHANT_ORDER = "merchant_order"
    SITE_ORDER = "site_order"
    POINTS = "points"
    FREIGHT = "freight"
    CREDIT_WAIVER = "credit_waiver"


class Bearer(StrEnum):
    """Who pays for what is taken off."""

    MERCHANT = "merchant"
    PLATFORM = "platform"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Terms:
    """Which promotion takes something off, and who pays: if shared, the platform `platform_bps` of 10,000 parts."""

    promo_id: str
    bearer: Bearer
    platform_bps: int = 0
    label: Texts = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.platform_bps <= BPS:
            raise ValueError(f"a share is between 0 and {BPS} bps")

    @property
    def share(self) -> int:
        """The platform's part of 10,000."""
        return {Bearer.MERCHANT: 0, Bearer.PLATFORM: BPS, Bearer.SHARED: self.platform_bps}[self.bearer]

    def split(self, amount: Money) -> tuple[Money, Money]:
        """The platform's part of `amount` and the merchant's."""
        parts = amount.allocate({"merchant": BPS - self.share, "platform": self.share})
        return parts["platform"], parts["merchant"]


@dataclass(frozen=True, slots=True)
class SpecialPrice:
    """That one of a SKU costs less than its price for now or for this buyer (会员价, 秒杀)."""

    terms: Terms
    unit_price: Money

    def __post_init__(self) -> None:
        if self.unit_price.cents < 0:
            raise ValueError("nobody is paid for taking something")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduction:
    """Something off for whoever reaches a threshold (满减, coupons, points, free delivery).

    It counts for the lines of `merchant_id` (of everybody where empty) that are among `sku_ids` (all where None). Off
    is `amount`, or `bps` of 10,000 parts of what is left of those lines, at most `most`. At the levels of freight, the
    threshold counts the same lines, and off is from what their merchants ask for freight.
    """

    terms: Terms
    level: Level
    threshold: Money
    amount: Money | None = None
    bps: int = 0
    most: Money | None = None
    merchant_id: str = ""
    sku_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.level is Level.ITEM:
            raise ValueError("the price of one is a SpecialPrice")
        if self.level is Level.MERCHANT_ORDER and not self.merchant_id:
            raise ValueError("a merchant's reduction counts for that merchant only")
        if not 0 <= self.bps <= BPS or (self.amount is not None and self.amount.cents < 0):
            raise ValueError("nothing is added by a reduction")
        if any(money and money.currency != self.threshold.currency for money in (self.amount, self.most)):
            raise ValueError("a reduction is in one currency")

    def covers(self, item: Item) -> bool:
        """Whether a line of this item is eligible."""
        return self.merchant_id in {"", item.merchant_id} and (self.sku_ids is None or item.sku_id in self.sku_ids)

    def of(self, base: Money) -> Money:
        """How much comes off `base`, which is never less than that."""
        off = base.share(self.bps, BPS) if self.amount is None else self.amount
        return min(off, base) if self.most is None else min(off, base, self.most)


@dataclass(frozen=True, slots=True)
class Facts:
    """What other subsystems state about a quote: special prices by SKU, reductions in order, freight by merchant."""

    special_prices: Mapping[str, SpecialPrice] = field(default_factory=dict)
    reductions: Sequence[Reduction] = ()
    freight: Mapping[str, Money] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """What is taken off a line (`line_id` is its SKU), or off a merchant's freight (no line), and who bears it."""

    line_id: str
    merchant_id: str
    promo_id: str
    level: Level
    bearer: Bearer
    platform_bps: int
    amount: Money
    platform_part: Money
    merchant_part: Money
    label: Texts = field(default_factory=dict)

    @classmethod
    def of(cls, terms: Terms, level: Level, amount: Money, *, merchant_id: str, line_id: str = "") -> "Discount":
        """The row of `amount` off by these terms."""
        platform, merchant = terms.split(amount)
        return cls(
            line_id=line_id,
            merchant_id=merchant_id,
            promo_id=terms.promo_id,
            level=level,
            bearer=terms.bearer,
            platform_bps=terms.share,
            amount=amount,
            platform_part=platform,
            merchant_part=merchant,
            label=terms.label,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A quoted item: `unit_price` is what one costs at its quantity, `goods` that times the quantity."""

    item: Item
    unit_price: Money
    goods: Money
    discounts: tuple[Discount, ...] = ()

    @property
    def discount(self) -> Money:
        """All that is taken off."""
        return total([row.amount for row in self.discounts], self.goods.currency)

    @property
    def payable(self) -> Money:
        """What is left to pay."""
        return self.goods - self.discount


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A merchant's part of a quote. `freight` is what is left of `freight_asked` after the rows of freight."""

    merchant_id: str
    goods: Money
    discount: Money
    freight: Money
    freight_asked: Money
    freight_discounts: tuple[Discount, ...] = ()

    @property
    def payable(self) -> Money:
        """What the order at this merchant comes to."""
        return self.goods - self.discount + self.freight


@dataclass(frozen=True, slots=True)
class Quote:
    """What everything comes to; lines and merchants in the order of their ids."""

    currency: str
    lines: tuple[Line, ...] = ()
    merchants: tuple[Share, ...] = ()

    @property
    def goods(self) -> Money:
        """What all lines cost."""
        return self._sum([share.goods for share in self.merchants])

    @property
    def discount(self) -> Money:
        """What is taken off the lines."""
        return self._sum([share.discount for share in self.merchants])

    @property
    def freight(self) -> Money:
        """What is to pay for freight."""
        return self._sum([share.freight for share in self.merchants])

    @property
    def total(self) -> Money:
        """What is to pay."""
        return self._sum([share.payable for share in self.merchants])

    @property
    def discounts(self) -> tuple[Discount, ...]:
        """All rows, those of lines first."""
        rows = [row for line in self.lines for row in line.discounts]
        return (*rows, *(row for share in self.merchants for row in share.freight_discounts))

    def _sum(self, amounts: list[Money]) -> Money:
        return total(amounts, self.currency)


@dataclass(frozen=True, slots=True)
class Priced:
    """What somebody's wishes come to, and what of them cannot be fulfilled."""

    quote: Quote
    problems: tuple[Problem, ...] = ()
