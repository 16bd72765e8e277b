"""What an event is, and how it looks on the bus."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from mall import clock, errors
from mall.events import Event, EventTooLarge

MOMENT = datetime(2030, 1, 1, 12, tzinfo=UTC)


def test_an_event_survives_the_way_over_the_bus() -> None:
    event = Event.of("users.ConsentChanged", aggregate="usr_1", data={"given": True, "name": "商城"}, version=2)

    envelope = {"source": event.source, "detail-type": event.name, "detail": json.loads(event.detail())}

    assert Event.of_envelope(envelope) == event
    assert event.source == "mall.users"
    assert event.contract == "users.ConsentChanged.v2"


def test_the_detail_has_the_agreed_fields() -> None:
    with clock.at(MOMENT):
        detail = json.loads(Event.of("users.ConsentChanged", aggregate="usr_1", data={}).detail())

    assert set(detail) == {"id", "version", "aggregate", "sequence", "occurred_at", "data"}
    assert detail["occurred_at"] == "2030-01-01T12:00:00+00:00"


@pytest.mark.parametrize("envelope", [{}, {"detail": "text"}, {"detail-type": "users.X", "detail": {"id": "evt_1"}}])
def test_what_is_not_one_of_our_events_is_refused(envelope: dict[str, object]) -> None:
    with pytest.raises(errors.Invalid):
        Event.of_envelope(envelope)


@pytest.mark.parametrize("name", ["ConsentChanged", "users.consentChanged", "users.", "Users.ConsentChanged"])
def test_a_name_is_a_subsystem_and_a_past_tense(name: str) -> None:
    with pytest.raises(ValueError, match="<subsystem>"):
        Event.of(name, aggregate="usr_1", data={})


def test_sequence_grows_even_when_the_clock_stands_still_or_steps_back() -> None:
    sequences = []
    for moment in (MOMENT, MOMENT, MOMENT - timedelta(seconds=1)):
        with clock.at(moment):
            sequences.append(Event.of("users.ConsentChanged", aggregate="usr_1", data={}).sequence)

    assert sequences == sorted(set(sequences))


def test_an_aggregate_with_a_version_of_its_own_gives_it_as_sequence() -> None:
    event = Event.of("users.ConsentChanged", aggregate="usr_1", data={}, sequence=7)

    assert [event.supersedes(seen) for seen in (None, 6, 7, 8)] == [True, True, False, False]


def test_an_event_that_no_bus_would_take_is_refused() -> None:
    event = Event.of("users.ConsentChanged", aggregate="usr_1", data={"text": "商" * 100_000})

    with pytest.raises(EventTooLarge):
        event.detail()
