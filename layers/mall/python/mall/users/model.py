"""Accounts, sessions, codes and roles: the rules, without any input or output."""

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from mall import errors

CODE_DIGITS = 6
CODE_LIFETIME = timedelta(minutes=5)
CODE_ATTEMPTS = 5
SESSION_IDLE = timedelta(days=30)
SESSION_LIFETIME = timedelta(days=180)
# Two tabs that refresh at the same moment are no theft: within this time the token before is only told to wait.
REFRESH_OVERLAP = timedelta(seconds=10)
FREE_FAILURES = 5
LONGEST_LOCK = timedelta(hours=1)
RECOVERY_CODES = 10
ROLE_NAME = re.compile(r"[a-z][a-z_]{1,38}[a-z]")


class WrongCredentials(errors.Unauthenticated):
    message = "The account or the proof of it is not right."


class WrongCode(errors.Invalid):
    message = "The code is not right, or no longer."


class TotpRequired(errors.Unauthenticated):
    message = "This account also asks for a code of its authenticator app."


class TooManyAttempts(errors.TooManyRequests):
    message = "Too many wrong attempts. Wait before you try again."


class IdentifierTaken(errors.Conflict):
    message = "This e-mail address or phone number already belongs to an account."


class SessionOver(errors.Unauthenticated):
    message = "This session is over. Sign in again."


class RefreshedAlready(errors.Conflict):
    message = "This token was refreshed a moment ago. Use the newer one."


class AccountClosed(errors.Forbidden):
    message = "This account is closed."


class NoSuchAccount(errors.NotFound):
    message = "There is no such account."


class NoSuchSession(errors.NotFound):
    message = "There is no such session."


class NoSuchRole(errors.Invalid):
    message = "There is no such role."


class RoleBeyondOwn(errors.Forbidden):
    message = "You cannot grant or take away permissions that you do not hold yourself."


class BuiltInRole(errors.Conflict):
    message = "This role comes with the mall and cannot be changed."


class NotForMerchants(errors.Invalid):
    message = "A merchant's role names its permissions; it never permits everything."


class RoleScopeStays(errors.Conflict):
    message = "A role keeps the scope it was defined with, since somebody may have it."


class ChangedMeanwhile(errors.Conflict):
    message = "This was changed meanwhile. Read it again."


class TotpState(errors.Conflict):
    message = "The authenticator app is already, or not yet, set up."


class AdministratorExists(errors.Conflict):
    message = "There is an administrator already."


class Purpose(StrEnum):
    """What a one-time code is for; a code of one purpose is worth nothing for another."""

    REGISTER = "register"
    SIGN_IN = "sign_in"
    RESET_PASSWORD = "reset_password"  # noqa: S105
    BIND = "bind"
    CLOSE_ACCOUNT = "close_account"
    SET_PAYMENT_PASSWORD = "set_payment_password"  # noqa: S105


class State(StrEnum):
    """The life of an account."""

    ACTIVE = "active"
    DISABLED = "disabled"
    CLOSED = "closed"


NEXT: dict[State, frozenset[State]] = {
    State.ACTIVE: frozenset({State.DISABLED, State.CLOSED}),
    State.DISABLED: frozenset({State.ACTIVE, State.CLOSED}),
    State.CLOSED: frozenset(),
}


class Gender(StrEnum):
    """As a person states it; nobody has to."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class Scope(StrEnum):
    """Where a role counts: for the whole platform, or within one merchant."""

    PLATFORM = "platform"
    MERCHANT = "merchant"


@dataclass(frozen=True, slots=True)
class Identifier:
    """An e-mail address in lower case, or a phone number in E.164."""

    kind: str
    value: str

    def __str__(self) -> str:
        return f"{self.kind}#{self.value}"


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of permissions."""

    name: str
    scope: Scope
    permissions: frozenset[str]
    built_in: bool = False


# What everybody at a merchant may do with its goods.
_GOODS = frozenset(
    {
        "catalog.change_labels",
        "catalog.create_product",
        "catalog.discard_draft",
        "catalog.get_own_product",
        "catalog.list_labels",
        "catalog.list_own_products",
        "catalog.list_versions",
        "catalog.put_on_sale",
        "catalog.schedule_product",
        "catalog.set_offers",
        "catalog.submit_product",
        "catalog.take_off_sale",
        "catalog.update_product",
        "catalog.withdraw_product",
        "images.change_settings",
        "images.create_upload",
        "images.get_address",
        "images.get_picture",
        "images.get_settings",
        "images.list_pictures",
        "images.remove_picture",
        "imports.create_export",
        "imports.create_import",
        "imports.get_export",
        "imports.get_import",
        "imports.list_exports",
        "imports.list_imports",
        "inventory.adjust_stock",
        "inventory.create_warehouse",
        "inventory.get_own_stock",
        "inventory.list_movements",
        "inventory.list_stock",
        "inventory.list_warehouses",
        "inventory.set_threshold",
        "inventory.take_stock",
        "inventory.update_warehouse",
    }
)

