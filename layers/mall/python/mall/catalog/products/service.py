"""The use cases of products: writing them, having them reviewed, selling them, and showing them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Literal

from mall import clock, ids
from mall.catalog.brands import service as brands
from mall.catalog.brands.model import BrandHidden, NoSuchBrand
from mall.catalog.categories import service as categories
from mall.catalog.categories.model import NoSuchCategory, Published
from mall.catalog.categories.model import State as CategoryState
from mall.catalog.labels import service as labels
from mall.catalog.offers import service as offers_service
from mall.catalog.offers.model import Change, Offers
from mall.catalog.products import keeping, schemas, store
from mall.catalog.products.differences import likeness
from mall.catalog.products.model import Content, DraftChanged, ExternalIdTaken, Off, Product, Record, State
from mall.catalog.products.preparing import BadProduct, check_complete, prepared
from mall.catalog.products.seeking import Sought
from mall.http import Page
from mall.images import service as images
from mall.images.model import NotReady
from mall.inventory import service as inventory
from mall.merchants import service as merchants
from mall.observability import logger

What = Literal["created", "updated", "unchanged"]
_PAGE = 50


# --- what others of the mall ask


def get_live(product_id: str) -> Product | None:
    """The product as it is on sale now, with what its SKUs cost; None where it is not on sale."""
    return live_many([product_id]).get(product_id)


def on_sale(product_id: str) -> tuple[Product, Offers] | None:
    """The same with its offers, by one query."""
    found = store.live(product_id) if product_id.startswith("prd_") else None
    if found is None or found[0].state is not State.ON_SALE or found[1] is None:
        return None
    return keeping.priced(*found), found[1]


def live_many(product_ids: Iterable[str]) -> dict[str, Product]:
    """Those of the products that are on sale now, by id."""
    found = store.live_many(product_ids)
    return {id: keeping.priced(*pair) for id, pair in found.items() if pair[0].state is State.ON_SALE}


def current(product_ids: Iterable[str]) -> dict[str, tuple[Product, Offers]]:
    """What was last approved of the products that were ever offered, on sale or not, with what it costs, by id."""
    return _offered(store.live_many(product_ids))


def current_with_stock(
    product_ids: Iterable[str], sku_ids: Sequence[str]
) -> tuple[dict[str, tuple[Product, Offers]], dict[str, int]]:
    """The same, and how many of these SKUs can be sold, by one read."""
    found, beside = store.live_beside(product_ids, {"stock": inventory.keys_of(sku_ids)})
    return _offered(found), inventory.available_in(beside["stock"], sku_ids)


def _offered(found: Mapping[str, tuple[Product, Offers | None]]) -> dict[str, tuple[Product, Offers]]:
    return {id: (keeping.priced(live, offers), offers) for id, (live, offers) in found.items() if offers is not None}


def every_live() -> Iterator[Product]:
    """All products on sale, in no order."""
    ids = store.every_live()
    while some := list(islice(ids, _PAGE)):
        yield from live_many(some).values()


def ids_of(merchant_id: str, external_ids: Iterable[str]) -> dict[str, str]:
    """Which of a merchant's own ids of products lead to which of ours."""
    return store.ids_of(merchant_id, external_ids)


def seek(merchant_id: str, *, external_ids: Iterable[str], pictures: Iterable[str]) -> Sought:
    """What there is of all this now. Raises MerchantNotActive."""
    wanted = set(pictures)
    try:
        missing: set[str] = set()
        if wanted:
            images.require_ready(merchant_id, wanted)
    except NotReady as error:
        missing = set(error.details["pictures"])
    return Sought(merchants.active(merchant_id), store.ids_of(merchant_id, external_ids), frozenset(wanted - missing))


def newest_of_merchant(merchant_id: str, *, after: str | None, limit: int) -> tuple[list[Product], str | None]:
    """A page of a merchant's products as they were written last, and the cursor of the next."""
    found, following = store.of_merchant(merchant_id, limit=limit, after=after)
    records = store.load_many(entry.id for entry in found)
    return [records[entry.id].product for entry in found if entry.id in records], following


