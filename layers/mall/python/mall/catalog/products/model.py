"""The life of a product: drafts, reviews, versions, what is on sale and since when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from mall import errors
from mall.catalog.products.content import Content, Option, Sku, Tier, Value

__all__ = ["Content", "Option", "Product", "Record", "Sku", "State", "Tier", "Value"]

LONGEST_FLAG = timedelta(days=366)


class NoSuchProduct(errors.NotFound):
    message = "There is no such product."


class NoDraft(errors.Conflict):
    message = "The product has no draft."


class NotInReview(errors.Conflict):
    message = "The product does not wait for a review."


class DraftChanged(errors.Conflict):
    message = "The draft is no longer the one that was read. Read it again."


class NotApproved(errors.Conflict):
    message = "The product was never approved."


class HeldByPlatform(errors.Conflict):
    message = "The platform took the product down; it can be on sale again when a new version of it is approved."


class ProductChanged(errors.Conflict):
    message = "The product was changed meanwhile. Try again."


class ExternalIdTaken(errors.Conflict):
    message = "Another product of yours has this external_id."


class NothingToSell(errors.Conflict):
    message = "The time in which the product may be on sale is over."


class BadFlag(errors.Invalid):
    message = "A flag ends in the future, within a year."


class State(StrEnum):
    """How a product stands. The first three are of drafts, the others of what was approved."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    REFUSED = "refused"
    APPROVED = "approved"
    ON_SALE = "on_sale"
    OFF_SALE = "off_sale"


NEXT: Mapping[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.DRAFT, State.IN_REVIEW}),
    State.IN_REVIEW: frozenset({State.DRAFT, State.REFUSED, State.APPROVED}),
    State.REFUSED: frozenset({State.DRAFT, State.IN_REVIEW}),
    State.APPROVED: frozenset({State.ON_SALE, State.OFF_SALE}),
    State.ON_SALE: frozenset({State.OFF_SALE}),
    State.OFF_SALE: frozenset({State.ON_SALE, State.APPROVED}),
}


class Flag(StrEnum):
    """What operators put on products: 热门, 新品, 置顶."""

    HOT = "hot"
    NEW = "new"
    PINNED = "pinned"


