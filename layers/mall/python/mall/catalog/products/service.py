"""The use cases of products: writing them, having them reviewed, selling them, and showing them."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Literal, TypeVar

from mall import clock, errors, ids
from mall.catalog.brands import service as brands
from mall.catalog.brands.model import BrandHidden, NoSuchBrand
from mall.catalog.categories import service as categories
from mall.catalog.categories.model import NoSuchCategory, Published
from mall.catalog.categories.model import State as CategoryState
from mall.catalog.labels import service as labels
from mall.catalog.offers import service as offers_service
from mall.catalog.offers.model import Change, Offer, Offers
from mall.catalog.products import news, store
from mall.catalog.products.differences import likeness
from mall.catalog.products.model import (
    Content,
    DraftChanged,
    NoSuchProduct,
    Off,
    Product,
    ProductChanged,
    Reason,
    Record,
    Sku,
    State,
)
from mall.catalog.products.preparing import BadProduct, check_complete, prepared
from mall.merchants import service as merchants
from mall.observability import logger

T = TypeVar("T")
What = Literal["created", "updated", "unchanged"]
_ATTEMPTS = 6
_PAGE = 50


# --- what others of the mall ask


def get_live(product_id: str) -> Product | None:
    """The product as it is on sale now, with what its SKUs cost; None where it is not on sale."""
    return live_many([product_id]).get(product_id)


def live_many(product_ids: Iterable[str]) -> dict[str, Product]:
    """Those of the products that are on sale now, by id."""
    found = store.live_many(product_ids)
    return {id: priced(*pair) for id, pair in found.items() if pair[0].state is State.ON_SALE}


def every_live() -> Iterator[Product]:
    """All products on sale, in no order."""
    ids = store.every_live()
    while some := list(islice(ids, _PAGE)):
        yield from live_many(some).values()


def ids_of(merchant_id: str, external_ids: Iterable[str]) -> dict[str, str]:
    """Which of a merchant's own ids of products lead to which of ours."""
    return store.ids_of(merchant_id, external_ids)


def newest_of_merchant(merchant_id: str, *, after: str | None, limit: int) -> tuple[list[Product], str | None]:
    """A page of a merchant's products as they were written last, and the cursor of the next."""
    found, following = store.of_merchant(merchant_id, limit=limit, after=after)
    records = store.load_many(summary.id for summary in found)
    return [records[summary.id].product for summary in found if summary.id in records], following


def uses_category(category_id: str) -> bool:
    """Whether a product is in the category."""
    return bool(store.in_category(category_id, most=1))


# --- what merchants do


def put(
    merchant_id: str,
    content: Content,
    *,
    by: str,
    submit: bool = False,
    product_id: str | None = None,
    revision: int | None = None,
) -> tuple[Product, What]:
    """Write down what a merchant says of a product, and `submit` it for review if asked to.

    Without a `product_id` it is the product with the same `external_id`, or a new one. What is on sale stays as it is
    until the draft is approved, except for prices and stock, which change at once. Saying the same again changes
    nothing. Raises BadProduct, NoSuchProduct, MerchantNotActive, ExternalIdTaken, DraftChanged (the product is no
    longer at `revision`), or ProductChanged when others keep changing it.
    """
    merchant = merchants.active(merchant_id)
    category = _category(content.category_id)
    _check_brand(content.brand_id)
    content = replace(
        content, category_id=category.id, labels=labels.resolve(merchant_id, content.labels, locale=_locale(content))
    )

    def attempt() -> tuple[Record, What]:
        id = product_id or (
            store.ids_of(merchant_id, [content.external_id]).get(content.external_id) if content.external_id else None
        )
        record, offers = _own(merchant_id, id) if id else (None, None)
        if record is not None and revision is not None and record.revision != revision:
            raise DraftChanged
        clean = prepared(content, category.template, before=None if record is None else record.newest)
        clean = replace(clean, skus=tuple(replace(sku, id=sku.id or ids.new("sku")) for sku in clean.skus))
        if submit:
            check_complete(clean, category.template)
        now = clock.now()
        if record is None:
            start = Record(ids.new("prd", at=now), merchant_id, created_at=now, updated_at=now)
            after = start.edit(clean, by=by, at=now)
            return _submitted(after, None, None, submit, merchant.approves_itself, by), "created"
        offered = set(offers.offers) if offers else set[str]()
        repriced = offers is not None and _reprice(merchant_id, record.id, clean, offers)
        if likeness(record.newest, offered) != likeness(clean, offered):
            after = record.edit(clean, by=by, at=now)
            return _submitted(after, record, offers, submit, merchant.approves_itself, by), "updated"
        if submit and record.draft is not None and record.draft.state is State.DRAFT:
            return _submitted(record, record, offers, submit, merchant.approves_itself, by), "updated"
        return record, "updated" if repriced else "unchanged"

    record, what = _persist(attempt)
    if what != "unchanged":
        logger.info("product written", product_id=record.id, merchant_id=merchant_id, what=what)
    return record.product, what


