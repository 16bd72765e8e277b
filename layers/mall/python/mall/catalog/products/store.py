"""Products in DynamoDB: each part an item, each change one transaction on the condition of the head's revision."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pynamodb.transactions import TransactWrite

from mall import errors, events, nosql, reading
from mall.catalog.offers import store as offers_store
from mall.catalog.offers.model import Offers
from mall.catalog.parts import DRAFT, HEAD, LIVE, OFFERS, REF, VERSION, OfMerchant, Part, Waiting, text_of
from mall.catalog.products.documents import draft_of, of_draft, of_product, product_of
from mall.catalog.products.model import (
    Entry,
    ExternalIdTaken,
    NoSuchProduct,
    Product,
    ProductChanged,
    Record,
    State,
)

MOST_BYTES = 380_000
_READINGS = 4
_PRODUCT = "prd_"
_WAITING, _DUE = "review", "due"


class ProductTooLarge(errors.Invalid):
    message = "The product says more than the mall can keep."


def load(product_id: str) -> tuple[Record, Offers | None]:
    """All of a product, and its offers if it ever had any. Raises NoSuchProduct."""
    if not product_id.startswith(_PRODUCT):
        raise NoSuchProduct
    for _ in range(_READINGS):
        found = {
            part.part: part for part in Part.query(product_id, Part.part.between(DRAFT, OFFERS), consistent_read=True)
        }
        if HEAD not in found:
            raise NoSuchProduct
        # A query may see the parts before, and others after, a transaction that wrote them all.
        if found[HEAD].content["parts"] == {name: int(found[name].revision) for name in (DRAFT, LIVE) if name in found}:
            return _record(found), offers_store.decode(found[OFFERS]) if OFFERS in found else None
    raise ProductChanged


def live(product_id: str) -> tuple[Product, Offers | None] | None:
    """What was last approved of a product, whether on sale or not, and its offers; None where nothing was."""
    found = {part.part: part for part in Part.query(product_id, Part.part.between(LIVE, OFFERS), consistent_read=True)}
    if LIVE not in found:
        return None
    offers = found.get(OFFERS)
    return _product(found[LIVE]), offers_store.decode(offers) if offers is not None else None


def live_many(product_ids: Iterable[str]) -> dict[str, tuple[Product, Offers | None]]:
    """The same of several products, by id."""
    return live_beside(product_ids, {})[0]


def live_beside(
    product_ids: Iterable[str], others: Mapping[str, Sequence[reading.Item]]
) -> tuple[dict[str, tuple[Product, Offers | None]], dict[str, list[reading.Item]]]:
    """The same, and with the same read the items of other tables; see `mall.reading`."""
    wanted = {product_id for product_id in product_ids if product_id.startswith(_PRODUCT)}
    keys = [{"id": {"S": product_id}, "part": {"S": part}} for product_id in wanted for part in (LIVE, OFFERS)]
    read = reading.items({"products": keys, **others})
    products: dict[str, Product] = {}
    offers: dict[str, Offers] = {}
    for item in read.pop("products"):
        id_, content = item["id"]["S"], json.loads(item["body"]["S"])
        if item["part"]["S"] == LIVE:
            products[id_] = product_of(content, id=id_, merchant_id=item["merchant_id"]["S"])
        else:
            offers[id_] = offers_store.offers_of(content, item)
    return {id: (product, offers.get(id)) for id, product in products.items()}, read


def load_many(product_ids: Iterable[str]) -> dict[str, Record]:
    """The records of those of the products that there are, by id."""
    wanted = {product_id for product_id in product_ids if product_id.startswith(_PRODUCT)}
    parts: dict[str, dict[str, Part]] = {}
    keys = [(product_id, part) for product_id in wanted for part in (DRAFT, HEAD, LIVE)]
    for part in Part.batch_get(keys, consistent_read=True) if keys else ():
        parts.setdefault(part.id, {})[part.part] = part
    return {id: _record(found) for id, found in parts.items() if HEAD in found}


def every_live() -> Iterator[str]:
    """The ids of all products that are on sale."""
    on_sale = (Part.part == LIVE) & (Part.state == State.ON_SALE.value)
    for part in Part.scan(on_sale, attributes_to_get=["id", "part"]):
        yield part.id


def ids_of(merchant_id: str, external_ids: Iterable[str]) -> dict[str, str]:
    """Which of a merchant's own ids lead to which product."""
    wanted = {_ref_id(merchant_id, external_id): external_id for external_id in external_ids if external_id}
    found = Part.batch_get([(id, REF) for id in wanted], consistent_read=True) if wanted else ()
    return {wanted[part.id]: part.product_id for part in found}


