"""What can go wrong, as the domain says it. `mall.http` alone knows which HTTP status belongs to which branch.

    MallError
    ├── Invalid            the request cannot be understood or breaks a rule of form
    ├── Unauthenticated    nobody, or nobody we can verify, is asking
    ├── Forbidden          we know who asks, and they may not
    ├── NotFound           no such thing, or none that this caller may see
    ├── Conflict           it contradicts the present state; reading again may help
    ├── TooManyRequests    a limit was reached; `retry_after` says for how long
    └── Unavailable        something we depend on does not answer; the same request may work later

A subsystem's errors stand beside its model and subclass one of these. The name of the class is the public code,
the message is for people, `details` is for programs.
"""

from collections.abc import Mapping
from typing import Any


class MallError(Exception):
    """The root of every refusal: `message` for people, `details` for programs (JSON types only)."""

    message = "The request was refused."

    def __init__(self, message: str | None = None, **details: Any) -> None:
        super().__init__(message or self.message)
        self.details: Mapping[str, Any] = details

    @property
    def code(self) -> str:
        """The public code of this error."""
        return type(self).__name__


class Invalid(MallError):
    message = "The request is not acceptable."


class Unauthenticated(MallError):
    message = "Sign in first."


class Forbidden(MallError):
    message = "You may not do this."


class NotFound(MallError):
    message = "There is no such thing here."


class Conflict(MallError):
    message = "This contradicts the present state."


class TooManyRequests(MallError):
    """A limit was reached; after `retry_after` seconds the same request may be made again."""

    message = "Too many requests."

    def __init__(self, message: str | None = None, *, retry_after: int, **details: Any) -> None:
        super().__init__(message, retry_after=retry_after, **details)
        self.retry_after = retry_after


class Unavailable(MallError):
    message = "This does not work at the moment. Try again later."
