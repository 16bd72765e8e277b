"""Listing payments that somebody has to look into."""

from mall import clock, ids, sql
from mall.auth import Caller
from mall.money import Money
from mall.payments.exceptions import service
from mall.payments.model import Report, Standing
from tests.fixtures.paying import Till

OPERATOR = Caller(
    user_id="usr_2",
    session_id="ses_2",
    permissions=frozenset({"payments.list_exceptions", "payments.resolve_exception"}),
)


def unknown(slot: int) -> str:
    """Money for a payment that we know nothing of; its number."""
    number = ids.new("pat", slot=slot)

    def act(session: sql.Session) -> None:
        report = Report(number, Standing.PAID, trade_no=f"T{slot}", amount=Money(100, "CNY"))
        service.unknown(session, report, channel="sandbox", event_id=f"E{slot}", at=clock.now())

    sql.retrying(act, key=number)
    return number


def test_exceptions_of_all_shards_are_listed_the_newest_first_and_in_pages(till: Till) -> None:
    numbers = [unknown(slot) for slot in (1, 1000, 2, 1001)]

    first = till.invoke("payments.list_exceptions", caller=OPERATOR, query={"limit": "3"}).body
    rest = till.invoke("payments.list_exceptions", caller=OPERATOR, query={"limit": "3", "after": first["after"]}).body

    found = [one["attempt_id"] for one in (*first["items"], *rest["items"])]
    assert found == numbers[::-1]
    assert rest["after"] is None
    assert first["items"][0]["received"] == {"amount": 100, "currency": "CNY"}


def test_what_is_resolved_is_listed_apart(till: Till) -> None:
    unknown(1)
    held = till.invoke("payments.list_exceptions", caller=OPERATOR).body["items"][0]
    path, body = {"exception_id": held["id"]}, {"reason": "It belongs to our other shop."}
    till.invoke("payments.resolve_exception", caller=OPERATOR, path=path, body=body)

    assert till.invoke("payments.list_exceptions", caller=OPERATOR).body["items"] == []
    resolved = till.invoke("payments.list_exceptions", caller=OPERATOR, query={"state": "resolved"}).body["items"]
    assert [one["id"] for one in resolved] == [held["id"]]


def test_exceptions_are_for_those_who_may_see_them(till: Till) -> None:
    assert till.invoke("payments.list_exceptions", caller=till.buyer).status == 403
    merchants = Caller("usr_3", "ses_3", permissions=OPERATOR.permissions, merchant_id="mch_1")
    assert till.invoke("payments.list_exceptions", caller=merchants).status == 403
