"""The use cases of brands."""

from collections.abc import Iterator
from dataclasses import replace

from mall import events, ids
from mall.catalog import texts
from mall.catalog.brands import schemas, store
from mall.catalog.brands.model import Brand, BrandHidden, NoSuchBrand, State
from mall.fields import LocaleQuery
from mall.observability import logger
from mall.seen import Seen

# A reader may take a brand for what it was half a minute ago; whoever decides something asks `get`.
_seen = Seen(store.load_many, seconds=30)


def get(brand_id: str) -> Brand:
    """The brand as it is now. Raises NoSuchBrand."""
    return store.load(brand_id)


def seen(brand_id: str) -> Brand | None:
    """The brand as it was within the last half a minute, mostly without a call; None where there is none."""
    return _seen.get(brand_id)


def active(brand_id: str) -> Brand:
    """The brand, if products may be of it. Raises NoSuchBrand or BrandHidden."""
    brand = store.load(brand_id)
    if brand.state is not State.ACTIVE:
        raise BrandHidden
    return brand


def everything() -> Iterator[Brand]:
    """All brands by name, also those that are not shown."""
    return store.everything()


def all() -> Iterator[Brand]:
    """All brands that are shown, by name."""
    return (brand for brand in everything() if brand.state is State.ACTIVE)


def show(brand_id: str, query: LocaleQuery) -> schemas.BrandView:
    """A brand that everybody may see, in one language. Raises NoSuchBrand."""
    brand = seen(brand_id)
    if brand is None or brand.state is not State.ACTIVE:
        raise NoSuchBrand
    return schemas.BrandView.of(brand, query.locale)


def page(query: schemas.BrandQuery) -> schemas.BrandList:
    """A page of the brands that are shown; a page may hold fewer than its limit where some are not."""
    found, following = store.page(limit=query.limit, after=query.after)
    shown = [schemas.BrandView.of(brand, query.locale) for brand in found if brand.state is State.ACTIVE]
    return schemas.BrandList(items=shown, next=following)


def create(given: schemas.NewBrand) -> Brand:
    """Add a brand. Raises NotAText or BrandSlugTaken."""
    id = ids.new("brd")
    name = texts.checked(given.name, "name", most=60)
    brand = Brand(
        id=id,
        slug=given.slug or texts.slug(name) or id[4:].lower(),
        name=name,
        description=texts.checked(given.description, "description", most=2_000, required=False, lines=True),
        logo=given.logo,
    )
    brand = store.create(brand, _news(brand, "created"))
    logger.info("brand created", brand_id=brand.id)
    return brand


def change(brand_id: str, given: schemas.ChangedBrand) -> Brand:
    """Change a brand. Raises NoSuchBrand, NotAText, BrandSlugTaken or BrandChanged."""
    before = store.load(brand_id)
    brand = replace(
        before,
        name=texts.checked(given.name, "name", most=60),
        slug=given.slug,
        description=texts.checked(given.description, "description", most=2_000, required=False, lines=True),
        logo=given.logo,
        state=State.HIDDEN if given.hidden else State.ACTIVE,
    )
    if brand == before:
        return before
    expected = replace(before, version=given.version)
    brand = store.save(brand, before=expected, news=_news(brand, "record"))
    logger.info("brand changed", brand_id=brand.id)
    return brand


def _news(brand: Brand, what: str) -> events.Event:
    return events.Event.of("catalog.BrandChanged", aggregate=brand.id, data={"brand_id": brand.id, "what": what})