def uses_category(category_id: str) -> bool:
    """Whether a product is in the category."""
    return bool(store.in_category(category_id, most=1))


# --- what merchants do


def write(
    merchant_id: str,
    content: Content,
    *,
    by: str,
    submit: bool = False,
    product_id: str | None = None,
    revision: int | None = None,
    new: bool = False,
    sought: Sought | None = None,
) -> tuple[Record, What]:
    """Write down what a merchant says of a product, and `submit` it for review if asked to.

    Without a `product_id` it is the product with the same `external_id`, or a new one; `new` takes none that is there.
    What is on sale stays as it is until the draft is approved, except for prices and stock, which change at once.
    Saying the same again changes nothing. Who writes many gives what they have `sought` for all of them. Raises
    BadProduct, NoSuchProduct, MerchantNotActive, ExternalIdTaken,
    DraftChanged (the product is no longer at `revision`), or ProductChanged when others keep changing it.
    """
    merchant = sought.merchant if sought else merchants.active(merchant_id)
    category = _category(content.category_id, sought)
    _check_brand(content.brand_id)
    content = replace(
        content, category_id=category.id, labels=labels.resolve(merchant_id, content.labels, locale=_locale(content))
    )

    def attempt() -> tuple[Record, What]:
        id = product_id or _named(merchant_id, content.external_id, sought)
        if new and id:
            raise ExternalIdTaken(product_id=id, field="external_id")
        record, offers = keeping.own(merchant_id, id) if id else (None, None)
        if record is not None and revision is not None and record.revision != revision:
            raise DraftChanged
        clean = prepared(content, category.template, before=None if record is None else record.newest)
        clean = replace(clean, skus=tuple(replace(sku, id=sku.id or ids.new("sku")) for sku in clean.skus))
        if submit:
            _check_sellable(merchant_id, clean, category, sought)
        now = clock.now()
        if record is None:
            start = Record(ids.new("prd", at=now), merchant_id, created_at=now, updated_at=now)
            after = start.edit(clean, by=by, at=now)
            return _submitted(after, None, None, submit, merchant.approves_itself), "created"
        offered = set(offers.offers) if offers else set[str]()
        repriced = None if offers is None else _reprice(merchant_id, record.id, clean, offers, by)
        offers = repriced or offers
        if likeness(record.newest, offered) != likeness(clean, offered):
            after = record.edit(clean, by=by, at=now)
            return _submitted(after, record, offers, submit, merchant.approves_itself), "updated"
        if submit and record.draft is not None and record.draft.state is State.DRAFT:
            return _submitted(record, record, offers, submit, merchant.approves_itself), "updated"
        return record, "updated" if repriced else "unchanged"

    record, what = keeping.persist(attempt)
    if what != "unchanged":
        logger.info("product written", product_id=record.id, merchant_id=merchant_id, what=what)
    return record, what


def submit(merchant_id: str, product_id: str) -> Record:
    """Have the draft reviewed; where the merchant is trusted it is approved at once.

    Raises NoSuchProduct, NoDraft, BadProduct, MerchantNotActive or ProductChanged.
    """
    merchant = merchants.active(merchant_id)

    def attempt() -> Record:
        record, offers = keeping.own(merchant_id, product_id)
        content = record.submit(at=clock.now()).newest
        category = _category(content.category_id)
        _check_brand(content.brand_id)
        _check_sellable(merchant_id, content, category)
        if record.draft is not None and record.draft.state is State.IN_REVIEW and not merchant.approves_itself:
            return record
        return _submitted(record, record, offers, True, merchant.approves_itself)

    return keeping.persist(attempt)


def withdraw(merchant_id: str, product_id: str) -> Record:
    """Take the draft back from the review. Raises NoSuchProduct, NoDraft or ProductChanged."""
    return keeping.change(product_id, lambda record: record.withdraw(at=clock.now()), owner=merchant_id)


def discard_draft(merchant_id: str, product_id: str) -> Record:
    """Throw the draft of a live product away. Raises NoSuchProduct, NoDraft, NotApproved or ProductChanged."""
    return keeping.change(product_id, lambda record: record.discard(at=clock.now()), owner=merchant_id)


