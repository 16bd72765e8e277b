"""A copy of what is kept of somebody's orders."""

from collections.abc import Callable
from typing import Any

from mall.orders import service
from mall.users.privacy import store as exports
from tests.fixtures.buying import Mall

Run = Callable[..., Any]


def test_every_order_is_in_the_copy_also_what_was_deleted_and_nothing_of_anothers(run: Run, mall: Mall) -> None:
    from mall import ids
    from mall.orders.model import SYSTEM
    from mall.orders.paying import service as paying
    from tests.fixtures import checkout

    paid, gone = mall.buy(mall.tea.wish(1)), mall.open()
    paying.cancel(mall.user_id, gone.id, by=SYSTEM, reason="x")
    service.hide(mall.user_id, mall.order(gone).id)
    checkout.written(checkout.buyer())
    export_id = ids.new("exp")

    run("orders.export_orders", {"user_id": mall.user_id, "export_id": export_id})

    assert exports.find(mall.user_id, export_id)
    found = service.export(mall.user_id)
    assert {one["id"] for one in found} == {mall.order(paid).id, mall.order(gone).id}
    assert {one["address"]["recipient"] for one in found} == {"李雷"}
