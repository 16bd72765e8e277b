"""The use cases of merchants' records."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from mall import clock, events, ids
from mall.http import Page
from mall.merchants import schemas, store
from mall.merchants.model import Merchant, MerchantNotActive, NoSuchMerchant, State
from mall.observability import logger
from mall.seen import Seen

_PAGE = 100
# A reader may take a merchant for what it was half a minute ago; whoever decides something asks `get`.
_seen = Seen(store.load_many, seconds=30)


def get(merchant_id: str) -> Merchant:
    """The merchant as it is now. Raises NoSuchMerchant."""
    return store.load(merchant_id)


def get_many(merchant_ids: Iterable[str]) -> dict[str, Merchant]:
    """Those of the merchants that there are, by id, as they are now."""
    return store.load_many(merchant_ids)


def seen(merchant_id: str) -> Merchant | None:
    """The merchant as it was within the last half a minute, mostly without a call; None where there is none."""
    return _seen.get(merchant_id)


def seen_many(merchant_ids: Iterable[str]) -> dict[str, Merchant]:
    """Those of the merchants that there are, by id, as they were within the last half a minute."""
    return _seen.get_many(merchant_ids)


def active(merchant_id: str) -> Merchant:
    """The merchant, if it may sell. Raises MerchantNotActive, also where there is none."""
    try:
        merchant = store.load(merchant_id)
    except NoSuchMerchant:
        raise MerchantNotActive from None
    if merchant.state is not State.ACTIVE:
        raise MerchantNotActive
    return merchant


def sells(merchant_id: str) -> bool:
    """Whether the merchant may sell."""
    found = store.load_many([merchant_id]).get(merchant_id)
    return found is not None and found.state is State.ACTIVE


def shop_front(merchant_id: str) -> Merchant:
    """The merchant, if the public may see it. Raises NoSuchMerchant."""
    merchant = seen(merchant_id)
    if merchant is None or merchant.state is not State.ACTIVE:
        raise NoSuchMerchant
    return merchant


def everybody() -> Iterator[Merchant]:
    """All merchants, in the order in which they came."""
    after: str | None = None
    while True:
        found, after = store.page(limit=_PAGE, after=after)
        yield from found
        if after is None:
            return


def list_active() -> Iterator[Merchant]:
    """All merchants that may sell, in the order in which they came."""
    return (merchant for merchant in everybody() if merchant.state is State.ACTIVE)


def page(query: Page) -> schemas.MerchantList:
    """A page of all merchants."""
    found, following = store.page(limit=query.limit, after=query.after)
    return schemas.MerchantList(items=[schemas.MerchantRecord.of(merchant) for merchant in found], next=following)


def create(given: schemas.NewMerchant) -> Merchant:
    """Take a merchant in. Raises MerchantExists or SlugTaken, both with the `merchant_id` of who is there."""
    merchant = Merchant(
        id=given.id or ids.new("mch", slot=ids.random_slot()),
        kind=given.kind,
        name=dict(given.name),
        about=dict(given.about),
        slug=given.slug,
        logo=given.logo,
        trusted=given.trusted,
        created_at=clock.now(),
    )
    merchant = store.create(merchant, _news(merchant, "created"))
    logger.info("merchant created", merchant_id=merchant.id, kind=merchant.kind)
    return merchant


def change(merchant_id: str, given: schemas.ChangedMerchant) -> Merchant:
    """Change a merchant's record. Raises NoSuchMerchant, SlugTaken or MerchantChanged."""
    before = store.load(merchant_id)
    wanted: dict[str, Any] = {
        name: dict(value) if isinstance(value, dict) else value for name, value in given if value is not None
    }
    merchant = replace(before, **wanted)
    if merchant == before:
        return before
    merchant = store.save(merchant, before=before, news=_news(merchant, "record"))
    logger.info("merchant changed", merchant_id=merchant.id, fields=sorted(wanted))
    return merchant


def suspend(merchant_id: str, reason: str) -> Merchant:
    """Keep a merchant from selling. Raises NoSuchMerchant or MerchantClosed."""
    return _move(merchant_id, State.SUSPENDED, reason)


def resume(merchant_id: str) -> Merchant:
    """Let a suspended merchant sell again. Raises NoSuchMerchant or MerchantClosed."""
    return _move(merchant_id, State.ACTIVE, "")


def close(merchant_id: str, reason: str) -> Merchant:
    """End a merchant's time at the mall, for good. Raises NoSuchMerchant."""
    return _move(merchant_id, State.CLOSED, reason)


def _move(merchant_id: str, state: State, reason: str) -> Merchant:
    before = store.load(merchant_id)
    merchant = before.move_to(state, reason=reason)
    if merchant is before:
        return before
    merchant = store.save(merchant, before=before, news=_news(merchant, "state"))
    logger.info("merchant moved", merchant_id=merchant_id, state=state)
    return merchant


def _news(merchant: Merchant, what: str) -> events.Event:
    data = {"merchant_id": merchant.id, "what": what, "state": merchant.state.value}
    return events.Event.of("merchants.MerchantChanged", aggregate=merchant.id, data=data)
