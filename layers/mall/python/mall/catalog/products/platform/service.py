"""What the platform's reviewers and operators do with products."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from mall import clock
from mall.catalog.products import keeping, schemas, store
from mall.catalog.products.differences import between
from mall.catalog.products.model import DraftChanged, NoDraft, Off, Reason, Record
from mall.http import Page
from mall.merchants import service as merchants
from mall.observability import logger


def waiting(query: Page) -> schemas.SummaryList:
    """A page of what waits for a review, the one that has waited longest first."""
    found, following = store.waiting(limit=query.limit, after=query.after)
    return schemas.SummaryList(items=[schemas.Summary.of(entry) for entry in found], next=following)


def review(product_id: str) -> schemas.Review:
    """A product's draft beside what is live. Raises NoSuchProduct or NoDraft."""
    record, offers = store.load(product_id)
    if record.draft is None:
        raise NoDraft
    return schemas.Review(
        merchant_id=record.merchant_id,
        product=schemas.OwnProduct.of(record, offers),
        differences=[
            schemas.DifferenceView.of(difference) for difference in between(record.live, record.draft.content)
        ],
    )


def approve(product_id: str, *, revision: int, by: str) -> Record:
    """Let the draft that was read at `revision` be the next version.

    Raises NoSuchProduct, NotInReview or DraftChanged.
    """

    def attempt() -> Record:
        record, offers = store.load(product_id)
        _check_read(record, revision)
        return keeping.approved(record, record, offers, sells=merchants.sells(record.merchant_id))

    record = keeping.persist(attempt)
    logger.info("product approved", product_id=product_id, by=by, version=record.product.version)
    return record


def refuse(product_id: str, reasons: Sequence[Reason], *, revision: int, by: str) -> Record:
    """Refuse the draft that was read at `revision`. Raises NoSuchProduct, NotInReview, DraftChanged."""

    def decide(record: Record) -> Record:
        _check_read(record, revision)
        return record.refuse(reasons, by=by, at=clock.now())

    record = keeping.change(product_id, decide)
    logger.info("product refused", product_id=product_id, by=by, reasons=len(reasons))
    return record


def take_down(product_id: str, reason: str) -> Record:
    """Take a product off sale for the platform. Raises NoSuchProduct or NotApproved."""
    return keeping.change(product_id, lambda record: record.take_off_sale(Off.PLATFORM, reason=reason, at=clock.now()))


def release(product_id: str) -> Record:
    """Let a merchant sell again what the platform took down. Raises NoSuchProduct or NotApproved."""
    return keeping.change(product_id, lambda record: record.release(at=clock.now()))


def flag(product_id: str, flags: Mapping[str, datetime]) -> Record:
    """Give a product exactly these flags. Raises NoSuchProduct, NotApproved or BadFlag."""
    return keeping.change(product_id, lambda record: record.flag(flags, at=clock.now()))


def _check_read(record: Record, revision: int) -> None:
    if record.revision != revision:
        raise DraftChanged