# What the mall comes with; others may be defined. A permission has the name of the operation that demands it.
BUILT_IN_ROLES = {
    role.name: role
    for role in (
        Role("administrator", Scope.PLATFORM, frozenset({"*"}), built_in=True),
        Role(
            "operator",
            Scope.PLATFORM,
            frozenset(
                {
                    "catalog.approve_product",
                    "catalog.create_brand",
                    "catalog.create_category",
                    "catalog.flag_product",
                    "catalog.get_brand_record",
                    "catalog.get_category_job",
                    "catalog.get_category_record",
                    "catalog.get_review",
                    "catalog.list_reviews",
                    "catalog.merge_category",
                    "catalog.move_category",
                    "catalog.refuse_product",
                    "catalog.release_product",
                    "catalog.remove_category",
                    "catalog.take_product_down",
                    "catalog.update_brand",
                    "catalog.update_category",
                    "content.get_article",
                    "content.list_articles",
                    "content.list_banners",
                    "content.put_article",
                    "content.put_banner",
                    "content.remove_article",
                    "content.remove_banner",
                    "images.create_platform_upload",
                    "images.get_cache_report",
                    "images.get_platform_picture",
                    "images.plan_campaign",
                    "images.set_quota",
                    "inventory.get_stock",
                    "merchants.close_merchant",
                    "merchants.create_merchant",
                    "merchants.get_record",
                    "merchants.list_merchants",
                    "merchants.resume_merchant",
                    "merchants.suspend_merchant",
                    "merchants.update_merchant",
                    "pages.get_page",
                    "pages.get_rebuild",
                    "pages.invalidate_pages",
                    "pages.publish_pages",
                    "payments.list_exceptions",
                    "payments.resolve_exception",
                    "refunds.get_refund_record",
                    "refunds.list_refunds",
                    "refunds.retry_refund",
                    "users.list_roles",
                    "users.list_staff",
                }
            ),
            built_in=True,
        ),
        Role("ops", Scope.PLATFORM, frozenset({"users.list_roles"}), built_in=True),
        Role(
            "merchant_owner",
            Scope.MERCHANT,
            frozenset(
                {
                    "users.create_merchant_staff",
                    "users.list_merchant_staff",
                    "users.update_merchant_staff",
                    "users.add_api_key",
                    "users.list_api_keys",
                    "users.remove_api_key",
                }
            )
            | _GOODS,
            built_in=True,
        ),
        Role("merchant_clerk", Scope.MERCHANT, frozenset({"users.list_merchant_staff"}) | _GOODS, built_in=True),
    )
}


@dataclass(frozen=True, slots=True)
class Totp:
    """A second factor (RFC 6238): the encrypted secret, whether it was confirmed, the last step that was used."""

    secret: str
    confirmed: bool = False
    last_step: int = 0
    recovery: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person tells of themselves; all of it optional, part of it used for recommendations with consent."""

    nickname: str = ""
    gender: Gender | None = None
    birthday: date | None = None
    region: str = ""
    avatar: str = ""
    locale: str = "zh-CN"


@dataclass(frozen=True, slots=True)
class Account:
    """One person's account, or one staff member's."""

    id: str
    created_at: datetime
    state: State = State.ACTIVE
    email: str = ""
    phone: str = ""
    password_hash: str = ""
    must_change_password: bool = False
    totp: Totp | None = None
    roles: frozenset[str] = frozenset()
    merchant_id: str = ""
    profile: Profile = field(default_factory=Profile)
    version: int = 0

    @classmethod
    def register(cls, identifier: Identifier, *, id: str, at: datetime, locale: str = "zh-CN") -> "Account":
        """A new customer's account, found by the identifier that was just proven."""
        return cls(id=id, created_at=at, profile=Profile(locale=locale)).bind(identifier)

    @property
    def staff(self) -> bool:
        """Whether this is somebody who works here or for a merchant."""
        return bool(self.roles)

    @property
    def identifiers(self) -> tuple[Identifier, ...]:
        """What leads to this account."""
        given = (Identifier("email", self.email), Identifier("phone", self.phone))
        return tuple(identifier for identifier in given if identifier.value)

    def bind(self, identifier: Identifier) -> "Account":
        """The account with `identifier` in place of the one of that kind."""
        if identifier.kind == "email":
            return replace(self, email=identifier.value)
        return replace(self, phone=identifier.value)

    def move_to(self, state: State) -> "Account":
        """The account in another state of its life. Raises AccountClosed when it is over."""
        if state == self.state:
            return self
        if state not in NEXT[self.state]:
            raise AccountClosed
        return replace(self, state=state)

    def permissions(self, roles: Iterable[Role]) -> frozenset[str]:
        """What this account may do with `roles`: nothing while a one-time password is in place."""
        if self.must_change_password:
            return frozenset()
        return frozenset().union(*(role.permissions for role in roles))


@dataclass(frozen=True, slots=True)
class Device:
    """Where a session lives, as its owner recognises it."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Session:
    """A family of refresh tokens: one sign-in on one device."""

    user_id: str
    id: str
    token_digest: str
    created_at: datetime
    refreshed_at: datetime
    device: Device

    @property
    def over_at(self) -> datetime:
        """When the session ends if nothing more happens."""
        return min(self.refreshed_at + SESSION_IDLE, self.created_at + SESSION_LIFETIME)


def lock_of(failures: int) -> timedelta:
    """How long sign-in stays shut after that many wrong attempts in a row: 30 s, doubled each time, an hour at most."""
    if failures < FREE_FAILURES:
        return timedelta()
    return min(timedelta(seconds=30 * 2 ** min(failures - FREE_FAILURES, 10)), LONGEST_LOCK)


def grantable(granter: frozenset[str], roles: Iterable[Role]) -> bool:
    """Whether somebody who holds `granter` may grant (or take away) `roles`: never more than they hold themselves."""
    return "*" in granter or all(role.permissions <= granter for role in roles)


def digest(secret: str) -> str:
    """How a random secret of ours is stored: SHA-256, since there is nothing to guess in 256 random bits."""
    return sha256(secret.encode()).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())
