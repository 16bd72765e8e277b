"""What is left of an account that is closed, and where copies of somebody's data lie."""

from dataclasses import asdict, replace
from datetime import UTC, date, datetime

import pytest

from mall.users.model import Account, AccountClosed, Gender, Profile, State, Totp
from mall.users.privacy.model import PARTS, StaffAccount, closed, folder_of

AT = datetime(2030, 1, 1, tzinfo=UTC)
ACCOUNT = Account(
    id="usr_1",
    created_at=AT,
    email="anna@example.com",
    phone="+8613800138000",
    password_hash="$argon2id$secret",
    totp=Totp("encrypted", confirmed=True, recovery=frozenset({"digest"})),
    profile=Profile("安娜", Gender.FEMALE, date(1990, 2, 3), "440305", "avatars/usr_1/a.webp", "en"),
    version=7,
)


def test_a_closed_account_keeps_its_id_and_dates_and_nothing_that_names_its_owner() -> None:
    left = closed(ACCOUNT)

    kept = {name: value for name, value in asdict(left).items() if value and name != "profile"}
    assert kept == {"id": "usr_1", "created_at": AT, "state": State.CLOSED, "version": 7}
    assert not any(asdict(left.profile).values())
    assert left.identifiers == ()


def test_closing_is_final() -> None:
    with pytest.raises(AccountClosed):
        closed(ACCOUNT).move_to(State.ACTIVE)


@pytest.mark.parametrize("state", [State.ACTIVE, State.DISABLED, State.CLOSED])
def test_an_account_can_be_closed_from_every_state(state: State) -> None:
    assert closed(replace(ACCOUNT, state=state)).state is State.CLOSED


def test_a_staff_account_is_not_closed_by_its_owner() -> None:
    with pytest.raises(StaffAccount):
        closed(replace(ACCOUNT, roles=frozenset({"ops"})))


def test_a_copy_lies_below_its_owners_id() -> None:
    assert folder_of("usr_1", "exp_2") == "exports/usr_1/exp_2"
    assert folder_of("usr_1", "exp_2") != folder_of("usr_2", "exp_2")


def test_a_copy_has_each_part_once() -> None:
    assert len(PARTS) == len(set(PARTS))