def of_merchant(merchant_id: str, *, limit: int, after: str | None) -> tuple[list[Entry], str | None]:
    """A page of a merchant's products, the one that was changed last first, and the cursor of the next."""
    found = Part.of_merchant.query(
        merchant_id,
        scan_index_forward=False,
        limit=limit,
        page_size=limit,
        last_evaluated_key=nosql.start_of(after, **{OfMerchant.owner.attr_name: merchant_id}),
    )
    parts, following = nosql.page(found)
    return [_entry(part) for part in parts], following


def waiting(*, limit: int, after: str | None) -> tuple[list[Entry], str | None]:
    """A page of the products that wait for a review, the one that has waited longest first."""
    found = Part.waiting.query(
        _WAITING,
        limit=limit,
        page_size=limit,
        last_evaluated_key=nosql.start_of(after, **{Waiting.queue.attr_name: _WAITING}),
    )
    parts, following = nosql.page(found)
    return [_entry(part) for part in parts], following


def due(now: datetime, *, most: int) -> list[str]:
    """The ids of products of which something had to begin or end by now."""
    return [part.id for part in Part.by_time.query(_DUE, Part.due <= _text(now), limit=most)]


def in_category(category_id: str, *, most: int) -> list[str]:
    """Ids of products in a category, whether drafts or live; soon after a change the index may not know of it."""
    found = Part.of_category.query(category_id, limit=2 * most)
    return list(dict.fromkeys(part.id for part in found))[:most]


def create(record: Record, news: Sequence[events.Event], offers: Offers | None = None) -> Record:
    """Keep a new product. Raises ExternalIdTaken, which says whose it is, or ProductTooLarge."""
    record = _numbered(record, None)
    try:
        with nosql.transaction() as writes:
            writes.save(_head(record), condition=Part.id.does_not_exist())
            if record.external_id:
                writes.save(_ref(record), condition=Part.id.does_not_exist())
            _write_rest(writes, None, record, news)
            if offers is not None:
                offers_store.write(writes, offers, before=None)
    except nosql.ConditionFailed:
        known = ids_of(record.merchant_id, [record.external_id]).get(record.external_id)
        raise ExternalIdTaken(product_id=known, field="external_id") from None
    return record


def save(
    record: Record,
    *,
    before: Record,
    news: Sequence[events.Event] = (),
    offers: Offers | None = None,
    offers_before: Offers | None = None,
) -> Record:
    """Keep a changed product, with its offers where they change too.

    Raises ProductChanged when it or they are no longer as they were `before`, ExternalIdTaken or ProductTooLarge.
    """
    record = _numbered(record, before)
    renamed = record.external_id != before.external_id
    try:
        with nosql.transaction() as writes:
            writes.save(_head(record), condition=Part.version == before.revision)
            if renamed and record.external_id:
                writes.save(_ref(record), condition=Part.id.does_not_exist())
            if renamed and before.external_id:
                writes.delete(Part(_ref_id(before.merchant_id, before.external_id), REF))
            _write_rest(writes, before, record, news)
            if offers is not None:
                offers_store.write(writes, offers, before=offers_before)
    except nosql.ConditionFailed as failure:
        if renamed and record.external_id and failure.positions == [1]:
            raise ExternalIdTaken(field="external_id") from None
        raise ProductChanged from None
    return record


def versions(product_id: str, *, limit: int, below: int | None) -> list[Product]:
    """What was approved of a product, newest first: at most `limit`, with versions below `below`."""
    last = f"{VERSION}~" if below is None else _version_part(below - 1)
    found = Part.query(
        product_id, Part.part.between(f"{VERSION}0", last), scan_index_forward=False, limit=limit, page_size=limit
    )
    return [_product(part) for part in found]


