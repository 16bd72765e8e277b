"""What clients send and get of carts and quotes."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field

from mall import ids
from mall.cart.model import LONGEST_NOTE, Cart, Change, Line
from mall.cart.showing import Checkout, Picture
from mall.catalog.cards import Amount, Named
from mall.http import Body, View
from mall.money import Money
from mall.quotes.model import LOW, MOST_LINES, MOST_QUANTITY, Bearer, Item, Kind, Problem, Quote, Standing, Wish, pick

CART_TOKEN = {"Cart-Token": "The token of a guest's cart; it does not count for somebody who is signed in."}
REPETITION = {"Idempotency-Key": "Any text of the client's choice that names this request, so that it may be repeated."}
SkuId = Annotated[str, Field(pattern=ids.pattern("sku"))]
Quantity = Annotated[int, Field(ge=1, le=MOST_QUANTITY)]


class LocaleQuery(Body):
    """In which language."""

    locale: Literal["zh-CN", "en"] = "zh-CN"


class WantedLine(Body):
    """Some of a SKU."""

    product_id: Annotated[str, Field(pattern=ids.pattern("prd"))]
    sku_id: SkuId
    quantity: Quantity = 1

    @property
    def wish(self) -> Wish:
        """The line as a wish."""
        return Wish(self.sku_id, self.product_id, self.quantity)


class ChangedLine(Body):
    """What is to change of a line; what is left out stays."""

    quantity: Quantity | None = None
    selected: bool | None = None
    saved: bool | None = Field(None, description="Kept for later instead of bought with the rest.")
    note: Annotated[str, Field(max_length=LONGEST_NOTE, pattern=r"^[^\x00-\x1f\x7f]*$")] | None = Field(
        None, description="A note to the merchant of the line; empty for none."
    )

    @property
    def change(self) -> Change:
        """The change that is asked for."""
        return Change(self.quantity, self.selected, self.saved, self.note)


class Selection(Body):
    """Which lines are selected or not: those of a merchant, those of some SKUs, or all."""

    selected: bool
    merchant_id: Annotated[str, Field(pattern=ids.pattern("mch", sharded=True))] | None = None
    sku_ids: Annotated[list[SkuId], Field(max_length=MOST_LINES)] | None = None


class GuestToken(Body):
    """Which guest's cart is to be merged."""

    guest_token: Annotated[str, Field(min_length=1, max_length=128)]


class QuoteRequest(Body):
    """What is to be quoted: lines, or the selected lines of one's cart where they are left out."""

    lines: Annotated[list[WantedLine], Field(min_length=1, max_length=MOST_LINES)] | None = None

    @property
    def wishes(self) -> list[Wish] | None:
        """The lines as wishes."""
        return None if self.lines is None else [line.wish for line in self.lines]


class OptionView(View):
    """What sets a SKU apart from the product's others."""

    name: str
    value: str


class ChangeView(View):
    """What is not as it was shown last, or not as it is wanted.

    `price` has amounts, `stock` how many of the wanted ones can be had, `promotion` its name, `limit` how many one may
    have; `on_sale`, `off_sale`, `merchant` (it does not sell at the moment) and `gone` say how it stands.
    """

    sku_id: str
    kind: Kind
    before: Any = None
    now: Any = None

    @classmethod
    def of(cls, problem: Problem, locale: str) -> "ChangeView":
        """The change as readers of `locale` see it."""
        before = pick(problem.before, locale) if problem.kind is Kind.PROMOTION else problem.before
        return cls(sku_id=problem.sku_id, kind=problem.kind, before=before, now=problem.now)


class CartLine(View):
    """A line of a cart with what it costs now."""

    sku_id: str
    product_id: str
    name: str
    options: list[OptionView]
    picture_id: str | None
    quantity: int
    selected: bool
    saved: bool
    unit_price: Amount = Field(description="What one costs at this quantity.")
    list_price: Amount | None
    line_total: Amount
    state: Literal["in_stock", "low", "out", "off_sale", "gone"]
    max_quantity: int = Field(description="How many one can have at the moment.")
    changes: list[ChangeView]

    @classmethod
    def of(cls, line: Line, item: Item | None, changes: Iterable[ChangeView], locale: str) -> "CartLine":
        """The line as readers of `locale` see it; `item` is what the mall knows of it."""
        price = line.shown.price if item is None else item.price
        listed = None if item is None else item.list_price
        return cls(
            sku_id=line.sku_id,
            product_id=line.product_id,
            name=pick(line.name if item is None else item.name, locale),
            options=[
                OptionView(name=pick(option.name, locale), value=pick(option.value, locale))
                for option in (() if item is None else item.options)
            ],
            picture_id=None if item is None else item.picture_id or None,
            quantity=line.quantity,
            selected=line.selected,
            saved=line.saved,
            unit_price=_amount(price),
            list_price=None if listed is None or listed <= price else _amount(listed),
            line_total=_amount(price * line.quantity),
            state=_state(item),
            max_quantity=min(item.available, MOST_QUANTITY) if item is not None and item.buyable else 0,
            changes=[change for change in changes if change.sku_id == line.sku_id],
        )


