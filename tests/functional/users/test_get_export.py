"""Fetching a copy of one's data: one's own only, by a link that works for ten minutes."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from mall import ids
from mall.auth import NOBODY, Caller
from mall.users.privacy.model import folder_of
from tests.fixtures.buckets import put
from tests.fixtures.gateway import Answer
from tests.fixtures.people import customer


@pytest.fixture
def get(aws: object, invoke: Callable[..., Answer]) -> Callable[..., Answer]:
    """See how far an export is."""
    return lambda caller, export_id: invoke("users.get_export", caller=caller, path={"export_id": export_id})


def asked(caller: Caller, *files: str) -> str:
    """An export of which these files are there."""
    export_id = ids.new("exp")
    for file in ("request.json", *files):
        put("exports", f"{folder_of(caller.user_id, export_id)}/{file}", f"{file} of {caller.user_id}".encode())
    return export_id


def test_a_copy_that_is_not_finished_has_no_link(get: Callable[..., Answer]) -> None:
    me = customer()
    export_id = asked(me, "account.json", "addresses.json")

    assert get(me, export_id).body == {"id": export_id, "state": "preparing", "url": None}


def test_a_finished_copy_is_fetched_by_its_link_as_a_file(get: Callable[..., Answer]) -> None:
    me = customer()
    export_id = asked(me, "account.json", "export.zip")

    answer = get(me, export_id)

    assert (answer.status, answer.body["state"]) == (200, "ready")
    fetched = requests.get(answer.body["url"], timeout=5)
    assert fetched.content == f"export.zip of {me.user_id}".encode()
    assert fetched.headers["content-disposition"] == 'attachment; filename="mall-data.zip"'


def test_the_link_is_signed_and_works_for_ten_minutes(get: Callable[..., Answer]) -> None:
    me = customer()

    url = urlsplit(get(me, asked(me, "export.zip")).body["url"])

    query = parse_qs(url.query)
    assert url.path.endswith("/export.zip")
    assert query.get("X-Amz-Expires") == ["600"] or "Expires" in query
    assert {"X-Amz-Signature", "Signature"} & query.keys()


def test_another_persons_copy_is_not_found(get: Callable[..., Answer]) -> None:
    me, other = customer(), customer()
    theirs = asked(other, "export.zip")

    for export_id in (theirs, f"../{other.user_id}/{theirs}", f"{other.user_id}/{theirs}", ids.new("exp"), "."):
        answer = get(me, export_id)
        assert (answer.status, answer.code) == (404, "NoSuchExport"), export_id


def test_the_beginning_of_an_id_is_no_id(get: Callable[..., Answer]) -> None:
    me = customer()
    export_id = asked(me, "export.zip")

    assert get(me, export_id[:-1]).code == "NoSuchExport"


def test_a_stranger_sees_no_copies(get: Callable[..., Answer]) -> None:
    assert get(NOBODY, asked(customer(), "export.zip")).status == 401
