"""Reading a cart: what it costs now, and what changed since it was last shown."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mall import clock, ids, tokens
from mall.catalog.offers import service as offers
from mall.catalog.offers.model import Change
from mall.catalog.products import service as products
from mall.catalog.products.content import Sku, Tier
from mall.merchants import service as merchants
from mall.money import Money
from mall.seen import forget
from tests.fixtures import baskets, goods, people
from tests.fixtures.gateway import Answer
from tests.functional.cart.conftest import Client

pytestmark = pytest.mark.usefixtures("aws")
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def changes(client: Client) -> list[tuple[str, object, object]]:
    """What is told to have changed."""
    return [(change["kind"], change["before"], change["now"]) for change in client.get()["changes"]]


def yuan(cents: int) -> dict[str, object]:
    """An amount."""
    return {"amount": cents, "currency": "CNY"}


def test_whoever_has_no_cart_sees_an_empty_one_and_gets_none_made(lin: Client, guest: Client) -> None:
    empty = {"count": 0, "groups": [], "saved": [], "changes": [], "version": 0, "currency": "CNY"}

    for client, id in ((lin, lin.caller.user_id), (guest, None)):
        cart = client.get()

        assert {name: cart[name] for name in empty} == empty
        assert (cart["id"], cart["guest_token"]) == (id, None)
        assert cart["quote"]["total"] == yuan(0)


def test_lines_come_by_merchant_with_what_they_cost(lin: Client) -> None:
    first = goods.merchant(name={"zh-CN": "清风", "en": "Breeze"})
    second = goods.merchant(name={"zh-CN": "明月", "en": "Moon"})
    tea, pot, cup = baskets.on_sale(first), baskets.on_sale(second), baskets.on_sale(first)
    for product in (tea, pot, cup):
        lin.add(product, 1, 2)

    cart = lin.get()

    assert [(group["merchant"]["name"], len(group["lines"])) for group in cart["groups"]] == [
        ("Breeze", 2),
        ("Moon", 1),
    ]
    line = cart["groups"][1]["lines"][0]
    assert line == {
        "sku_id": pot.skus[1].id,
        "product_id": pot.id,
        "name": "West Lake Longjing",
        "options": [{"name": "Colour", "value": "Blue"}],
        "picture_id": None,
        "quantity": 2,
        "selected": True,
        "saved": False,
        "unit_price": yuan(13800),
        "list_price": yuan(16800),
        "line_total": yuan(27600),
        "state": "low",
        "max_quantity": 3,
        "changes": [],
    }
    group = cart["groups"][0]
    assert (group["goods"], group["discount"], group["freight"]) == (yuan(55200), yuan(0), yuan(0))
    assert group["payable"] == yuan(55200)
    assert (cart["count"], cart["currency"]) == (6, "CNY")
    assert cart["quote"] == {
        "goods": yuan(82800),
        "discount": yuan(0),
        "freight": yuan(0),
        "total": yuan(82800),
        "discounts": [],
    }


def test_names_come_in_the_language_of_the_reader(lin: Client) -> None:
    lin.add(baskets.on_sale(goods.merchant()))

    (group,) = lin.get("zh-CN")["groups"]

    (line,) = group["lines"]
    assert (group["merchant"]["name"], line["name"]) == ("清风", "西湖龙井")
    assert line["options"] == [{"name": "颜色", "value": "红"}]


def test_only_selected_lines_count(lin: Client) -> None:
    tea, pot = baskets.on_sale(), baskets.on_sale()
    lin.add(tea)
    lin.add(pot)
    lin.change(tea, selected=False)

    cart = lin.get()

    assert cart["quote"]["total"] == yuan(12800)
    assert sorted(group["payable"]["amount"] for group in cart["groups"]) == [0, 12800]
    assert cart["count"] == 2


def test_prices_by_quantity_count(lin: Client) -> None:
    sku = Sku(Money(1000), options={"colour": "red"}, stock=100, tiers=(Tier(10, Money(900)),))
    tea = baskets.on_sale(skus=(sku,))
    lin.add(tea, 0, 10)

    (group,) = lin.get()["groups"]

    (line,) = group["lines"]
    assert (line["unit_price"], line["line_total"], group["goods"]) == (yuan(900), yuan(9000), yuan(9000))


# --- what changed


def test_a_price_that_changed_is_told_once_and_counts(lin: Client) -> None:
    tea = baskets.on_sale()
    lin.add(tea, 0, 2)
    version = lin.get()["version"]
    offers.set(tea.merchant_id, tea.id, [Change(tea.skus[0].id, price=Money(11800))])

    cart = lin.get()

    told = [{"sku_id": tea.skus[0].id, "kind": "price", "before": yuan(12800), "now": yuan(11800)}]
    assert cart["changes"] == told == cart["groups"][0]["lines"][0]["changes"]
    assert cart["quote"]["total"] == yuan(23600)
    assert cart["version"] == version + 1
    again = lin.get()
    assert (again["changes"], again["version"]) == ([], version + 1)


def test_less_stock_than_wanted_is_told_and_so_is_what_comes_back(lin: Client) -> None:
    tea = baskets.on_sale()
    lin.add(tea, 0, 5)

    baskets.stock(tea, 0, 3)
    assert changes(lin) == [("stock", 5, 3)]
    line = lin.get()["groups"][0]["lines"][0]
    assert (line["state"], line["max_quantity"], line["selected"]) == ("low", 3, True)

    baskets.stock(tea, 0, 0)
    assert changes(lin) == [("stock", 3, 0)]
    line = lin.get()["groups"][0]["lines"][0]
    assert (line["state"], line["max_quantity"], line["selected"]) == ("out", 0, False)
    assert lin.get()["quote"]["total"] == yuan(0)

    baskets.stock(tea, 0, 9)
    assert changes(lin) == [("stock", 0, 5)]
    assert lin.get()["groups"][0]["lines"][0]["state"] == "in_stock"


def test_what_goes_off_sale_is_told_stays_in_the_cart_and_is_not_selected_any_more(lin: Client) -> None:
    owner = goods.merchant()
    tea, pot = baskets.on_sale(owner), baskets.on_sale(owner)
    lin.add(tea)
    lin.add(pot)
    products.take_off_sale(owner.id, tea.id)

    cart = lin.get()

    assert [(one["sku_id"], one["kind"]) for one in cart["changes"]] == [(tea.skus[0].id, "off_sale")]
    (group,) = cart["groups"]
    assert [(line["state"], line["selected"], line["max_quantity"]) for line in group["lines"]] == [
        ("in_stock", True, 10),
        ("off_sale", False, 0),
    ]
    assert cart["quote"]["total"] == yuan(12800)

    products.put_on_sale(owner.id, tea.id)
    assert changes(lin) == [("on_sale", "off_sale", "on_sale")]
    assert lin.get()["quote"]["total"] == yuan(12800)


def test_a_suspended_merchant_is_told_as_the_reason(lin: Client) -> None:
    owner = goods.merchant()
    lin.add(baskets.on_sale(owner))
    merchants.suspend(owner.id, "The licence has expired.")
    forget()

    assert changes(lin) == [("merchant", "on_sale", "merchant")]
    assert lin.get()["groups"][0]["lines"][0]["state"] == "off_sale"


def test_a_sku_that_is_gone_goes_by_the_name_that_it_had(lin: Client) -> None:
    owner = goods.merchant(goods.MerchantKind.SELF)
    tea = baskets.on_sale(owner)
    lin.add(tea, 1)
    content = replace(tea.content, skus=tea.skus[:1], name={"en": "Another tea"})
    products.write(owner.id, content, by="usr_1", submit=True, product_id=tea.id)

    assert changes(lin) == [("gone", "on_sale", "gone")]
    line = lin.get()["groups"][0]["lines"][0]
    assert (line["name"], line["state"], line["unit_price"]) == ("West Lake Longjing", "gone", yuan(13800))
    assert (line["selected"], line["options"], line["list_price"]) == (False, [], None)


# --- whose cart


def test_everybody_sees_their_own_cart_only(invoke: Callable[..., Answer], lin: Client) -> None:
    lin.add(baskets.on_sale())

    assert Client(invoke, people.customer()).get()["groups"] == []
    assert Client(invoke).get()["groups"] == []


def test_a_guests_cart_is_seen_by_its_token_alone(invoke: Callable[..., Answer], guest: Client) -> None:
    guest.add(baskets.on_sale())

    assert len(Client(invoke, token=guest.token).get()["groups"]) == 1
    assert guest.get()["id"].startswith("crt_")
    assert guest.get()["guest_token"] is None


def test_somebody_who_is_signed_in_sees_their_own_cart_whatever_token_they_send(guest: Client, lin: Client) -> None:
    guest.add(baskets.on_sale())
    lin.token = guest.token

    assert lin.get()["groups"] == []
    lin.token = "nonsense"
    assert lin.get()["groups"] == []


def test_a_real_access_token_leads_to_ones_own_cart(invoke: Callable[..., Answer], lin: Client) -> None:
    lin.add(baskets.on_sale())

    by_token = Client(invoke, headers={"Authorization": f"Bearer {tokens.issue(lin.caller)}"})

    assert by_token.get()["id"] == lin.caller.user_id
    assert len(by_token.get()["groups"]) == 1


@pytest.mark.parametrize("verb", ["get_cart", "clear_cart"])
def test_an_access_token_that_is_not_valid_makes_nobody_a_guest(guest: Client, verb: str) -> None:
    answer = guest(verb, headers={"Authorization": "Bearer nonsense"})

    assert (answer.status, answer.code) == (401, "TokenRefused")


def test_tampered_and_foreign_tokens_are_refused(guest: Client, lin: Client) -> None:
    guest.add(baskets.on_sale())
    lin.add(baskets.on_sale())
    cart_id, _, signature = guest.token.partition(".")
    other = ids.new("crt")

    for token in (
        f"{other}.{signature}",
        f"{cart_id}.{signature[:-1]}",
        f"{cart_id}.{signature}x",
        f"{cart_id}.{signature.swapcase()}",
        f"{cart_id}.",
        cart_id,
        f"{lin.caller.user_id}.{signature}",
        lin.caller.user_id,
        f"{cart_id}\n.{signature}",
        ".",
        f"{cart_id}.señal",
    ):
        answer = guest("get_cart", headers={"Cart-Token": token})

        assert (answer.status, answer.code) == (403, "CartTokenRefused"), token
        assert cart_id not in str(answer.body)


def test_a_header_that_is_far_too_long_is_refused(guest: Client) -> None:
    assert guest("get_cart", headers={"Cart-Token": "x" * 200}).code == "Invalid"


def test_a_guests_cart_is_gone_a_month_after_its_last_change(guest: Client, lin: Client) -> None:
    tea = baskets.on_sale()
    with clock.at(NOON):
        guest.add(tea)
        lin.add(tea)
    with clock.at(NOON + timedelta(days=20)):
        guest.change(tea, quantity=2)

    with clock.at(NOON + timedelta(days=49)):
        assert guest.quantities() == {tea.skus[0].id: 2}
    with clock.at(NOON + timedelta(days=50)):
        assert guest.quantities() == {}
        # What DynamoDB has not removed yet is begun anew, under the same token.
        assert guest.add(tea).body["guest_token"] is None
        assert guest.quantities() == {tea.skus[0].id: 1}
        assert lin.quantities() == {tea.skus[0].id: 1}


# --- how fast


def test_a_cart_is_read_by_two_calls(lin: Client, calls: Callable[[], list[str]]) -> None:
    for _ in range(3):
        lin.add(baskets.on_sale(), 0, 2)
    calls()

    lin.get()

    assert calls() == ["GetItem", "BatchGetItem"]


def test_what_changed_costs_one_write_once(lin: Client, calls: Callable[[], list[str]]) -> None:
    tea = baskets.on_sale()
    lin.add(tea)
    offers.set(tea.merchant_id, tea.id, [Change(tea.skus[0].id, price=Money(1))])
    calls()

    lin.get()
    assert calls() == ["GetItem", "BatchGetItem", "PutItem"]
    lin.get()
    assert calls() == ["GetItem", "BatchGetItem"]


def test_an_empty_cart_is_read_by_one_call(lin: Client, guest: Client, calls: Callable[[], list[str]]) -> None:
    lin.get()
    assert calls() == ["GetItem"]
    guest.get()
    assert calls() == []
