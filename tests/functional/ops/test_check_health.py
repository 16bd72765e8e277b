"""Whether the mall answers, and what it says of itself."""

from collections.abc import Callable

from tests.fixtures.gateway import Answer


def test_anybody_may_ask_whether_the_mall_answers(invoke: Callable[..., Answer]) -> None:
    answer = invoke("ops.check_health")

    assert answer.status == 200
    assert answer.body == {"status": "ok", "stage": "test"}
