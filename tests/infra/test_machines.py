"""The page about the life of an order is the one that its rules draw."""

from infra.api import machines
from mall.orders.rules import NEXT, RULES, Act


def test_the_page_is_fresh() -> None:
    assert machines.FILE.read_text(encoding="utf-8") == machines.page(), "run `make api`"


def test_every_move_is_drawn_and_every_act_has_a_row() -> None:
    page = machines.page()

    for status, following in NEXT.items():
        for to in following:
            assert f"    {status.value} --> {to.value}: " in page
    for act in Act:
        assert f"| `{act.value}` |" in page
    assert {rule.act for rule in RULES} == set(Act)