class CartGroup(View):
    """A merchant's lines; the amounts are of the selected ones, `payable` is what an order at the merchant comes to."""

    merchant: Named
    note: str
    lines: list[CartLine]
    goods: Amount
    discount: Amount
    freight: Amount
    payable: Amount


class DiscountView(View):
    """What a promotion takes off, over all lines."""

    promo_id: str
    label: str
    amount: Amount
    bearer: Bearer


class QuoteSummary(View):
    """What the selected lines come to."""

    goods: Amount
    discount: Amount
    freight: Amount
    total: Amount
    discounts: list[DiscountView]


class CartView(View):
    """A cart with what it costs now, by merchant, and what changed since it was last shown."""

    id: str | None = Field(description="None of a guest who has no cart yet.")
    version: int
    guest_token: str | None = Field(None, description="Of a guest's cart that was made just now.")
    count: int = Field(description="How many pieces are in it, those that are saved for later aside.")
    currency: str
    groups: list[CartGroup]
    saved: list[CartLine]
    quote: QuoteSummary
    changes: list[ChangeView]

    @classmethod
    def of(cls, picture: Picture, locale: str) -> "CartView":
        """The cart as readers of `locale` see it."""
        cart, quote = picture.cart, picture.quote
        changes = [ChangeView.of(change, locale) for change in picture.changes]
        return cls(
            id=cart.id or None,
            version=cart.version,
            guest_token=picture.token,
            count=sum(line.quantity for line in cart.lines if not line.saved),
            currency=quote.currency,
            groups=_groups(picture, [line for line in cart.lines if not line.saved], changes, locale),
            saved=[
                CartLine.of(line, picture.items.get(line.sku_id), changes, locale) for line in cart.lines if line.saved
            ],
            quote=QuoteSummary(**_amounts(quote), discounts=_discounts(quote, locale)),
            changes=changes,
        )


class QuoteView(View):
    """What would be ordered and what it comes to; `total` is what an order expects to pay."""

    source: Literal["cart", "lines"]
    cart_version: int | None
    currency: str
    groups: list[CartGroup]
    goods: Amount
    discount: Amount
    freight: Amount
    total: Amount
    discounts: list[DiscountView]
    problems: list[ChangeView]
    can_order: bool

    @classmethod
    def of(cls, checkout: Checkout, locale: str) -> "QuoteView":
        """The quote as readers of `locale` see it."""
        quote = checkout.quote
        problems = [ChangeView.of(problem, locale) for problem in checkout.changes]
        return cls(
            source="cart" if checkout.from_cart else "lines",
            cart_version=checkout.cart.version if checkout.from_cart else None,
            currency=quote.currency,
            groups=_groups(checkout, checkout.cart.lines, problems, locale),
            **_amounts(quote),
            discounts=_discounts(quote, locale),
            problems=problems,
            can_order=checkout.can_order,
        )


def _groups(picture: Picture, lines: Iterable[Line], changes: list[ChangeView], locale: str) -> list[CartGroup]:
    """The lines by merchant, in the order in which each first comes."""
    cart, quote = picture.cart, picture.quote
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.merchant_id, []).append(line)
    return [_group(cart, picture, merchant_id, own, changes, quote, locale) for merchant_id, own in found.items()]


def _group(
    cart: Cart,
    picture: Picture,
    merchant_id: str,
    lines: list[Line],
    changes: list[ChangeView],
    quote: Quote,
    locale: str,
) -> CartGroup:
    items = [picture.items.get(line.sku_id) for line in lines]
    name = next((pick(item.merchant_name, locale) for item in items if item is not None), "")
    share = next((share for share in quote.merchants if share.merchant_id == merchant_id), None)
    nothing = Money(0, quote.currency)
    return CartGroup(
        merchant=Named(id=merchant_id, name=name),
        note=cart.notes.get(merchant_id, ""),
        lines=[CartLine.of(line, item, changes, locale) for line, item in zip(lines, items, strict=True)],
        goods=_amount(nothing if share is None else share.goods),
        discount=_amount(nothing if share is None else share.discount),
        freight=_amount(nothing if share is None else share.freight),
        payable=_amount(nothing if share is None else share.payable),
    )


def _amounts(quote: Quote) -> dict[str, Any]:
    return {
        "goods": _amount(quote.goods),
        "discount": _amount(quote.discount),
        "freight": _amount(quote.freight),
        "total": _amount(quote.total),
    }


def _discounts(quote: Quote, locale: str) -> list[DiscountView]:
    """The rows by promotion."""
    found: dict[str, DiscountView] = {}
    for row in quote.discounts:
        known = found.get(row.promo_id)
        amount = row.amount.cents + (0 if known is None else known.amount.amount)
        found[row.promo_id] = DiscountView(
            promo_id=row.promo_id,
            label=pick(row.label, locale),
            amount=Amount(amount=amount, currency=row.amount.currency),
            bearer=row.bearer,
        )
    return list(found.values())


def _amount(money: Money) -> Amount:
    return Amount(amount=money.cents, currency=money.currency)


def _state(item: Item | None) -> Literal["in_stock", "low", "out", "off_sale", "gone"]:
    if item is None:
        return "gone"
    if item.standing is not Standing.ON_SALE:
        return "off_sale"
    if item.available <= 0:
        return "out"
    return "low" if item.available <= LOW else "in_stock"
