"""How much a merchant may hold, set by operators."""

from collections.abc import Callable

import pytest

from mall.images import service
from tests.fixtures.gateway import Answer
from tests.fixtures.pictures import merchant, operator, taken

pytestmark = pytest.mark.usefixtures("aws")
Invoke = Callable[..., Answer]
BODY = {"pictures": 5, "bytes": 1000}


def test_an_operator_sets_it_and_what_is_held_stays(invoke: Invoke) -> None:
    me = merchant()
    id = taken(me)

    answer = invoke("images.set_quota", caller=operator(), path={"merchant_id": me.merchant_id}, body=BODY)

    assert (answer.status, answer.body["max_pictures"], answer.body["max_bytes"]) == (200, 5, 1000)
    assert service.account(me).pictures == 1 and service.get_many([id])


@pytest.mark.parametrize("body", [{}, {"pictures": -1, "bytes": 1}, {"pictures": 1, "bytes": 2**51}])
def test_what_is_no_quota_is_refused(invoke: Invoke, body: dict[str, int]) -> None:
    path = {"merchant_id": merchant().merchant_id}

    assert invoke("images.set_quota", caller=operator(), path=path, body=body).status == 400


def test_who_is_no_merchant_has_none(invoke: Invoke) -> None:
    answer = invoke("images.set_quota", caller=operator(), path={"merchant_id": "somebody"}, body=BODY)

    assert (answer.status, answer.code) == (400, "MalformedId")


def test_merchants_do_not_set_their_own(invoke: Invoke) -> None:
    me = merchant()

    assert invoke("images.set_quota", caller=me, path={"merchant_id": me.merchant_id}, body=BODY).status == 403
