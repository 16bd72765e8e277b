"""Jobs whose messages are lost come to an end that their merchants can see."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from mall import clock
from mall.imports import model
from mall.imports.model import STALLED_AFTER
from tests.functional.imports.conftest import Desk, tea
from tests.functional.imports.test_split_import import uploaded
from tests.functional.imports.test_work_chunk import counts, waiting

Passing = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def much_later() -> Passing:
    """So late that nothing moves any more."""
    return lambda: clock.at(clock.now() + STALLED_AFTER + timedelta(seconds=1))


def test_an_import_whose_chunks_are_lost_is_finished_without_them(
    desk: Desk, much_later: Passing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "CHUNK_PRODUCTS", 1)
    import_id, (_, second) = waiting(desk, tea("a"), tea("b"))
    desk.run("imports.work_chunk", {"Records": [second]})

    with much_later():
        assert desk.run("imports.finish_stalled", {}) == {"ended": 1}

    job = desk.see(import_id)
    assert (job["state"], counts(job)) == ("finished", {"created": 1, "failed": 1})
    assert [(error["external_id"], error["code"]) for error in desk.errors(job)] == [("a", "NotDone")]


def test_an_import_that_is_never_read_is_refused(desk: Desk, much_later: Passing) -> None:
    import_id, _ = uploaded(desk, tea())

    with much_later():
        desk.run("imports.finish_stalled", {})

    assert desk.see(import_id)["refusal"]["code"] == "NotDone"


def test_an_export_that_is_never_written_is_refused(desk: Desk, much_later: Passing) -> None:
    export_id = desk.invoke("imports.create_export", caller=desk.caller, body={"format": "csv"}).body["id"]

    with much_later():
        desk.run("imports.finish_stalled", {})

    seen = desk.invoke("imports.get_export", caller=desk.caller, path={"export_id": export_id}).body
    assert (seen["state"], seen["refusal"]["code"]) == ("refused", "NotDone")


def test_what_moves_or_waits_for_its_merchant_or_is_over_is_left_alone(desk: Desk, much_later: Passing) -> None:
    moving, _ = waiting(desk, tea("a"))
    assert desk.run("imports.finish_stalled", {}) == {"ended": 0}
    assert desk.see(moving)["state"] == "working"
    desk.run("imports.finish_stalled", {})
    done = desk.lines(tea("b"))["id"]
    form = desk.ask(model.Format.CSV)

    with much_later():
        assert desk.run("imports.finish_stalled", {}) == {"ended": 1}

    assert [desk.see(one)["state"] for one in (moving, done, form)] == ["finished", "finished", "waiting_for_file"]
