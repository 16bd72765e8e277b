"""A merchant's record, and its life."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from mall import errors


class NoSuchMerchant(errors.NotFound):
    message = "There is no such merchant."


class MerchantNotActive(errors.Forbidden):
    message = "This merchant is not active."


class MerchantClosed(errors.Conflict):
    message = "This merchant is closed for good."


class SlugTaken(errors.Conflict):
    message = "Another merchant goes by this name in addresses."


class MerchantExists(errors.Conflict):
    message = "There is a merchant with this id."


class MerchantChanged(errors.Conflict):
    message = "The merchant was changed meanwhile. Read it again."


class Kind(StrEnum):
    """What sort of merchant it is: the mall's own store (自营), a brand's own (旗舰店), a company, or a person."""

    SELF = "self"
    FLAGSHIP = "flagship"
    COMPANY = "company"
    PERSONAL = "personal"


class State(StrEnum):
    """The life of a merchant."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


NEXT: Mapping[State, frozenset[State]] = {
    State.ACTIVE: frozenset({State.SUSPENDED, State.CLOSED}),
    State.SUSPENDED: frozenset({State.ACTIVE, State.CLOSED}),
    State.CLOSED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Merchant:
    """A merchant: `name` and `about` in each language, `slug` for addresses, `logo` a picture's id or nothing."""

    id: str
    kind: Kind
    name: Mapping[str, str]
    slug: str
    created_at: datetime
    state: State = State.ACTIVE
    about: Mapping[str, str] = field(default_factory=dict)
    logo: str = ""
    trusted: bool = False
    reason: str = ""
    version: int = 0

    @property
    def approves_itself(self) -> bool:
        """Whether what it submits needs no review."""
        return self.trusted or self.kind is Kind.SELF

    def move_to(self, state: State, *, reason: str = "") -> "Merchant":
        """The merchant in another state of its life. Raises MerchantClosed."""
        if state is self.state:
            return self
        if state not in NEXT[self.state]:
            raise MerchantClosed
        return replace(self, state=state, reason=reason)
