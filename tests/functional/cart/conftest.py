"""Carts as clients use them.

| fixture | gives                                                                                        |
| ------- | -------------------------------------------------------------------------------------------- |
| `lin`   | a signed-in customer's cart: `lin.add(product, 0, 2)`, `lin.get()`, `lin("update_line", …)`  |
| `guest` | the same of a guest, who keeps the token that the first answer gave                          |
| `calls` | `calls()`: the calls to DynamoDB since the last time it was asked                            |
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from mall.auth import NOBODY, Caller
from mall.catalog.products.model import Product
from tests.fixtures import baskets, people, stacks
from tests.fixtures.calls import Call, put_between
from tests.fixtures.gateway import Answer


@dataclass
class Client:
    """Somebody with a cart: signed in, or a guest with the token that was given."""

    invoke: Callable[..., Answer]
    caller: Caller = NOBODY
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def __call__(self, verb: str, **request: Any) -> Answer:
        """The answer of `cart.<verb>`."""
        headers = self.headers | ({"Cart-Token": self.token} if self.token else {}) | request.pop("headers", {})
        answer = self.invoke(f"cart.{verb}", caller=self.caller, headers=headers, **request)
        if isinstance(answer.body, dict) and answer.body.get("guest_token"):
            self.token = answer.body["guest_token"]
        return answer

    def add(self, product: Product, number: int = 0, quantity: int = 1, **request: Any) -> Answer:
        """Put some of a product's SKU in."""
        return self("add_line", body=baskets.line(product, number, quantity), **request)

    def change(self, product: Product, number: int = 0, **changes: Any) -> Answer:
        """Change the line of a product's SKU."""
        return self("update_line", path={"sku_id": product.skus[number].id}, body=changes)

    def get(self, locale: str = "en") -> Any:
        """The cart."""
        answer = self("get_cart", query={"locale": locale})
        assert answer.status == 200, answer.body
        return answer.body

    def quantities(self) -> dict[str, int]:
        """How many of each SKU are in the cart, saved ones included."""
        cart = self.get()
        lines = [line for group in cart["groups"] for line in group["lines"]] + cart["saved"]
        return {line["sku_id"]: line["quantity"] for line in lines}


@pytest.fixture
def lin(invoke: Callable[..., Answer]) -> Client:
    """A customer who is signed in."""
    return Client(invoke, people.customer())


@pytest.fixture
def guest(invoke: Callable[..., Answer]) -> Client:
    """Somebody who is not."""
    return Client(invoke)


@pytest.fixture
def calls(aws: stacks.Mall) -> Iterator[Callable[[], list[str]]]:
    """The calls to DynamoDB since the last time it was asked for them."""
    made: list[str] = []

    def counted(call: Call, client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if client.meta.service_model.service_name == "dynamodb":
            made.append(operation)
        return call(client, operation, arguments)

    def taken() -> list[str]:
        found = list(made)
        made.clear()
        return found

    with pytest.MonkeyPatch.context() as patch:
        put_between(patch, counted)
        yield taken
