"""What the platform's staff gets of moves and merges."""

from datetime import datetime

from pydantic import Field

from mall.catalog.categories.jobs.model import Job, Kind, State
from mall.http import View


class JobView(View):
    """A move or merge of a category, and how far it is."""

    id: str
    kind: Kind
    category_id: str
    target: str | None
    state: State
    categories: int = Field(description="How many categories were published anew.")
    products: int = Field(description="How many products are in their new category.")
    refusal: str
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, job: Job) -> "JobView":
        """The view of `job`."""
        return cls(
            id=job.id,
            kind=job.kind,
            category_id=job.category_id,
            target=job.target,
            state=job.state,
            categories=job.categories,
            products=job.products,
            refusal=job.refusal,
            created_at=job.created_at,
            finished_at=job.finished_at,
        )
