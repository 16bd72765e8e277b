"""Exporting what an account itself says, without any proof of who its owner is."""

from collections.abc import Callable
from typing import Any

import pyotp
import pytest

from mall import ids
from mall.users import store
from mall.users.model import AccountClosed
from mall.users.sessions import store as sessions
from tests.fixtures.buckets import keys
from tests.fixtures.copies import part, request, text
from tests.fixtures.gateway import Answer
from tests.fixtures.people import close, with_account
from tests.functional.users.conftest import People


def test_everything_that_a_person_told_is_there(
    people: People, run: Callable[..., Any], invoke: Callable[..., Answer]
) -> None:
    me = people.register("anna@example.com", device="Anna's phone")
    change = {"nickname": "安娜", "gender": "female", "birthday": "1990-02-03", "region": "440305", "locale": "en"}
    invoke("users.update_profile", caller=me.caller, body=change)
    given = request(me.id)

    run("users.export_account", given)

    account = part(given, "account")
    assert (account["id"], account["email"], account["phone"]) == (me.id, "anna@example.com", "")
    assert {name: account[name] for name in change} == change
    assert [session["device"] for session in account["sessions"]] == ["Anna's phone"]
    assert (account["roles"], account["merchant_id"]) == ([], "")


def test_somebody_who_works_here_is_told_what_for(people: People, run: Callable[..., Any]) -> None:
    merchant = ids.new("mch", slot=7)
    given = request(people.staff(["merchant_clerk"], merchant_id=merchant, settled=False).id)

    run("users.export_account", given)

    account = part(given, "account")
    assert (account["roles"], account["merchant_id"]) == (["merchant_clerk"], merchant)


def test_no_proof_of_identity_is_there(people: People, run: Callable[..., Any], invoke: Callable[..., Answer]) -> None:
    me = people.register()
    secret = invoke("users.start_totp", caller=me.caller).body["secret"]
    confirmed = invoke("users.confirm_totp", caller=me.caller, body={"code": pyotp.TOTP(secret).now()})
    assert confirmed.status == 200
    given = request(me.id)

    run("users.export_account", given)

    account, told = store.load(me.id), text(given, "account")
    assert account.totp is not None
    (session,) = sessions.sessions(me.id)
    proofs = [secret, account.totp.secret, *account.totp.recovery, account.password_hash, session.token_digest]
    proofs += [me.refresh_token, me.refresh_token.rpartition(".")[2], *confirmed.body["recovery_codes"]]
    assert [proof for proof in proofs if proof in told] == []
    assert not {"password_hash", "totp", "token_digest"} & part(given, "account").keys()


def test_nobody_elses_data_is_there(people: People, run: Callable[..., Any]) -> None:
    me, other = people.register(), people.register()
    given = request(me.id)

    run("users.export_account", given)

    assert other.id not in text(given, "account")
    assert other.identifier not in text(given, "account")


def test_a_repetition_stores_the_same(people: People, run: Callable[..., Any]) -> None:
    given = request(people.register().id)
    run("users.export_account", given)
    first = text(given, "account")

    run("users.export_account", given)

    assert text(given, "account") == first
    assert len(keys("exports")) == 1


def test_of_a_closed_account_nothing_is_kept(run: Callable[..., Any]) -> None:
    me = with_account()
    given = request(me.user_id)
    close(me)

    with pytest.raises(AccountClosed):
        run("users.export_account", given)

    assert keys("exports") == set()
