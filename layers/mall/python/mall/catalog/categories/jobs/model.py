"""What a move or merge of a category is, and how far it is."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from mall import errors


class NoSuchCategoryJob(errors.NotFound):
    message = "There is no such move or merge."


class Kind(StrEnum):
    """What happens to the category."""

    MOVE = "move"
    MERGE = "merge"


class State(StrEnum):
    """The life of a job."""

    WAITING = "waiting"
    WORKING = "working"
    FINISHED = "finished"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Job:
    """A category on its way to another place (`target`: its new parent), or into another category (`target`)."""

    id: str
    kind: Kind
    category_id: str
    target: str | None
    created_at: datetime
    created_by: str
    state: State = State.WAITING
    categories: int = 0
    products: int = 0
    refusal: str = ""
    finished_at: datetime | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in {State.FINISHED, State.REFUSED}

    def with_products(self, count: int) -> "Job":
        """With so many products more in their new category."""
        return replace(self, products=self.products + count)

    def finish(self, at: datetime) -> "Job":
        """With everything done."""
        return replace(self, state=State.FINISHED, finished_at=at)

    def refuse(self, why: str, at: datetime) -> "Job":
        """Given up, since it is no longer possible."""
        return replace(self, state=State.REFUSED, refusal=why, finished_at=at)