def put_on_sale(merchant_id: str, product_id: str) -> Record:
    """Sell what was approved. Raises NoSuchProduct, NotApproved, HeldByPlatform, NothingToSell, MerchantNotActive."""
    merchants.active(merchant_id)
    return keeping.change(product_id, lambda record: record.put_on_sale(at=clock.now()), owner=merchant_id)


def take_off_sale(merchant_id: str, product_id: str) -> Record:
    """Sell it no more. Raises NoSuchProduct or NotApproved."""
    return keeping.change(
        product_id, lambda record: record.take_off_sale(Off.MERCHANT, at=clock.now()), owner=merchant_id
    )


def schedule(merchant_id: str, product_id: str, start: datetime | None, end: datetime | None) -> Record:
    """Sell what was approved between two moments, without a review.

    Raises NoSuchProduct, NotApproved, HeldByPlatform, NothingToSell, MerchantNotActive.
    """
    merchants.active(merchant_id)
    return keeping.change(product_id, lambda record: record.schedule(start, end, at=clock.now()), owner=merchant_id)


def own(merchant_id: str, product_id: str) -> schemas.OwnProduct:
    """All of a merchant's own product. Raises NoSuchProduct."""
    return schemas.OwnProduct.of(*keeping.own(merchant_id, product_id))


def own_list(merchant_id: str, query: Page) -> schemas.SummaryList:
    """A page of a merchant's products, the one that was changed last first."""
    found, following = store.of_merchant(merchant_id, limit=query.limit, after=query.after)
    return schemas.SummaryList(items=[schemas.Summary.of(entry) for entry in found], next=following)


def versions(merchant_id: str, product_id: str, query: schemas.VersionQuery) -> schemas.VersionList:
    """A page of what was approved of a merchant's own product, newest first. Raises NoSuchProduct."""
    keeping.own(merchant_id, product_id)
    found = store.versions(product_id, limit=query.limit + 1, below=query.below)
    items = [schemas.VersionView.of(product) for product in found[: query.limit]]
    return schemas.VersionList(items=items, next=str(items[-1].version) if len(found) > query.limit else None)


# --- how it is done


def _named(merchant_id: str, external_id: str, sought: Sought | None) -> str | None:
    """The id of the product that its merchant calls so; None where there is none, and where they call it nothing."""
    if not external_id:
        return None
    known = sought.products if sought else store.ids_of(merchant_id, [external_id])
    return known.get(external_id)


def _category(category_id: str, sought: Sought | None = None) -> Published:
    try:
        found = sought.category(category_id) if sought else categories.current(category_id)
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


def _check_sellable(merchant_id: str, content: Content, category: Published, sought: Sought | None = None) -> None:
    check_complete(content, category.template)
    wanted = content.picture_ids()
    if not wanted or (sought and wanted <= sought.ready):
        return
    try:
        images.require_ready(merchant_id, wanted)
    except NotReady as error:
        raise _bad("pictures", f"{error} ({', '.join(error.details['pictures'])})") from None


def _bad(field: str, problem: str) -> BadProduct:
    return BadProduct(problem, field=field, fields=[{"field": field, "problem": problem, "type": "reference"}])


def _locale(content: Content) -> str:
    return next(iter(content.name), "zh-CN")


def _reprice(merchant_id: str, product_id: str, content: Content, offers: Offers, by: str) -> Offers | None:
    """The offers after prices and stock of the SKUs that have one were changed; None where they say the same."""
    # A document that says again how many there were when it was read does not mean that there are so many now.
    changes = [
        Change(sku.id, sku.price, sku.list_price, None if sku.stock == offer.available else sku.stock)
        for sku in content.skus
        if (offer := offers.offers.get(sku.id))
    ]
    if not offers.changed(changes, clock.now())[1]:
        return None
    return offers_service.set(merchant_id, product_id, changes, by=by)


def _submitted(record: Record, before: Record | None, offers: Offers | None, submit: bool, itself: bool) -> Record:
    """Keep the record, submitted and approved as far as that goes."""
    if submit:
        record = record.submit(at=clock.now())
        if itself:
            return keeping.approved(record, before, offers, sells=True)
    return keeping.save(record, before)
