"""What merchants send of products, and what they and reviewers get."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from mall import errors, ids
from mall.catalog.offers.model import MOST_STOCK, Offers
from mall.catalog.offers.schemas import OwnOffer, OwnOffers, Price, PriceView
from mall.catalog.products.content import Content, Option, Sku, Tier, Value
from mall.catalog.products.differences import Difference
from mall.catalog.products.model import Entry, Flag, Product, Reason, Record, State
from mall.catalog.products.preparing import (
    HEAVIEST_G,
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    LONGEST_SUMMARY,
    MOST_LABELS,
    MOST_OPTION_VALUES,
    MOST_OPTIONS,
    MOST_PICTURES,
    MOST_SKUS,
    MOST_SPECIAL_PRICES,
    MOST_TAGS,
)
from mall.fields import LocaleKey, PictureId, Slug
from mall.http import Body, Page, View

Code = Annotated[str, Field(min_length=1, max_length=64)]
ValueName = dict[LocaleKey, Annotated[str, Field(max_length=60)]]


class ValueOfOption(Body):
    """A value of an option."""

    code: Code
    name: ValueName = Field(default_factory=dict)


class OptionBody(Body):
    """Something that sets SKUs apart, e.g. the colour. Without a name it is called what the category calls it."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    name: ValueName = Field(default_factory=dict)
    values: Annotated[list[ValueOfOption], Field(max_length=MOST_OPTION_VALUES)] = Field(default_factory=list)

    def option(self) -> Option:
        """The option that is meant."""
        return Option(self.code, self.name, tuple(Value(value.code, value.name) for value in self.values))


class TierBody(Body):
    """What one costs for whoever takes so many or more."""

    quantity: Annotated[int, Field(ge=2, le=MOST_STOCK)]
    price: Price


class SkuBody(Body):
    """One thing that can be bought. It keeps its id through its `id`, its `code`, or its choice of options."""

    id: Annotated[str, Field(pattern=ids.pattern("sku"))] | None = None
    code: Annotated[str, Field(max_length=64, description="The merchant's own.")] = ""
    options: dict[str, Code] = Field(default_factory=dict, description="A value (by code or name) for each option.")
    price: Price
    list_price: Price | None = None
    barcode: Annotated[str, Field(max_length=32)] = ""
    weight_g: Annotated[int, Field(ge=0, le=HEAVIEST_G)] | None = None
    picture_id: PictureId | None = None
    stock: Annotated[int, Field(ge=0, le=MOST_STOCK)] | None = Field(None, description="Left out, it stays as it is.")
    tiers: Annotated[list[TierBody], Field(max_length=MOST_SPECIAL_PRICES)] = Field(default_factory=list)
    member_prices: Annotated[dict[str, Price], Field(max_length=MOST_SPECIAL_PRICES)] = Field(
        default_factory=dict, description="By member level."
    )


class ProductBody(Body):
    """A product as its merchant wants it to be."""

    category_id: Annotated[str, Field(pattern=ids.pattern("cat"))]
    name: Annotated[dict[LocaleKey, Annotated[str, Field(max_length=LONGEST_NAME)]], Field(min_length=1)]
    brand_id: Annotated[str, Field(pattern=ids.pattern("brd"))] | None = None
    slug: Slug | None = Field(None, description="Its name in addresses; made of the English name where left out.")
    summary: dict[LocaleKey, Annotated[str, Field(max_length=LONGEST_SUMMARY)]] = Field(default_factory=dict)
    description: dict[LocaleKey, Annotated[str, Field(max_length=LONGEST_DESCRIPTION)]] = Field(
        default_factory=dict, description="HTML; what is not text, its structure or the mall's pictures is taken out."
    )
    attributes: dict[str, Any] = Field(default_factory=dict, description="As the category's JSON Schema has them.")
    options: Annotated[list[OptionBody], Field(max_length=MOST_OPTIONS)] = Field(default_factory=list)
    skus: Annotated[list[SkuBody], Field(max_length=MOST_SKUS)] = Field(default_factory=list)
    pictures: Annotated[list[PictureId], Field(max_length=MOST_PICTURES)] = Field(default_factory=list)
    labels: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=MOST_LABELS)] = Field(
        default_factory=list, description="The merchant's own categories, by id or name; a new name becomes one."
    )
    tags: Annotated[list[Annotated[str, Field(max_length=30)]], Field(max_length=MOST_TAGS)] = Field(
        default_factory=list
    )
    gender_affinity: Annotated[str, Field(pattern="^[FM]$")] | None = None
    on_sale_from: AwareDatetime | None = None
    on_sale_until: AwareDatetime | None = None
    external_id: Annotated[str, Field(max_length=64, description="The merchant's own id, once a merchant.")] = ""
    submit: bool = Field(False, description="Have it reviewed at once.")

    def content(self) -> Content:
        """What the merchant says."""
        return Content(
            category_id=self.category_id,
            brand_id=self.brand_id or "",
            slug=self.slug or "",
            name=self.name,
            summary=self.summary,
            description=self.description,
            attributes=self.attributes,
            pictures=tuple(self.pictures),
            labels=tuple(self.labels),
            tags=tuple(self.tags),
            gender_affinity=self.gender_affinity or "",
            on_sale_from=self.on_sale_from,
            on_sale_until=self.on_sale_until,
            external_id=self.external_id,
            options=tuple(option.option() for option in self.options),
            skus=tuple(
                Sku(
                    price=sku.price.money(),
                    id=sku.id or "",
                    code=sku.code,
                    options=dict(sku.options),
                    list_price=None if sku.list_price is None else sku.list_price.money(),
                    barcode=sku.barcode,
                    weight_g=sku.weight_g,
                    picture_id=sku.picture_id or "",
                    stock=sku.stock,
                    tiers=tuple(Tier(tier.quantity, tier.price.money()) for tier in sku.tiers),
                    member_prices={level: price.money() for level, price in sku.member_prices.items()},
                )
                for sku in self.skus
            ),
        )


