"""The first administrator: created once, by whoever deploys the mall."""

from collections.abc import Callable
from typing import Any

import pytest

from mall import tokens
from mall.users import model
from mall.users.credentials import NotAnIdentifier
from mall.users.model import AdministratorExists, Identifier, IdentifierTaken
from mall.users.staff import service
from mall.users.store import find
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import PASSWORD, People

BOSS = {"identifier": "Boss@Example.com "}


def test_the_first_administrator_may_do_everything_once_the_password_is_their_own(
    run: Callable[..., Any], invoke: Callable[..., Answer]
) -> None:
    created = run("users.create_first_administrator", BOSS)

    first = invoke(
        "users.sign_in", body={"identifier": "boss@example.com", "password": created["one_time_password"]}
    ).body
    assert first["must_change_password"]
    boss = tokens.verify(first["access_token"])
    assert (boss.user_id, boss.permissions) == (created["user_id"], frozenset())

    changed = {"current_password": created["one_time_password"], "new_password": PASSWORD}
    assert invoke("users.change_password", caller=boss, body=changed).status == 204
    renewed = invoke("users.refresh_session", body={"refresh_token": first["refresh_token"]}).body
    assert tokens.verify(renewed["access_token"]).permissions == {"*"}


def test_there_is_only_one_first_administrator(run: Callable[..., Any]) -> None:
    created = run("users.create_first_administrator", BOSS)

    for identifier in ("boss@example.com", "other@example.com"):
        with pytest.raises(AdministratorExists):
            run("users.create_first_administrator", {"identifier": identifier})

    first = find(Identifier("email", "boss@example.com"))
    assert first is not None and first.id == created["user_id"]
    assert find(Identifier("email", "other@example.com")) is None


def test_an_address_that_is_taken_leaves_the_place_free(run: Callable[..., Any], people: People) -> None:
    people.register("boss@example.com")

    with pytest.raises(IdentifierTaken):
        run("users.create_first_administrator", BOSS)

    assert run("users.create_first_administrator", {"identifier": "13800138000"})["user_id"]


def test_what_is_no_address_leaves_the_place_free(run: Callable[..., Any]) -> None:
    with pytest.raises(NotAnIdentifier):
        run("users.create_first_administrator", {"identifier": "boss"})

    assert run("users.create_first_administrator", BOSS)


def test_of_two_created_at_once_one_is_the_first(at_once: Callable[..., list[Any]]) -> None:
    names = ["one@example.com", "two@example.com", "three@example.com"]

    results = at_once(*(lambda name=name: service.create_first_administrator(name) for name in names))

    refused = [isinstance(result, AdministratorExists) for result in results]
    assert sum(refused) == 2, results
    for name, no in zip(names, refused, strict=True):
        account = find(Identifier("email", name))
        assert (account is None) == no
        assert account is None or account.roles == {"administrator"}


def test_the_one_time_password_is_not_logged(run: Callable[..., Any], written: Callable[[], str]) -> None:
    created = run("users.create_first_administrator", BOSS)

    assert created["user_id"] in written()
    assert created["one_time_password"] not in written()
    assert "boss@example.com" not in written().lower()


def test_a_new_one_time_password_is_strong_and_different_each_time(run: Callable[..., Any]) -> None:
    given = run("users.create_first_administrator", BOSS)["one_time_password"]

    assert len(given.replace("-", "")) == 16
    assert given != service._new_staff(Identifier("email", "a@example.com"), "", {"ops"}, "")[1]
    assert model.BUILT_IN_ROLES["administrator"].permissions == {"*"}
