"""What a client sends to place an order."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from mall import errors, ids
from mall.http import Body
from mall.money import Money
from mall.orders.model import MOST_LINES

_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
_EXAMPLE: dict[str, Any] = {
    "source": "cart",
    "cart_version": 7,
    "address_id": "adr_01KAQ3Z5J8M0T1V2W3X4Y5Z6A7G4",
    "expected_total": {"amount": 25600, "currency": "CNY"},
    "notes": {"mch_01KAQ3Z5J8M0T1V2W3X4Y5Z6A7G4": "请放门卫"},
}
Note = Annotated[str, StringConstraints(max_length=200, pattern=_LINE)]


class Amount(Body):
    """An amount in minor units (分, cents) of a currency."""

    amount: int = Field(ge=0, le=10**14)
    currency: str = Field(default="CNY", pattern="^[A-Z]{3}$")

    def money(self) -> Money:
        """The same as a value of the model."""
        return Money(self.amount, self.currency)


class OrderedLine(Body):
    """Some pieces of a SKU, to be ordered without the cart."""

    product_id: str = Field(max_length=64)
    sku_id: str = Field(max_length=64)
    quantity: int = Field(ge=1, le=999)


class NewOrder(Body):
    """What is to be ordered: the selected lines of one's cart, or the `lines` given here.

    `expected_total` is the total that the buyer has seen in the quote.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    source: Literal["cart", "lines"] = "cart"
    cart_version: int | None = Field(default=None, ge=0, description="The version of the cart that was quoted.")
    lines: list[OrderedLine] = Field(default=[], max_length=MOST_LINES)
    address_id: str = Field(max_length=64)
    expected_total: Amount
    notes: dict[str, Note] = Field(default={}, max_length=MOST_LINES, description="For merchants, by their id.")
    wallet_amount: Amount | None = Field(default=None, description="What of it the wallet pays.")
    payment_password: str | None = Field(default=None, max_length=64, description="Needed where the wallet pays.")
    delivery_date: date | None = Field(default=None, description="Not to be delivered before that day.")

    def model_post_init(self, context: Any) -> None:
        if (self.source == "lines") != bool(self.lines):
            raise errors.Invalid("'lines' are given when, and only when, 'source' is 'lines'.")
        if self.source == "lines" and self.cart_version is not None:
            raise errors.Invalid("'cart_version' belongs to an order from the cart.")
        if any(not re.fullmatch(ids.pattern("mch", sharded=True), name) for name in self.notes):
            raise errors.Invalid("'notes' are by the id of their merchant.")
        if self.wallet_amount is not None and self.wallet_amount.currency != self.expected_total.currency:
            raise errors.Invalid("The wallet pays in the currency of the total.")
