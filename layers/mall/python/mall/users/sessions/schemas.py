"""What clients send and get of sessions and their tokens. Descriptions are part of the API contract."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, SecretStr

from mall import errors
from mall.http import Body, View
from mall.users.model import Session

KeepCookie = Annotated[
    bool,
    Field(
        description="For pages: the refresh token comes and goes as an HttpOnly cookie of `/api/sessions`, not as JSON."
    ),
]


class Refresh(Body):
    """Exchange of a refresh token, which is sent, or kept by the browser (`cookie`)."""

    refresh_token: Annotated[SecretStr, Field(min_length=20, max_length=300)] | None = None
    cookie: KeepCookie = False

    def model_post_init(self, context: object) -> None:
        if (self.refresh_token is None) != self.cookie:
            raise errors.Invalid("Give either 'refresh_token' or 'cookie'.")


class Tokens(View):
    """What a signed-in client keeps."""

    user_id: str
    access_token: str = Field(description="Sent as `Authorization: Bearer …`.")
    refresh_token: str | None = Field(
        description="Exchanged once for new tokens; the one before is then worth nothing. Null where a cookie holds it."
    )
    expires_in: int = Field(description="Seconds until the access token expires.")
    must_change_password: bool = Field(False, description="The account may do nothing else until it has.")


class SessionView(View):
    """One signed-in device."""

    id: str
    device: str
    address: str = Field(description="The network address of its last sign-in, shortened.")
    created_at: datetime
    refreshed_at: datetime
    current: bool

    @classmethod
    def of(cls, session: Session, *, current: str) -> "SessionView":
        """The session as its owner sees it."""
        return cls(
            id=session.id,
            device=session.device.name,
            address=session.device.address,
            created_at=session.created_at,
            refreshed_at=session.refreshed_at,
            current=session.id == current,
        )


class Sessions(View):
    """The signed-in devices, the latest first."""

    items: list[SessionView]


class KeySet(View):
    """A JWK set (RFC 7517)."""

    keys: list[dict[str, str]]