_TUPLES = ("pictures", "labels", "tags")


class ChangedProduct(ProductBody):
    """A product as its merchant wants it to be from now on."""

    revision: int | None = Field(None, description="Where given, nobody may have changed the product since.")


class Schedule(Body):
    """When a product is to be on sale; nothing means always."""

    on_sale_from: AwareDatetime | None = None
    on_sale_until: AwareDatetime | None = None

    def model_post_init(self, context: Any) -> None:
        if self.on_sale_from and self.on_sale_until and self.on_sale_from >= self.on_sale_until:
            raise ValueError("the end is after the beginning")


class Approval(Body):
    """Which draft is approved: the one that was read at this revision."""

    revision: int


class ReasonBody(Body):
    """What is wrong, in which field (empty: as a whole)."""

    message: Annotated[str, Field(min_length=1, max_length=500)]
    field: Annotated[str, Field(max_length=200)] = ""

    def reason(self) -> Reason:
        """The reason that is meant."""
        return Reason(self.message, self.field)


class Refusal(Body):
    """Why which draft is refused."""

    revision: int
    reasons: Annotated[list[ReasonBody], Field(min_length=1, max_length=20)]


class TakeDown(Body):
    """Why the platform takes a product down; its merchant reads it."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class Flags(Body):
    """All flags that a product is to have, and until when."""

    flags: dict[Flag, AwareDatetime]


class ValueView(View):
    """A value of an option."""

    code: str
    name: dict[str, str]


class OptionView(View):
    """Something that sets SKUs apart."""

    code: str
    name: dict[str, str]
    values: list[ValueView]


class TierView(View):
    """What one costs for whoever takes so many or more."""

    quantity: int
    price: PriceView


class SkuView(View):
    """One thing that can be bought."""

    id: str
    code: str
    options: dict[str, str]
    price: PriceView
    list_price: PriceView | None
    barcode: str
    weight_g: int | None
    picture_id: str | None
    stock: int | None = Field(description="What it begins with when it is first offered.")
    tiers: list[TierView]
    member_prices: dict[str, PriceView]


class ContentView(View):
    """What a merchant says of a product."""

    category_id: str
    brand_id: str | None
    slug: str
    name: dict[str, str]
    summary: dict[str, str]
    description: dict[str, str]
    attributes: dict[str, Any]
    options: list[OptionView]
    skus: list[SkuView]
    pictures: list[str]
    labels: list[str]
    tags: list[str]
    gender_affinity: str | None
    on_sale_from: datetime | None
    on_sale_until: datetime | None
    external_id: str

    @classmethod
    def of(cls, content: Content) -> "ContentView":
        """The view of `content`, for its merchant and reviewers."""
        return cls(
            **{name: getattr(content, name) for name in _SAME},
            **{name: dict(getattr(content, name)) for name in ("name", "summary", "description", "attributes")},
            **{name: list(getattr(content, name)) for name in _TUPLES},
            brand_id=content.brand_id or None,
            gender_affinity=content.gender_affinity or None,
            options=[
                OptionView(
                    code=option.code,
                    name=dict(option.name),
                    values=[ValueView(code=value.code, name=dict(value.name)) for value in option.values],
                )
                for option in content.options
            ],
            skus=[
                SkuView(
                    id=sku.id,
                    code=sku.code,
                    options=dict(sku.options),
                    price=PriceView.of(sku.price),
                    list_price=None if sku.list_price is None else PriceView.of(sku.list_price),
                    barcode=sku.barcode,
                    weight_g=sku.weight_g,
                    picture_id=sku.picture_id or None,
                    stock=sku.stock,
                    tiers=[TierView(quantity=one.quantity, price=PriceView.of(one.price)) for one in sku.tiers],
                    member_prices={level: PriceView.of(price) for level, price in sku.member_prices.items()},
                )
                for sku in content.skus
            ],
        )


_SAME = ("category_id", "slug", "on_sale_from", "on_sale_until", "external_id")


class ReasonView(View):
    """What a reviewer found wrong."""

    message: str
    field: str


class DraftView(View):
    """The version that is being edited or reviewed."""

    state: State
    content: ContentView
    updated_at: datetime | None
    submitted_at: datetime | None
    reasons: list[ReasonView]


class LiveView(View):
    """The version that was approved last, and whether it is on sale."""

    version: int
    state: State
    content: ContentView
    published_at: datetime | None
    flags: dict[str, datetime]
    off: str | None = Field(description="Who or what took it off sale.")
    off_reason: str

    @classmethod
    def of(cls, product: Product) -> "LiveView":
        """The view of `product`, for its merchant and reviewers."""
        return cls(
            version=product.version,
            state=product.state,
            content=ContentView.of(product),
            published_at=product.published_at,
            flags=dict(product.flags),
            off=product.off,
            off_reason=product.off_reason,
        )


class OwnProduct(View):
    """All of a merchant's own product."""

    id: str
    revision: int
    created_at: datetime
    updated_at: datetime
    draft: DraftView | None
    live: LiveView | None
    offers: list[OwnOffer]

    @classmethod
    def of(cls, record: Record, offers: Offers | None = None) -> "OwnProduct":
        """The view of `record`, for its merchant and reviewers."""
        draft = record.draft
        return cls(
            id=record.id,
            revision=record.revision,
            created_at=record.created_at,
            updated_at=record.updated_at,
            draft=None
            if draft is None
            else DraftView(
                state=draft.state,
                content=ContentView.of(draft.content),
                updated_at=draft.updated_at,
                submitted_at=draft.submitted_at,
                reasons=[ReasonView(message=reason.message, field=reason.field) for reason in draft.reasons],
            ),
            live=None if record.live is None else LiveView.of(record.live),
            offers=[] if offers is None else OwnOffers.of(offers).offers,
        )


