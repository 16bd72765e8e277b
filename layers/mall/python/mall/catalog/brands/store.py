"""Brands in the table `catalog`."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from mall import events, nosql
from mall.catalog.brands.model import Brand, BrandChanged, BrandSlugTaken, NoSuchBrand, State
from mall.catalog.documents import Document, text_of

_KIND = "brand"
_BRAND = "brd_"


def load(brand_id: str) -> Brand:
    """The brand. Raises NoSuchBrand."""
    found = load_many([brand_id]).get(brand_id)
    if found is None:
        raise NoSuchBrand
    return found


def load_many(brand_ids: Iterable[str]) -> dict[str, Brand]:
    """Those of the brands that there are, by id."""
    wanted = {brand_id for brand_id in brand_ids if brand_id.startswith(_BRAND)}
    found = Document.batch_get(wanted, consistent_read=True) if wanted else ()
    return {document.id: _brand(document) for document in found}


def create(brand: Brand, news: events.Event) -> Brand:
    """Keep a new brand. Raises BrandSlugTaken, which says whose it is."""
    brand = replace(brand, version=1)
    try:
        with nosql.transaction() as writes:
            writes.save(_document(brand), condition=Document.id.does_not_exist())
            writes.save(_slug(brand), condition=Document.id.does_not_exist())
            writes.save(events.outbox_item(news))
    except nosql.ConditionFailed:
        raise BrandSlugTaken(brand_id=_id_of(brand.slug), field="slug") from None
    return brand


def save(brand: Brand, *, before: Brand, news: events.Event) -> Brand:
    """Keep a changed brand. Raises BrandSlugTaken, or BrandChanged when it is no longer as it was `before`."""
    brand = replace(brand, version=before.version + 1)
    try:
        with nosql.transaction() as writes:
            writes.save(_document(brand), condition=Document.version == before.version)
            writes.save(events.outbox_item(news))
            if brand.slug != before.slug:
                writes.save(_slug(brand), condition=Document.id.does_not_exist())
                writes.delete(Document(_slug_id(before.slug)))
    except nosql.ConditionFailed as failure:
        if 0 in failure.positions:
            raise BrandChanged from None
        raise BrandSlugTaken(brand_id=_id_of(brand.slug), field="slug") from None
    return brand


def page(*, limit: int, after: str | None) -> tuple[list[Brand], str | None]:
    """A page of all brands by name, and the cursor of the next."""
    found = Document.kinds.query(
        _KIND, limit=limit, page_size=limit, last_evaluated_key=nosql.start_of(after, kind=_KIND)
    )
    documents, following = nosql.page(found)
    return [_brand(document) for document in documents], following


def everything() -> Iterator[Brand]:
    """All brands by name."""
    for document in Document.kinds.query(_KIND):
        yield _brand(document)


def _document(brand: Brand) -> Document:
    content = {
        "slug": brand.slug,
        "name": dict(brand.name),
        "description": dict(brand.description),
        "logo": brand.logo,
        "state": brand.state.value,
    }
    return Document(brand.id, kind=_KIND, place=brand.place, version=brand.version, body=text_of(content))


def _slug(brand: Brand) -> Document:
    return Document(_slug_id(brand.slug), version=1, body=text_of(brand.id))


def _slug_id(slug: str) -> str:
    return f"brand-slug#{slug}"


def _id_of(slug: str) -> str | None:
    try:
        return str(Document.get(_slug_id(slug), consistent_read=True).content)
    except Document.DoesNotExist:
        return None


def _brand(document: Document) -> Brand:
    content: dict[str, Any] = document.content
    state = State(content.pop("state"))
    return Brand(id=document.id, state=state, version=int(document.version), **content)