def _numbered(record: Record, before: Record | None) -> Record:
    """The record with its next revision, and with that on each part that is new or changed."""
    revision = 1 if before is None else before.revision + 1
    old = {} if before is None else {DRAFT: before.draft, LIVE: before.live}
    parts = {
        name: before.parts[name] if before is not None and part == old[name] else revision
        for name, part in ((DRAFT, record.draft), (LIVE, record.live))
        if part is not None
    }
    return replace(record, revision=revision, parts=parts)


def _write_rest(writes: TransactWrite, before: Record | None, record: Record, news: Sequence[events.Event]) -> None:
    """Write those parts that are not as they were, and the news."""
    draft, old_draft = record.draft, None if before is None else before.draft
    live, old_live = record.live, None if before is None else before.live
    if draft is None:
        if old_draft is not None:
            writes.delete(Part(record.id, DRAFT))
    elif draft != old_draft:
        writes.save(
            Part(
                record.id,
                DRAFT,
                revision=record.revision,
                body=_body(of_draft(draft)),
                state=draft.state.value,
                merchant_id=record.merchant_id,
                category_id=draft.content.category_id,
            )
        )
    if live is not None and live != old_live:
        writes.save(_live_part(live, LIVE, revision=record.revision, category_id=live.category_id))
        if old_live is None or old_live.version != live.version:
            writes.save(_live_part(live, _version_part(live.version), revision=record.revision))
    for event in news:
        writes.save(events.outbox_item(event))


def _head(record: Record) -> Part:
    newest, due = record.newest, record.due
    main = newest.pictures[0] if newest.pictures else ""
    content = {
        "name": dict(newest.name),
        "category_id": newest.category_id,
        "external_id": newest.external_id,
        "picture_id": main,
        "skus": len(newest.skus),
        "draft": None if record.draft is None else record.draft.state.value,
        "live": None if record.live is None else record.live.state.value,
        "version": 0 if record.live is None else record.live.version,
        "parts": dict(record.parts),
        "created_at": _text(record.created_at),
        "updated_at": _text(record.updated_at),
    }
    part = Part(
        record.id,
        HEAD,
        version=record.revision,
        merchant_id=record.merchant_id,
        owner=record.merchant_id,
        changed=f"{_text(record.updated_at)}#{record.id}",
        body=text_of(content),
    )
    draft = record.draft
    if draft is not None and draft.state is State.IN_REVIEW and draft.submitted_at is not None:
        part.queue, part.submitted = _WAITING, f"{_text(draft.submitted_at)}#{record.id}"
    if due is not None:
        part.timer, part.due = _DUE, _text(due)
    return part


def _live_part(product: Product, part: str, *, revision: int, category_id: str | None = None) -> Part:
    return Part(
        product.id,
        part,
        revision=revision,
        body=_body(of_product(product)),
        version=product.version,
        state=product.state.value,
        merchant_id=product.merchant_id,
        category_id=category_id,
    )


def _body(content: Any) -> str:
    text = text_of(content)
    if len(text.encode()) > MOST_BYTES:
        raise ProductTooLarge
    return text


def _ref(record: Record) -> Part:
    return Part(_ref_id(record.merchant_id, record.external_id), REF, product_id=record.id)


def _ref_id(merchant_id: str, external_id: str) -> str:
    return f"ext#{merchant_id}#{external_id}"


def _version_part(version: int) -> str:
    return f"{VERSION}{version:06d}"


def _record(parts: dict[str, Part]) -> Record:
    head = parts[HEAD]
    said = head.content
    return Record(
        id=head.id,
        merchant_id=head.merchant_id,
        created_at=datetime.fromisoformat(said["created_at"]),
        updated_at=datetime.fromisoformat(said["updated_at"]),
        draft=draft_of(parts[DRAFT].content) if DRAFT in parts else None,
        live=_product(parts[LIVE]) if LIVE in parts else None,
        revision=int(head.version),
        parts=said["parts"],
    )


def _product(part: Part) -> Product:
    return product_of(part.content, id=part.id, merchant_id=part.merchant_id)


def _entry(part: Part) -> Entry:
    said = part.content
    submitted = (part.submitted or "").partition("#")[0]
    return Entry(
        id=part.id,
        merchant_id=part.merchant_id,
        updated_at=datetime.fromisoformat(said["updated_at"]),
        submitted_at=datetime.fromisoformat(submitted) if submitted else None,
        said=said,
    )


def _text(moment: datetime) -> str:
    """A time as text that sorts like the time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