def submit(merchant_id: str, product_id: str, *, by: str) -> Record:
    """Have the draft reviewed; where the merchant is trusted it is approved at once.

    Raises NoSuchProduct, NoDraft, BadProduct, MerchantNotActive or ProductChanged.
    """
    merchant = merchants.active(merchant_id)

    def attempt() -> Record:
        record, offers = _own(merchant_id, product_id)
        content = record.submit(at=clock.now()).newest
        category = _category(content.category_id)
        _check_brand(content.brand_id)
        check_complete(content, category.template)
        if record.draft is not None and record.draft.state is State.IN_REVIEW and not merchant.approves_itself:
            return record
        return _submitted(record, record, offers, True, merchant.approves_itself, by)

    return _persist(attempt)


def withdraw(merchant_id: str, product_id: str) -> Record:
    """Take the draft back from the review. Raises NoSuchProduct, NoDraft or ProductChanged."""
    return _change(product_id, lambda record: record.withdraw(at=clock.now()), owner=merchant_id)


def discard_draft(merchant_id: str, product_id: str) -> Record:
    """Throw the draft of a live product away. Raises NoSuchProduct, NoDraft, NotApproved or ProductChanged."""
    return _change(product_id, lambda record: record.discard(at=clock.now()), owner=merchant_id)


def put_on_sale(merchant_id: str, product_id: str) -> Record:
    """Sell what was approved. Raises NoSuchProduct, NotApproved, HeldByPlatform, NothingToSell, MerchantNotActive."""
    merchants.active(merchant_id)
    return _change(product_id, lambda record: record.put_on_sale(at=clock.now()), owner=merchant_id)


def take_off_sale(merchant_id: str, product_id: str) -> Record:
    """Sell it no more. Raises NoSuchProduct or NotApproved."""
    return _change(product_id, lambda record: record.take_off_sale(Off.MERCHANT, at=clock.now()), owner=merchant_id)


def schedule(merchant_id: str, product_id: str, start: datetime | None, end: datetime | None) -> Record:
    """Sell what was approved between two moments, without a review.

    Raises NoSuchProduct, NotApproved, HeldByPlatform, NothingToSell, MerchantNotActive.
    """
    merchants.active(merchant_id)
    return _change(product_id, lambda record: record.schedule(start, end, at=clock.now()), owner=merchant_id)


def own(merchant_id: str, product_id: str) -> tuple[Record, Offers | None]:
    """All of a merchant's own product. Raises NoSuchProduct."""
    return _own(merchant_id, product_id)


# --- what reviewers and operators do


def approve(product_id: str, *, revision: int, by: str) -> Record:
    """Let the draft that was read at `revision` be the next version.

    Raises NoSuchProduct, NotInReview or DraftChanged.
    """

    def attempt() -> Record:
        record, offers = store.load(product_id)
        _check_read(record, revision)
        return _approved(record, record, offers, by)

    return _persist(attempt, tries=1)


def refuse(product_id: str, reasons: Sequence[Reason], *, revision: int, by: str) -> Record:
    """Refuse the draft that was read at `revision`. Raises NoSuchProduct, NotInReview, DraftChanged."""

    def decide(record: Record) -> Record:
        _check_read(record, revision)
        return record.refuse(reasons, by=by, at=clock.now())

    return _change(product_id, decide)


def take_down(product_id: str, reason: str) -> Record:
    """Take a product off sale for the platform. Raises NoSuchProduct or NotApproved."""
    return _change(product_id, lambda record: record.take_off_sale(Off.PLATFORM, reason=reason, at=clock.now()))


def release(product_id: str) -> Record:
    """Let a merchant sell again what the platform took down. Raises NoSuchProduct or NotApproved."""
    return _change(product_id, lambda record: record.release(at=clock.now()))


def flag(product_id: str, flags: Mapping[str, datetime]) -> Record:
    """Give a product exactly these flags. Raises NoSuchProduct, NotApproved or BadFlag."""
    return _change(product_id, lambda record: record.flag(flags, at=clock.now()))


# --- what happens by itself


def tick(*, most: int = 500) -> int:
    """Begin and end what is due by now, and say how many products that were."""
    now = clock.now()
    due = store.due(now, most=most)
    for product_id in due:
        _change(product_id, lambda record: record.tick(at=now))
    return len(due)


def move_products(category_id: str, into: str, *, most: int) -> int:
    """Put up to `most` products of a category into another one, and say how many there were."""
    found = store.in_category(category_id, most=most)
    for product_id in found:
        _change(product_id, lambda record: _moved(record, category_id, into))
    return len(found)


def suspend_products(merchant_id: str) -> None:
    """Take all of a merchant's products off sale; a repetition goes on where the one before was broken off."""
    _each(merchant_id, {State.ON_SALE, State.APPROVED}, lambda record, now: record.take_off_sale(Off.SUSPENSION, at=now))


