"""The rules of accounts, sessions, codes and roles."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall.users import model
from mall.users.model import Account, AccountClosed, Device, Identifier, Role, Scope, Session, State

NOW = datetime(2030, 1, 1, tzinfo=UTC)
MAIL, PHONE = Identifier("email", "lin@example.com"), Identifier("phone", "+8613800138000")

permissions = st.frozensets(st.sampled_from(["a.read", "a.write", "b.read", "b.write", "*"]))
roles = st.lists(st.builds(Role, st.just("role"), st.just(Scope.PLATFORM), permissions), max_size=4)


def account(**changes: object) -> Account:
    return Account(id="usr_1", created_at=NOW, **changes)  # type: ignore[arg-type]


# --- accounts


def test_a_new_account_is_a_customers_and_found_by_what_was_proven() -> None:
    new = Account.register(MAIL, id="usr_1", at=NOW, locale="en")

    assert (new.identifiers, new.staff, new.state, new.profile.locale) == ((MAIL,), False, State.ACTIVE, "en")


def test_binding_adds_the_one_kind_and_replaces_the_other() -> None:
    both = Account.register(MAIL, id="usr_1", at=NOW).bind(PHONE)

    moved = both.bind(Identifier("email", "lin@example.org"))

    assert both.identifiers == (MAIL, PHONE)
    assert moved.identifiers == (Identifier("email", "lin@example.org"), PHONE)


def test_identifiers_of_different_kinds_never_collide() -> None:
    assert str(Identifier("email", "1")) != str(Identifier("phone", "1"))


def test_an_account_can_be_disabled_and_enabled_again() -> None:
    disabled = account().move_to(State.DISABLED)

    assert (disabled.state, disabled.move_to(State.ACTIVE).state) == (State.DISABLED, State.ACTIVE)


@pytest.mark.parametrize("state", [State.ACTIVE, State.DISABLED])
def test_nothing_leads_back_from_a_closed_account(state: State) -> None:
    closed = account(state=state).move_to(State.CLOSED)

    assert closed.move_to(State.CLOSED) == closed
    for other in (State.ACTIVE, State.DISABLED):
        with pytest.raises(AccountClosed):
            closed.move_to(other)


def test_the_life_of_an_account_is_described_for_every_state() -> None:
    assert set(model.NEXT) == set(State)
    assert all(after <= set(State) for after in model.NEXT.values())


# --- roles


def test_permissions_are_those_of_all_roles_together() -> None:
    reader = Role("reader", Scope.PLATFORM, frozenset({"a.read"}))
    writer = Role("writer", Scope.PLATFORM, frozenset({"a.write"}))

    assert account().permissions([reader, writer]) == {"a.read", "a.write"}
    assert account().permissions([]) == frozenset()


@given(roles)
def test_whoever_still_has_a_one_time_password_may_do_nothing(held: list[Role]) -> None:
    assert account(must_change_password=True).permissions(held) == frozenset()


@given(permissions, roles)
def test_nobody_grants_more_than_they_hold(granter: frozenset[str], granted: list[Role]) -> None:
    gained = frozenset().union(*(role.permissions for role in granted))

    assert model.grantable(granter, granted) == ("*" in granter or gained <= granter)


@given(permissions, permissions, roles)
def test_whoever_holds_more_can_grant_at_least_as_much(
    less: frozenset[str], further: frozenset[str], granted: list[Role]
) -> None:
    if model.grantable(less, granted):
        assert model.grantable(less | further, granted)


def test_only_who_may_do_everything_grants_everything() -> None:
    administrator = model.BUILT_IN_ROLES["administrator"]

    assert model.grantable(frozenset({"*"}), [administrator])
    assert not model.grantable(frozenset({"users.create_staff", "users.update_staff"}), [administrator])


def test_the_roles_that_come_with_the_mall_are_well_formed() -> None:
    for name, role in model.BUILT_IN_ROLES.items():
        assert (role.name, role.built_in) == (name, True)
        assert model.ROLE_NAME.fullmatch(name)
        assert role.permissions


def test_no_merchant_role_may_do_what_the_platform_does() -> None:
    merchant = [role for role in model.BUILT_IN_ROLES.values() if role.scope is Scope.MERCHANT]
    platform = {"*", "users.create_staff", "users.update_staff", "users.list_staff", "users.define_role"}

    assert merchant
    assert all(not role.permissions & platform for role in merchant)


@pytest.mark.parametrize("name", ["ab", "Clerk", "a__", "_ab", "ab_", "a-b", "a b", "a1b", "", "a" * 41, "abc\n"])
def test_what_is_no_name_of_a_role(name: str) -> None:
    assert not model.ROLE_NAME.fullmatch(name)


# --- sessions


def session(created: timedelta, refreshed: timedelta) -> Session:
    """A session by how long ago it was made and last refreshed."""
    return Session("usr_1", "ses_1", "digest", NOW - created, NOW - refreshed, Device("", ""))


def test_a_session_lasts_thirty_days_from_its_last_use() -> None:
    assert session(timedelta(days=40), timedelta(days=3)).over_at == NOW + timedelta(days=27)


def test_however_often_it_is_used_a_session_is_over_after_half_a_year() -> None:
    assert session(timedelta(days=179), timedelta()).over_at == NOW + timedelta(days=1)


@given(st.timedeltas(timedelta(), timedelta(days=180)), st.timedeltas(timedelta(), timedelta(days=180)))
def test_using_a_session_never_shortens_it(created: timedelta, refreshed: timedelta) -> None:
    idle = min(created, refreshed)

    assert session(created, timedelta()).over_at >= session(created, idle).over_at


# --- locks


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (1, 0), (4, 0), (5, 30), (6, 60), (7, 120), (8, 240), (11, 1920), (12, 3600), (13, 3600), (10**9, 3600)],
)
def test_the_lock_begins_at_the_fifth_failure_doubles_and_stays_at_an_hour(failures: int, seconds: int) -> None:
    assert model.lock_of(failures) == timedelta(seconds=seconds)


@given(st.integers(0, 10**6))
def test_another_failure_never_shortens_the_lock(failures: int) -> None:
    assert model.lock_of(failures + 1) >= model.lock_of(failures)


def test_a_day_of_guessing_is_worth_less_than_forty_guesses() -> None:
    guesses, passed = 0, timedelta()
    while passed < timedelta(days=1):
        guesses += 1
        passed += model.lock_of(guesses)

    assert guesses < 40


# --- secrets


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_two_texts_are_the_same_exactly_when_they_are_equal(left: str, right: str) -> None:
    assert model.same(left, right) == (left == right)
    assert model.same(left, left)


def test_a_digest_tells_secrets_apart_and_does_not_hold_them() -> None:
    assert model.digest("secret") == model.digest("secret")
    assert model.digest("secret") != model.digest("Secret")
    assert "secret" not in model.digest("secret")