class Standing(View):
    """How a product stands after it was changed."""

    id: str
    revision: int
    draft: State | None
    live: State | None
    version: int

    @classmethod
    def of(cls, record: Record) -> "Standing":
        """How `record` stands."""
        return cls(
            id=record.id,
            revision=record.revision,
            draft=None if record.draft is None else record.draft.state,
            live=None if record.live is None else record.live.state,
            version=0 if record.live is None else record.live.version,
        )


class Written(Standing):
    """How a product stands after it was written, and whether it was `created`, `updated` or `unchanged`."""

    what: str

    @classmethod
    def of_writing(cls, record: Record, what: str) -> "Written":
        """What came of writing `record`."""
        return cls(**Standing.of(record).model_dump(), what=what)


class Summary(View):
    """A product in a list of its merchant's or of what waits for a review."""

    id: str
    merchant_id: str
    name: dict[str, str]
    category_id: str
    external_id: str
    picture_id: str | None
    skus: int
    draft: State | None
    live: State | None
    version: int
    updated_at: datetime
    submitted_at: datetime | None

    @classmethod
    def of(cls, entry: Entry) -> "Summary":
        """The view of an entry of a list."""
        said = entry.said
        return cls(
            **{name: said[name] for name in _ENTRY},
            id=entry.id,
            merchant_id=entry.merchant_id,
            picture_id=said["picture_id"] or None,
            updated_at=entry.updated_at,
            submitted_at=entry.submitted_at,
        )


_ENTRY = ("name", "category_id", "external_id", "skus", "draft", "live", "version")


class SummaryList(View):
    """A page of products, and the cursor of the next."""

    items: list[Summary]
    next: str | None


class DifferenceView(View):
    """A field that the draft has otherwise than what is live."""

    field: str
    before: Any
    after: Any

    @classmethod
    def of(cls, difference: Difference) -> "DifferenceView":
        """The view of `difference`."""
        return cls(field=difference.field, before=difference.before, after=difference.after)


class Review(View):
    """What a reviewer needs: the product, and what is different about its draft."""

    merchant_id: str
    product: OwnProduct
    differences: list[DifferenceView]


class VersionQuery(Page):
    """Which page of the versions."""

    @property
    def below(self) -> int | None:
        """The version that the page before ended with. Raises Invalid for what is no cursor."""
        if self.after is None:
            return None
        if not self.after.isascii() or not self.after.isdigit() or len(self.after) > 6 or int(self.after) < 1:
            raise errors.Invalid("'after' is not a cursor of this list.")
        return int(self.after)


class VersionView(View):
    """What was approved once."""

    version: int
    published_at: datetime | None
    content: ContentView

    @classmethod
    def of(cls, product: Product) -> "VersionView":
        """The view of a version, for its merchant."""
        return cls(version=product.version, published_at=product.published_at, content=ContentView.of(product))


class VersionList(View):
    """A page of a product's versions, newest first, and the cursor of the next."""

    items: list[VersionView]
    next: str | None