def resume_products(merchant_id: str) -> None:
    """Put on sale again what `suspend_products` took off; a repetition goes on where the one before was broken off."""
    _each(merchant_id, {State.OFF_SALE}, lambda record, now: record.resume(at=now))


# --- how it is done


def priced(product: Product, offers: Offers | None) -> Product:
    """The product with what its SKUs cost now, without those that are not offered."""
    known: Mapping[str, Offer] = {} if offers is None else offers.offers
    skus = tuple(
        replace(sku, price=known[sku.id].price, list_price=known[sku.id].list_price, stock=None)
        for sku in product.skus
        if sku.id in known
    )
    return replace(product, skus=skus)


def _each(merchant_id: str, states: set[State], decide: Callable[[Record, datetime], Record]) -> None:
    now, after = clock.now(), None
    while True:
        # What is changed comes first in the list, so nothing is passed over behind the cursor.
        found, after = store.of_merchant(merchant_id, limit=_PAGE, after=after)
        for summary in found:
            if summary.content["live"] in states:
                _change(summary.id, lambda record: decide(record, now))
        if after is None:
            return


def _moved(record: Record, category_id: str, into: str) -> Record:
    # Only one of draft and live may be in it, and the index may tell of a while ago.
    if category_id not in {record.newest.category_id, record.live and record.live.category_id}:
        return record
    return record.move(into, at=clock.now())


def _own(merchant_id: str, product_id: str) -> tuple[Record, Offers | None]:
    record, offers = store.load(product_id)
    if record.merchant_id != merchant_id:
        raise NoSuchProduct
    return record, offers


def _category(category_id: str) -> Published:
    try:
        found = categories.current(category_id)
    except NoSuchCategory:
        raise _bad("category_id", "There is no such category.") from None
    if found.state is not CategoryState.ACTIVE:
        raise _bad("category_id", "This category takes no products.")
    return found


def _check_brand(brand_id: str) -> None:
    if not brand_id:
        return
    try:
        brands.active(brand_id)
    except (NoSuchBrand, BrandHidden) as error:
        raise _bad("brand_id", str(error)) from None


def _bad(field: str, problem: str) -> BadProduct:
    return BadProduct(problem, field=field, fields=[{"field": field, "problem": problem, "type": "reference"}])


def _locale(content: Content) -> str:
    return next(iter(content.name), "zh-CN")


def _check_read(record: Record, revision: int) -> None:
    if record.revision != revision:
        raise DraftChanged


def _reprice(merchant_id: str, product_id: str, content: Content, offers: Offers) -> bool:
    """Change prices and stock of the SKUs that are offered, and say whether anything was different."""
    changes = [Change(sku.id, sku.price, sku.list_price, sku.stock) for sku in content.skus if sku.id in offers.offers]
    if not offers.changed(changes, clock.now())[1]:
        return False
    offers_service.set(merchant_id, product_id, changes)
    return True


def _submitted(
    record: Record, before: Record | None, offers: Offers | None, submit: bool, itself: bool, by: str
) -> Record:
    """Keep the record, submitted and approved as far as that goes."""
    if submit:
        record = record.submit(at=clock.now())
        if itself:
            return _approved(record, before, offers, by)
    return _save(record, before)


def _approved(record: Record, before: Record | None, offers: Offers | None, by: str) -> Record:
    now = clock.now()
    after = record.approve(by=by, at=now)
    assert after.live is not None
    begin = offers or Offers(after.id, after.merchant_id)
    wanted = begin.for_(_offer(sku, now) for sku in after.live.skus)
    if wanted.offers == begin.offers and offers is not None:
        return _save(after, before)
    return _save(after, before, offers=wanted, offers_before=offers)


def _offer(sku: Sku, at: datetime) -> Offer:
    return Offer(sku.id, sku.price, sku.list_price, sku.stock or 0, at)


def _save(
    record: Record, before: Record | None, *, offers: Offers | None = None, offers_before: Offers | None = None
) -> Record:
    told = news.of(before, record)
    if before is None:
        return store.create(record, told, offers)
    return store.save(record, before=before, news=told, offers=offers, offers_before=offers_before)


def _change(product_id: str, decide: Callable[[Record], Record], *, owner: str | None = None) -> Record:
    """Make of a product what `decide` makes of it; of one that has an `owner`, for them only."""

    def attempt() -> Record:
        before, _ = store.load(product_id)
        if owner is not None and before.merchant_id != owner:
            raise NoSuchProduct
        after = decide(before)
        return before if after is before else _save(after, before)

    return _persist(attempt)


def _persist(attempt: Callable[[], T], *, tries: int = _ATTEMPTS) -> T:
    """Do `attempt` again where somebody else changed the product meanwhile."""
    for number in range(1, tries):
        try:
            return attempt()
        except ProductChanged:
            pass
        except errors.Conflict as conflict:
            if type(conflict) is not errors.Conflict:
                raise
        time.sleep(random.uniform(0, 0.01 * 2**number))  # noqa: S311
    return attempt()
