"""The same request twice has one effect and one answer."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from mall import aws, clock, config, errors, idempotency
from mall.auth import SIGNED_IN, Caller
from mall.http import Body, Endpoint
from tests.fixtures import gateway
from tests.fixtures.gateway import Answer, Context

ANNA, BEN = Caller(user_id="usr_anna"), Caller(user_id="usr_ben")


class Order(Body):
    """A body."""

    sku: str
    password: SecretStr | None = None


class Placed(BaseModel):
    """An answer."""

    id: int


class Shop:
    """An endpoint that counts its effects and can be told to refuse."""

    def __init__(self) -> None:
        self.orders: list[str] = []
        self.fails_with: Exception | None = None
        self.app = Endpoint("orders.place")

        @self.app.route("/api/orders", method="POST", body=Order, status=201, idempotent=True, access=SIGNED_IN)
        def place(body: Order) -> Placed:
            """Place an order."""
            if self.fails_with:
                raise self.fails_with
            self.orders.append(body.sku)
            return Placed(id=len(self.orders))

    def order(self, sku: str = "shoe", key: str | None = "k1", caller: Caller = ANNA, **body: Any) -> Answer:
        headers = {"Idempotency-Key": key} if key is not None else {}
        event = gateway.request("POST", "/api/orders", body={"sku": sku, **body}, headers=headers, caller=caller)
        return Answer.of(self.app(event, Context("orders.place")))


@pytest.fixture
def shop(request: pytest.FixtureRequest) -> Shop:
    request.getfixturevalue("aws")
    return Shop()


def test_a_repeated_request_has_one_effect_and_the_same_answer(shop: Shop) -> None:
    first, second = shop.order(), shop.order()

    assert shop.orders == ["shoe"]
    assert (first.status, first.body) == (second.status, second.body) == (201, {"id": 1})


def test_without_a_key_a_request_is_a_new_one_each_time(shop: Shop) -> None:
    shop.order(key=None)
    shop.order(key=None)

    assert shop.orders == ["shoe", "shoe"]


def test_another_key_is_another_request(shop: Shop) -> None:
    assert [shop.order(key="k1").body, shop.order(key="k2").body] == [{"id": 1}, {"id": 2}]


def test_a_key_used_for_another_body_is_refused(shop: Shop) -> None:
    shop.order("shoe")

    answer = shop.order("boat")

    assert (answer.status, answer.code) == (409, "IdempotencyKeyReused")
    assert shop.orders == ["shoe"]


def test_keys_of_different_callers_never_meet(shop: Shop) -> None:
    shop.order("shoe", caller=ANNA)

    assert shop.order("boat", caller=BEN).body == {"id": 2}


@pytest.mark.parametrize("error", [errors.Conflict("Sold out."), RuntimeError("our fault")])
def test_a_request_that_failed_may_be_sent_again_with_the_same_key(shop: Shop, error: Exception) -> None:
    shop.fails_with = error
    assert shop.order("shoe").status in {409, 500}

    shop.fails_with = None
    assert shop.order("boat").status == 201


def test_the_refusal_of_a_repeatable_request_is_the_domains_own(shop: Shop) -> None:
    shop.fails_with = errors.NotFound("No such product.", sku="shoe")

    answer = shop.order()

    assert answer.body == {"Code": "NotFound", "Message": "No such product.", "Details": {"sku": "shoe"}}


def test_a_request_that_comes_while_the_first_is_at_work_is_told_to_wait(shop: Shop) -> None:
    at_work, finish = threading.Event(), threading.Event()
    answers: list[Any] = []

    def slowly() -> dict[str, Any]:
        at_work.set()
        assert finish.wait(10)
        return {"done": True}

    def first() -> None:
        answers.append(
            idempotency.once("orders.place", key="usr#k", payload={}, act=slowly, context=Context("orders.place"))
        )

    thread = threading.Thread(target=first)
    thread.start()
    assert at_work.wait(10)
    with pytest.raises(idempotency.StillInProgress):
        idempotency.once("orders.place", key="usr#k", payload={}, act=dict, context=Context("orders.place"))
    finish.set()
    thread.join()

    assert answers == [{"done": True}]


def test_an_answer_is_remembered_for_a_day(shop: Shop) -> None:
    shop.order()

    (item,) = aws.client("dynamodb").scan(TableName=config.table("idempotency"))["Items"]
    kept = int(item["expiration"]["N"]) - clock.timestamp()
    assert abs(kept - timedelta(days=1).total_seconds()) < 60


def test_neither_key_nor_body_is_stored_in_the_clear(shop: Shop) -> None:
    shop.order("a-very-special-shoe", key="my-own-key", password="hunter2-secret")

    items = str(aws.client("dynamodb").scan(TableName=config.table("idempotency"))["Items"])
    assert "special" not in items
    assert "my-own-key" not in items
    assert "hunter2" not in items


def test_a_key_has_at_most_128_characters(shop: Shop) -> None:
    assert shop.order(key="k" * 128).status == 201
    assert shop.order(key="k" * 129).status == 400
    assert len(shop.orders) == 1
