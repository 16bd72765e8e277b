"""What clients send and get of merchants' keys."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from mall.http import Body, View
from mall.users.api_keys.model import Key

PermissionName = Annotated[str, Field(pattern=r"^[a-z]+\.[a-z_]+$", max_length=60)]


class NewApiKey(Body):
    """A public key; the private one never leaves the merchant."""

    name: str = Field(min_length=1, max_length=60, description="Which program signs with it.")
    public_key: str = Field(min_length=43, max_length=48, description="32 bytes in base64url, as RFC 8032 encodes it.")
    permissions: list[PermissionName] = Field(
        min_length=1, max_length=50, description="What calls signed with it may do; never more than you may yourself."
    )


class ApiKeyView(View):
    """A merchant's key."""

    id: str
    name: str
    public_key: str
    permissions: list[str]
    created_at: datetime
    created_by: str

    @classmethod
    def of(cls, key: Key) -> "ApiKeyView":
        """The key."""
        return cls(
            id=key.id,
            name=key.name,
            public_key=key.public_key,
            permissions=sorted(key.permissions),
            created_at=key.created_at,
            created_by=key.created_by,
        )


class ApiKeys(View):
    """A merchant's keys, the oldest first."""

    items: list[ApiKeyView]
