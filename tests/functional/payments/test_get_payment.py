"""Reading what one has to pay."""

from mall import ids
from tests.fixtures import people
from tests.fixtures.paying import PRICE, Till


def test_a_payment_shows_what_is_due_and_how_it_stands(till: Till) -> None:
    intent = till.intent()
    attempt = till.begin(intent)

    body = till.invoke("payments.get_payment", caller=till.buyer, path={"intent_id": intent.id}).body

    assert (body["id"], body["state"], body["purpose"], body["reference"]) == (
        intent.id,
        "waiting",
        "trade",
        intent.reference,
    )
    assert body["amount"] == {"amount": PRICE.cents, "currency": "CNY"}
    assert [one["attempt_id"] for one in body["attempts"]] == [attempt["attempt_id"]]
    assert body["attempts"][0]["action"]["kind"] == "redirect"


def test_how_to_go_on_is_told_only_while_there_is_something_to_go_on_with(till: Till) -> None:
    intent = till.intent()
    till.pay(intent)

    body = till.invoke("payments.get_payment", caller=till.buyer, path={"intent_id": intent.id}).body

    assert (body["state"], body["attempts"][0]["state"], body["attempts"][0]["action"]) == ("success", "success", {})
    assert body["paid_at"]


def test_what_is_anothers_or_nothing_is_not_found(till: Till) -> None:
    intent = till.intent()
    slot = ids.slot_of(intent.id)

    for caller, path in (
        (people.customer(), intent.id),
        (people.customer(slot=slot), intent.id),
        (till.buyer, ids.new("pay", slot=slot)),
        (till.buyer, "pay_1"),
    ):
        answer = till.invoke("payments.get_payment", caller=caller, path={"intent_id": path})
        assert (answer.status, answer.code) == (404, "PaymentNotFound")
