"""Who asks, and what an operation demands."""

import pytest

from mall import errors
from mall.auth import NOBODY, PUBLIC, SIGNED_IN, Access, Caller, permission

BUYER = Caller(user_id="usr_1", session_id="ses_1", roles=frozenset({"customer"}))
STAFF = Caller(user_id="usr_2", merchant_id="mch_1", permissions=frozenset({"orders.ship", "orders.list"}))
KEY = Caller(key_id="key_1", merchant_id="mch_1", permissions=frozenset({"orders.ship"}))
ROOT = Caller(user_id="usr_3", permissions=frozenset({"*"}))


@pytest.mark.parametrize("caller", [NOBODY, BUYER, STAFF, ROOT])
def test_a_caller_survives_the_way_through_the_gateway(caller: Caller) -> None:
    context = caller.context()

    assert Caller.of_context(context) == caller
    assert all(isinstance(value, str) for value in context.values())


def test_a_request_without_an_authorizer_is_nobodys() -> None:
    assert Caller.of_context({}) == NOBODY
    assert not NOBODY.known


@pytest.mark.parametrize("caller", [NOBODY, BUYER, KEY])
def test_everybody_may_do_what_is_public(caller: Caller) -> None:
    PUBLIC.check(caller)


@pytest.mark.parametrize(
    ("access", "caller", "refusal"),
    [
        (SIGNED_IN, NOBODY, errors.Unauthenticated),
        (SIGNED_IN, KEY, errors.Unauthenticated),
        (SIGNED_IN, BUYER, None),
        (permission("orders.ship"), NOBODY, errors.Unauthenticated),
        (permission("orders.ship"), BUYER, errors.Forbidden),
        (permission("orders.ship"), STAFF, None),
        (permission("orders.ship"), KEY, None),
        (permission("orders.ship"), ROOT, None),
        (permission("orders.shi"), STAFF, errors.Forbidden),
        (permission("orders"), STAFF, errors.Forbidden),
    ],
)
def test_an_operation_lets_in_whom_it_says(
    access: Access, caller: Caller, refusal: type[errors.MallError] | None
) -> None:
    if refusal is None:
        access.check(caller)
        return

    with pytest.raises(refusal):
        access.check(caller)


def test_only_the_whole_star_is_every_permission() -> None:
    assert ROOT.may("anything.at_all")
    assert not Caller(user_id="usr_1", permissions=frozenset({"orders.*"})).may("orders.ship")
