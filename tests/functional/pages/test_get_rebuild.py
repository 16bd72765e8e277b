"""Reading how far a rebuild has come."""

from collections.abc import Callable

from mall import clock, ids
from mall.auth import NOBODY, Caller
from mall.pages import service, store
from tests.fixtures.gateway import Answer
from tests.functional.pages.small_shop import NOON, SmallShop

OPERATOR = Caller(user_id=ids.new("usr", slot=1), permissions=frozenset({"pages.get_rebuild"}))


def test_a_rebuild_tells_how_far_it_has_come(invoke: Callable[..., Answer], shop: SmallShop) -> None:
    with clock.at(NOON):
        id = service.publish_all()
    first = invoke("pages.get_rebuild", caller=OPERATOR, path={"rebuild_id": id})
    with clock.at(NOON):
        total = service.start_rebuild(id, shop)
    store.count(id, done=total - 1, failed=1)

    second = invoke("pages.get_rebuild", caller=OPERATOR, path={"rebuild_id": id})

    assert (first.status, first.body["total"], first.body["finished"]) == (200, None, False)
    assert second.body == {
        "id": id,
        "started_at": "2030-01-01T12:00:00Z",
        "total": total,
        "done": total - 1,
        "failed": 1,
        "finished": True,
    }


def test_a_rebuild_that_never_was_is_not_found(invoke: Callable[..., Answer]) -> None:
    answer = invoke("pages.get_rebuild", caller=OPERATOR, path={"rebuild_id": ids.new("reb")})

    assert (answer.status, answer.code) == (404, "NoSuchRebuild")
    assert invoke("pages.get_rebuild", caller=NOBODY, path={"rebuild_id": "x"}).status == 401
