"""What people agree to, and the proof of it. How a consent stands is asked of `current.service`."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from mall import clock, config, errors, events, ids
from mall.http import Page
from mall.users.consents import model, store
from mall.users.consents.model import Consent, Current, Kind
from mall.users.consents.schemas import ConsentForm, ConsentList, ConsentState, ConsentView
from mall.users.model import AccountClosed


def change(user_id: str, kind: str, form: ConsentForm, *, ip: str) -> ConsentState:
    """Give or withdraw a consent; saying the same again changes nothing.

    Raises NoSuchConsent, ConsentRequired or AccountClosed.
    """
    of, now = Kind.of(kind), clock.now()

    def decide(current: Current) -> Consent | None:
        return model.decide(
            current,
            id=_new_id(user_id, now),
            user_id=user_id,
            kind=of,
            given=form.given,
            policy_version=form.policy_version,
            at=now,
            ip=ip,
        )

    return _state(of, store.append(user_id, decide, _changed))


def registered(event: events.Event) -> None:
    """Take in `users.UserRegistered`: who registered has agreed to the terms and the privacy policy shown to them.

    It may come late and repeatedly: what was said about either in the meantime stands.
    """

    def decide(kind: Kind, current: Current) -> Consent | None:
        return (
            None
            if kind in current
            else model.decide(
                current,
                id=_new_id(event.aggregate, event.occurred_at),
                user_id=event.aggregate,
                kind=kind,
                given=True,
                policy_version=event.data["terms"],
                at=event.occurred_at,
                ip="",
            )
        )

    for kind in (Kind.TERMS, Kind.PRIVACY):
        # Whoever was erased before the news of their registration came leaves no proof.
        with suppress(AccountClosed):
            store.append(event.aggregate, partial(decide, kind), _changed)


def overview(user_id: str, query: Page) -> ConsentList:
    """How each of somebody's consents stands, and a page of what they gave and withdrew. Raises Invalid."""
    if query.after is not None and not (query.after.isascii() and query.after.isdecimal() and len(query.after) < 18):
        raise errors.Invalid("'after' is not a cursor of this list.")
    found = store.history(user_id, limit=query.limit + 1, before=int(query.after) if query.after else None)
    page = found[: query.limit]
    current = store.current(user_id)
    return ConsentList(
        current=[_state(kind, current) for kind in Kind],
        items=[ConsentView.of(consent) for consent in page],
        next=str(page[-1].version) if len(found) > query.limit else None,
    )


def export(user_id: str) -> Iterator[dict[str, Any]]:
    """All that somebody gave and withdrew, for the copy of their data (JSON types)."""
    for consent in store.everything(user_id):
        yield ConsentView.of(consent).model_dump(mode="json") | {"network": consent.network}


def erase(user_id: str) -> int:
    """Keep the proof under a pseudonym and nothing that leads to the person; says how many rows it concerned.

    Repeating it is harmless. Why the proof stays is said in the package's docstring.
    """
    return store.rename(user_id, model.pseudonym(user_id, config.secret("pseudonym-key")), clock.now())


def _new_id(user_id: str, at: datetime) -> str:
    return ids.new("cns", slot=ids.slot_of(user_id), at=at)


def _state(kind: Kind, current: Current) -> ConsentState:
    last = current.get(kind)
    return ConsentState(
        kind=kind,
        required=kind.required,
        allowed=kind.until_withdrawn if last is None else last.given,
        last=None if last is None else ConsentView.of(last),
    )


def _changed(consent: Consent, current: Current) -> events.Event:
    return events.Event.of(
        "users.ConsentChanged",
        aggregate=consent.user_id,
        sequence=consent.version,
        data=_told(consent)
        | {"kind": consent.kind.value, "current": {kind.value: _told(current[kind]) for kind in sorted(current)}},
    )


def _told(consent: Consent) -> dict[str, Any]:
    return {"given": consent.given, "policy_version": consent.policy_version, "at": consent.at.isoformat()}
