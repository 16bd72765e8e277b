"""What clients send and get of consents."""

from datetime import datetime

from pydantic import ConfigDict, Field

from mall.http import Body, View
from mall.users.consents.model import Consent, Kind


class ConsentForm(Body):
    """That a consent is given or withdrawn, and which version of its text was shown."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"given": True, "policy_version": "2026-01"}]})

    given: bool
    policy_version: str = Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.\-]{0,31}$")


class ConsentView(View):
    """That a consent was given or withdrawn, when, and for which version of its text."""

    kind: Kind
    given: bool
    policy_version: str
    at: datetime

    @classmethod
    def of(cls, consent: Consent) -> "ConsentView":
        """The view of `consent`, for the person who gave it only."""
        return cls(kind=consent.kind, given=consent.given, policy_version=consent.policy_version, at=consent.at)


class ConsentState(View):
    """How a consent stands: `allowed` is what the mall acts on, also when nobody said anything yet (`last` is null)."""

    kind: Kind
    required: bool
    allowed: bool
    last: ConsentView | None


class ConsentList(View):
    """How each consent stands, then a page of what was given and withdrawn, newest first."""

    current: list[ConsentState]
    items: list[ConsentView]
    next: str | None
