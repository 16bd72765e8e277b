"""Who asks, and what an operation demands of them. Light on purpose: every endpoint and the authorizer import it.

A person's bearer token is verified by the gateway's authorizer (`functions/users/authorize.py`), which hands the
caller on in the request context. A merchant's signed call passes the authorizer unverified, since a gateway
authorizer never sees the body; `mall.http.Endpoint` verifies it through `mall.signature`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mall import errors

ALL = "*"
# What the `Authorization` header of a merchant's signed call begins with.
SIGNATURE_SCHEME = "MALL-ED25519"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request: a person with a session, a merchant's program with a key, or nobody (`user_id == ""`)."""

    user_id: str = ""
    session_id: str = ""
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    merchant_id: str = ""
    key_id: str = ""

    @property
    def known(self) -> bool:
        """Whether somebody was identified at all."""
        return bool(self.user_id or self.key_id)

    def may(self, permission: str) -> bool:
        """Whether the caller holds `permission`, e.g. `users.list_staff`."""
        return permission in self.permissions or ALL in self.permissions

    def context(self) -> dict[str, str]:
        """The caller as the flat strings that an authorizer may hand to an endpoint."""
        return {
            "user_id": self.user_id,
            "session_id": self.session_id,
            "merchant_id": self.merchant_id,
            "roles": " ".join(sorted(self.roles)),
            "permissions": " ".join(sorted(self.permissions)),
        }

    @classmethod
    def of_context(cls, context: Mapping[str, Any]) -> "Caller":
        """The caller whom the authorizer described."""
        return cls(
            user_id=context.get("user_id", ""),
            session_id=context.get("session_id", ""),
            merchant_id=context.get("merchant_id", ""),
            roles=frozenset(context.get("roles", "").split()),
            permissions=frozenset(context.get("permissions", "").split()),
        )


NOBODY = Caller()


@dataclass(frozen=True, slots=True)
class Access:
    """What an operation demands: nothing, a signed-in person, or a permission (a person's or a merchant key's).

    With `guests`, nothing is demanded, and yet whoever is signed in is known; see `GUESTS_TOO`.
    """

    public: bool = False
    permission: str | None = None
    guests: bool = False

    def check(self, caller: Caller) -> None:
        """Raise Unauthenticated when somebody must be known and is not, Forbidden when they lack the permission."""
        if self.public:
            return
        if self.permission is None:
            if not caller.user_id:
                raise errors.Unauthenticated
        elif not caller.known:
            raise errors.Unauthenticated
        elif not caller.may(self.permission):
            raise errors.Forbidden(f"This takes the permission '{self.permission}'.", permission=self.permission)


PUBLIC = Access(public=True)
# For everybody, as who they are: the gateway's authorizer lets nobody through without a token, so `mall.http.Endpoint`
# verifies the token of whoever sends one.
GUESTS_TOO = Access(public=True, guests=True)
SIGNED_IN = Access()


def permission(name: str) -> Access:
    """Access for those who hold the permission `name`, as `<subsystem>.<verb_noun>`."""
    return Access(permission=name)
