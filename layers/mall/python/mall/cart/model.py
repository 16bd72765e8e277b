"""A cart and what people do with it; what was shown of its lines, and what is different now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from mall import errors
from mall.money import Money
from mall.quotes.model import MOST_LINES, MOST_QUANTITY, Item, Standing, Texts, Wish

GUESTS_KEPT = timedelta(days=30)
# Longer than a token of a closed account can be used.
ERASED_KEPT = timedelta(days=2)
LONGEST_NOTE = 200
# Additions that a cart remembers, so that one that is repeated by its key adds nothing.
_KEYS = 16


class NoSuchLine(errors.NotFound):
    message = "This is not in the cart."


class NoSuchSku(errors.NotFound):
    message = "The mall has no such SKU."


class NotOnSale(errors.Conflict):
    message = "This cannot be bought at the moment."


class NotEnoughStock(errors.Conflict):
    message = "There is less of this than you want."


class LineFull(errors.Conflict):
    message = f"One may have at most {MOST_QUANTITY} of the same in a cart."


class CartFull(errors.Conflict):
    message = f"A cart holds at most {MOST_LINES} different things, those saved for later included."


class OtherCurrency(errors.Conflict):
    message = "A cart is in one currency, and this is sold in another."


class CartBusy(errors.Conflict):
    message = "The cart is being changed by others of your devices. Try again."


class CartTokenRefused(errors.Forbidden):
    message = "This is not the token of a guest's cart. Go on without one."


class End(StrEnum):
    """Why nothing can be put into a cart any more."""

    MERGED = "merged"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose cart it is: a signed-in person's own, or else that of the guest who has the token."""

    user_id: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What was last shown of a line: what one cost at the `quantity` of then, whether and how many could be had."""

    quantity: int
    price: Money
    available: int
    standing: Standing = Standing.ON_SALE
    promotions: Mapping[str, Texts] = field(default_factory=dict)

    @property
    def obtainable(self) -> int:
        """How many of the wanted ones could be had."""
        return max(0, min(self.available, self.quantity))

    @property
    def buyable(self) -> bool:
        """Whether at least one could be had."""
        return self.standing is Standing.ON_SALE and self.available > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Some of a SKU. `name` is what it was called when it was put in, for when the mall knows it no longer."""

    sku_id: str
    product_id: str
    merchant_id: str
    quantity: int
    added_at: datetime
    shown: Shown
    name: Texts = field(default_factory=dict)
    selected: bool = True
    saved: bool = False

    @property
    def wish(self) -> Wish:
        """The line as quotes are asked for it."""
        return Wish(self.sku_id, self.product_id, self.quantity)

    @property
    def ordered(self) -> bool:
        """Whether it is among what would be ordered now."""
        return self.selected and not self.saved


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be different about a line; None leaves it as it is. The note is for the line's merchant."""

    quantity: int | None = None
    selected: bool | None = None
    saved: bool | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart: lines, the one that was put in last first, and notes by merchant. `version` 0 was never kept."""

    id: str
    lines: tuple[Line, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    version: int = 0
    keys: tuple[str, ...] = ()
    end: End | None = None

    @property
    def currency(self) -> str | None:
        """What everything that is not saved for later is sold in; None where nothing says."""
        return next((line.shown.price.currency for line in self.lines if not line.saved), None)

    @property
    def selected(self) -> "Cart":
        """The same with those lines only that would be ordered now."""
        return replace(self, lines=tuple(line for line in self.lines if line.ordered))

    @property
    def wishes(self) -> list[Wish]:
        """The lines as quotes are asked for them."""
        return [line.wish for line in self.lines]

    def line(self, sku_id: str) -> Line:
        """The line of a SKU. Raises NoSuchLine."""
        found = next((line for line in self.lines if line.sku_id == sku_id), None)
        if found is None:
            raise NoSuchLine(sku_id=sku_id)
        return found

    def has(self, sku_id: str) -> bool:
        """Whether there is a line of a SKU."""
        return any(line.sku_id == sku_id for line in self.lines)

    def add(self, item: Item, *, at: datetime, key: str = "") -> "Cart":
        """With `item.quantity` more of a SKU, selected and in front; what was added by the same `key` is not again.

        Raises NotOnSale, NotEnoughStock, LineFull, CartFull or OtherCurrency.
        """
        if key and key in self.keys:
            return self
        before = self.line(item.sku_id) if self.has(item.sku_id) else None
        quantity = item.quantity + (0 if before is None else before.quantity)
        self._check(item, quantity)
        line = Line(
            sku_id=item.sku_id,
            product_id=item.product_id,
            merchant_id=item.merchant_id,
            quantity=quantity,
            added_at=at,
            shown=shown(replace(item, quantity=quantity)),
            name=item.name,
        )
        others = tuple(other for other in self.lines if other is not before)
        if len(others) >= MOST_LINES:
            raise CartFull(most=MOST_LINES)
        keys = (*self.keys, key)[-_KEYS:] if key else self.keys
        return replace(self, lines=(line, *others), keys=keys)

    def change(self, sku_id: str, change: Change, item: Item | None) -> "Cart":
        """With something different about a line, whose facts are `item`.

        Raises NoSuchLine, LineFull, OtherCurrency, and for more than before also NotOnSale or NotEnoughStock.
        """
        line = self.line(sku_id)
        if change.quantity is not None:
            if change.quantity > line.quantity:
                self._check(item, change.quantity)
            line = replace(line, quantity=change.quantity)
        if change.saved is not None:
            if line.saved and not change.saved:
                self._check_currency(line.shown.price)
            # What comes back from the saved ones is meant to be bought.
            line = replace(line, saved=change.saved, selected=not change.saved and (line.selected or line.saved))
        if change.selected is not None:
            line = replace(line, selected=change.selected and not line.saved)
        cart = self._with(line)
        if change.note is None:
            return cart
        return replace(cart, notes={**cart.notes, line.merchant_id: change.note})._tidied()

    def select(self, selected: bool, *, merchant_id: str | None = None, sku_ids: Iterable[str] | None = None) -> "Cart":
        """With the lines of a merchant, or those of some SKUs, or all that are not saved, selected or not.

        Raises NoSuchLine.
        """
        wanted = None if sku_ids is None else set(sku_ids)
        if missing := sorted((wanted or set()) - {line.sku_id for line in self.lines}):
            raise NoSuchLine(sku_ids=missing)
        lines = tuple(
            replace(line, selected=selected)
            if not line.saved
            and (merchant_id is None or line.merchant_id == merchant_id)
            and (wanted is None or line.sku_id in wanted)
            else line
            for line in self.lines
        )
        return replace(self, lines=lines)

    def remove(self, sku_id: str) -> "Cart":
        """Without a line; without one that is not there, it is as it was."""
        return replace(self, lines=tuple(line for line in self.lines if line.sku_id != sku_id))._tidied()

    def clear(self) -> "Cart":
        """With nothing in it; the additions it remembers stay, so that none comes back by a repetition."""
        return replace(self, lines=(), notes={})

    def take_out(self, ordered: Mapping[str, int]) -> "Cart":
        """Without the quantities that were ordered, by SKU."""
        lines = (replace(line, quantity=line.quantity - ordered.get(line.sku_id, 0)) for line in self.lines)
        return replace(self, lines=tuple(line for line in lines if line.quantity > 0))._tidied()

    def merge(self, guest: "Cart") -> "Cart":
        """With everything that is in a guest's cart: quantities of the same SKU add up to what a line holds.

        A line is saved for later only if it is in both, and what is sold in another currency than the rest is too, so
        that nothing is lost. The notes that are here stay. Raises CartFull, and then nothing is merged.
        """
        lines = {line.sku_id: line for line in self.lines}
        currency = self.currency or guest.currency
        for line in guest.lines:
            before = lines.get(line.sku_id)
            if before is None:
                foreign = not line.saved and line.shown.price.currency != currency
                lines[line.sku_id] = replace(line, saved=True, selected=False) if foreign else line
                continue
            saved = line.saved and before.saved
            lines[line.sku_id] = replace(
                before,
                quantity=max(before.quantity, min(before.quantity + line.quantity, MOST_QUANTITY)),
                saved=saved,
                selected=not saved and (before.ordered or line.ordered),
                added_at=max(before.added_at, line.added_at),
            )
        if len(lines) > MOST_LINES:
            raise CartFull(most=MOST_LINES, lines=len(lines))
        newest = tuple(sorted(lines.values(), key=lambda line: (line.added_at, line.sku_id), reverse=True))
        return replace(self, lines=newest, notes={**guest.notes, **self.notes})._tidied()

    def show(self, now: Mapping[str, Shown]) -> "Cart":
        """With what is shown of its lines now; what can no longer be bought is no longer selected."""
        return replace(self, lines=tuple(_showing(line, now[line.sku_id]) for line in self.lines))

    def _check(self, item: Item | None, quantity: int) -> None:
        """Raise where so many cannot be put in."""
        if item is None or item.standing is not Standing.ON_SALE:
            raise NotOnSale(sku_id=None if item is None else item.sku_id)
        if quantity > MOST_QUANTITY:
            raise LineFull(sku_id=item.sku_id, most=MOST_QUANTITY)
        if quantity > item.available:
            raise NotEnoughStock(sku_id=item.sku_id, wanted=quantity, available=max(item.available, 0))
        self._check_currency(item.unit_price)

    def _check_currency(self, price: Money) -> None:
        if self.currency not in {None, price.currency}:
            raise OtherCurrency(currency=self.currency)

    def _with(self, line: Line) -> "Cart":
        return replace(self, lines=tuple(line if old.sku_id == line.sku_id else old for old in self.lines))

    def _tidied(self) -> "Cart":
        """Without notes for merchants of whom nothing is left, and without empty ones."""
        merchants = {line.merchant_id for line in self.lines}
        return replace(self, notes={id: note for id, note in self.notes.items() if note and id in merchants})


def shown(item: Item, promotions: Mapping[str, Texts] | None = None) -> Shown:
    """What is to be shown of an item now."""
    return Shown(item.quantity, item.price, item.available, item.standing, promotions or {})


def _showing(line: Line, now: Shown) -> Line:
    return replace(line, shown=now, selected=line.selected and now.buyable)