class Off(StrEnum):
    """Why a product that was approved is not on sale."""

    MERCHANT = "merchant"
    SCHEDULE = "schedule"
    PLATFORM = "platform"
    SUSPENSION = "suspension"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a draft was refused: what is wrong in which field (empty: as a whole)."""

    message: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """The version that is being edited or reviewed."""

    content: Content
    state: State = State.DRAFT
    updated_at: datetime | None = None
    updated_by: str = ""
    submitted_at: datetime | None = None
    reasons: tuple[Reason, ...] = ()
    reviewed_by: str = ""

    def to(self, state: State, **changes: object) -> "Draft":
        """The draft in another state."""
        if state not in NEXT[self.state]:
            raise NotInReview
        return replace(self, state=state, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Product(Content):
    """A product as others see it: its content in one version, and how it stands.

    `version` counts what was approved, from 1; a draft that nobody approved yet has 0.
    """

    id: str
    merchant_id: str
    version: int
    state: State
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None = None
    flags: Mapping[str, datetime] = field(default_factory=dict)
    off: Off | None = None
    off_reason: str = ""

    @property
    def content(self) -> Content:
        """What its merchant wrote."""
        return Content(**{one.name: getattr(self, one.name) for one in fields(Content)})

    def flags_at(self, now: datetime) -> dict[str, datetime]:
        """The flags that hold."""
        return {flag: until for flag, until in self.flags.items() if until > now}

    def with_content(self, content: Content, **changes: object) -> Self:
        """The product with other content."""
        said = {one.name: getattr(content, one.name) for one in fields(Content)}
        return replace(self, **said, **changes)  # type: ignore[arg-type]

    def to(self, state: State, **changes: object) -> Self:
        """The product in another state."""
        if state not in NEXT[self.state]:
            raise NotApproved
        return replace(self, state=state, **{"off": None, "off_reason": "", **changes})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Record:
    """All that there is of a product. `revision` counts its changes, so that two at once cannot both be kept."""

    id: str
    merchant_id: str
    created_at: datetime
    updated_at: datetime
    draft: Draft | None = None
    live: Product | None = None
    revision: int = 0
    # At which revision each part of it was written: parts that are read at once were not always written at once.
    parts: Mapping[str, int] = field(default_factory=dict)

    @property
    def external_id(self) -> str:
        """What its merchant calls it."""
        return self.newest.external_id

    @property
    def newest(self) -> Content:
        """What its merchant wrote last."""
        if self.draft is not None:
            return self.draft.content
        assert self.live is not None
        return self.live

    @property
    def product(self) -> Product:
        """The draft as a product, or what is live where there is no draft."""
        if self.draft is None:
            assert self.live is not None
            return self.live
        said = {one.name: getattr(self.draft.content, one.name) for one in fields(Content)}
        return Product(
            **said,
            id=self.id,
            merchant_id=self.merchant_id,
            version=0 if self.live is None else self.live.version,
            state=self.draft.state,
            created_at=self.created_at,
            updated_at=self.updated_at,
            published_at=None if self.live is None else self.live.published_at,
            flags={} if self.live is None else self.live.flags,
        )

    @property
    def due(self) -> datetime | None:
        """When something of it begins or ends by itself next."""
        if self.live is None:
            return None
        times = list(self.live.flags.values())
        if self.live.state is State.APPROVED and self.live.on_sale_from is not None:
            times.append(self.live.on_sale_from)
        if self.live.state in {State.APPROVED, State.ON_SALE} and self.live.on_sale_until is not None:
            times.append(self.live.on_sale_until)
        return min(times, default=None)

    # --- what merchants do

    def edit(self, content: Content, *, by: str, at: datetime) -> "Record":
        """With other content; a draft that waits for a review waits no longer."""
        return replace(self, draft=Draft(content, updated_at=at, updated_by=by), updated_at=at)

    def submit(self, *, at: datetime) -> "Record":
        """With the draft waiting for a review. Raises NoDraft."""
        draft = self._draft()
        if draft.state is State.IN_REVIEW:
            return self
        return replace(self, draft=draft.to(State.IN_REVIEW, submitted_at=at, reasons=()), updated_at=at)

    def withdraw(self, *, at: datetime) -> "Record":
        """With the draft back from the review. Raises NoDraft."""
        draft = self._draft()
        if draft.state is State.DRAFT:
            return self
        return replace(self, draft=draft.to(State.DRAFT, submitted_at=None), updated_at=at)

    def discard(self, *, at: datetime) -> "Record":
        """Without the draft of a product that is live. Raises NoDraft or NotApproved."""
        self._draft()
        if self.live is None:
            raise NotApproved
        return replace(self, draft=None, updated_at=at)

    def put_on_sale(self, *, at: datetime) -> "Record":
        """With what was approved on sale, or waiting for the time when it will be.

        Raises NotApproved, HeldByPlatform or NothingToSell.
        """
        live = self._live()
        if live.off is Off.PLATFORM:
            raise HeldByPlatform
        if live.state in {State.ON_SALE, State.APPROVED}:
            return self
        return self._started(replace(live, state=State.OFF_SALE), at)

    def take_off_sale(self, off: Off, *, reason: str = "", at: datetime) -> "Record":
        """With nothing on sale. Raises NotApproved."""
        live = self._live()
        if live.state is State.OFF_SALE and live.off in {off, Off.PLATFORM}:
            return self
        if live.state is State.OFF_SALE:
            if off is not Off.PLATFORM and not (off is Off.MERCHANT and live.off is Off.SUSPENSION):
                return self
            return replace(self, live=replace(live, off=off, off_reason=reason, updated_at=at), updated_at=at)
        return replace(self, live=live.to(State.OFF_SALE, off=off, off_reason=reason, updated_at=at), updated_at=at)

    def release(self, *, at: datetime) -> "Record":
        """With the platform's hold gone; its merchant decides when it is on sale again. Raises NotApproved."""
        live = self._live()
        if live.off is not Off.PLATFORM:
            return self
        return replace(self, live=replace(live, off=Off.MERCHANT, off_reason="", updated_at=at), updated_at=at)

    def schedule(self, start: datetime | None, end: datetime | None, *, at: datetime) -> "Record":
        """On sale between two moments, from now on. Raises NotApproved, HeldByPlatform or NothingToSell."""
        live = self._live()
        if live.off is Off.PLATFORM:
            raise HeldByPlatform
        if (live.on_sale_from, live.on_sale_until) == (start, end):
            return self
        timed = replace(live, on_sale_from=start, on_sale_until=end, state=State.OFF_SALE)
        return self._started(timed, at, draft=self.draft and _timed(self.draft, start, end))

    # --- what reviewers and operators do

    def approve(self, *, at: datetime) -> "Record":
        """With the draft live as the next version: on sale, unless its merchant or the platform took it down.

        Raises NoDraft or NotInReview.
        """
        draft = self._draft()
        if draft.state is not State.IN_REVIEW:
            raise NotInReview
        before = self.live
        live = Product(
            **{one.name: getattr(draft.content, one.name) for one in fields(Content)},
            id=self.id,
            merchant_id=self.merchant_id,
            version=1 if before is None else before.version + 1,
            state=State.OFF_SALE,
            created_at=self.created_at,
            updated_at=at,
            published_at=at,
            flags={} if before is None else before.flags_at(at),
        )
        if before is not None and before.off in {Off.MERCHANT, Off.SUSPENSION}:
            live = replace(live, off=before.off, off_reason=before.off_reason)
            return replace(self, draft=None, live=live, updated_at=at)
        if live.on_sale_until is not None and live.on_sale_until <= at:
            return replace(self, draft=None, live=replace(live, off=Off.SCHEDULE), updated_at=at)
        return replace(self, draft=None)._started(live, at)

    def refuse(self, reasons: Iterable[Reason], *, by: str, at: datetime) -> "Record":
        """With the draft refused. Raises NoDraft or NotInReview."""
        draft = self._draft()
        if draft.state is not State.IN_REVIEW:
            raise NotInReview
        refused = draft.to(State.REFUSED, reasons=tuple(reasons), reviewed_by=by)
        return replace(self, draft=refused, updated_at=at)

    def flag(self, flags: Mapping[str, datetime], *, at: datetime) -> "Record":
        """With exactly these flags, each until its moment. Raises NotApproved or BadFlag."""
        live = self._live()
        for name, until in flags.items():
            if not at < until <= at + LONGEST_FLAG:
                raise BadFlag(field=f"flags.{name}")
        if dict(live.flags) == dict(flags):
            return self
        return replace(self, live=replace(live, flags=dict(flags), updated_at=at), updated_at=at)

    def move(self, category_id: str, *, at: datetime) -> "Record":
        """In another category, without a review: what was there was merged into it."""
        draft = self.draft and replace(self.draft, content=replace(self.draft.content, category_id=category_id))
        live = self.live and replace(self.live, category_id=category_id, updated_at=at)
        return replace(self, draft=draft, live=live, updated_at=at)

    def resume(self, *, at: datetime) -> "Record":
        """As before its merchant was suspended."""
        if self.live is None or self.live.off is not Off.SUSPENSION:
            return self
        if self.live.on_sale_until is not None and self.live.on_sale_until <= at:
            return replace(self, live=replace(self.live, off=Off.SCHEDULE), updated_at=at)
        return self._started(self.live, at)

    # --- what time does

    def tick(self, *, at: datetime) -> "Record":
        """With what had to begin or end by now."""
        live = self.live
        if live is None or self.due is None or self.due > at:
            return self
        changed = replace(live, flags=live.flags_at(at), updated_at=at)
        if live.state in {State.APPROVED, State.ON_SALE}:
            if live.on_sale_until is not None and live.on_sale_until <= at:
                changed = changed.to(State.OFF_SALE, off=Off.SCHEDULE)
            elif live.state is State.APPROVED and live.on_sale_from is not None and live.on_sale_from <= at:
                changed = changed.to(State.ON_SALE)
        return replace(self, live=changed, updated_at=at)

    def _draft(self) -> Draft:
        if self.draft is None:
            raise NoDraft
        return self.draft

    def _live(self) -> Product:
        if self.live is None:
            raise NotApproved
        return self.live

    def _started(self, live: Product, at: datetime, draft: Draft | None = None) -> "Record":
        """With `live`, which is off sale, on sale now or at its time."""
        if live.on_sale_until is not None and live.on_sale_until <= at:
            raise NothingToSell
        waits = live.on_sale_from is not None and live.on_sale_from > at
        started = live.to(State.APPROVED if waits else State.ON_SALE, updated_at=at)
        return replace(self, live=started, draft=draft or self.draft, updated_at=at)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a list tells of a product; `said` holds what its head says, as JSON."""

    id: str
    merchant_id: str
    updated_at: datetime
    submitted_at: datetime | None
    said: Mapping[str, Any]


def _timed(draft: Draft, start: datetime | None, end: datetime | None) -> Draft:
    return replace(draft, content=replace(draft.content, on_sale_from=start, on_sale_until=end))
