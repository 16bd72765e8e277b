"""What clients send and get: the views of accounts, sessions, roles. Descriptions are part of the API contract."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from mall import clock, errors, ids
from mall.http import Body, Page, View
from mall.users.model import Account, Gender, Purpose, Role, Scope, Session, State

Locale = Literal["zh-CN", "en"]
IdentifierText = Annotated[
    str, Field(min_length=3, max_length=254, description="An e-mail address, or a phone number (China's without +86).")
]
Code = Annotated[SecretStr, Field(min_length=6, max_length=6, description="The six digits that were sent.")]
Password = Annotated[SecretStr, Field(min_length=8, max_length=128)]
PresentPassword = Annotated[SecretStr, Field(min_length=1, max_length=128)]
TotpCode = Annotated[
    SecretStr, Field(min_length=6, max_length=16, description="Six digits of the app, or a recovery code.")
]
DeviceName = Annotated[str, Field(max_length=80, description="How the owner will recognise this device.")]
RoleName = Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,38}[a-z]$")]
PermissionName = Annotated[str, Field(pattern=r"^([a-z]+\.[a-z_]+|\*)$", max_length=60)]


def _in_the_past(day: date) -> date:
    if not date(1900, 1, 1) <= day <= clock.now().date():
        raise ValueError("a birthday is between 1900 and today")
    return day


class CodeRequest(Body):
    """Ask for a one-time code."""

    identifier: IdentifierText
    purpose: Purpose
    locale: Locale = "zh-CN"


class CodeRequested(View):
    """The same for every identifier, whether or not an account exists."""

    expires_in: int = Field(description="Seconds for which the code is valid.")
    retry_after: int = Field(description="Seconds after which another code may be asked for.")


class Registration(Body):
    """A new customer."""

    identifier: IdentifierText
    code: Code
    password: Password | None = Field(None, description="Without it, the account is signed in to by code.")
    terms: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="The version agreed to: its date.")]
    locale: Locale = "zh-CN"
    device: DeviceName = ""


class SignIn(Body):
    """Proof of an account: its password or a one-time code, and the authenticator app's code where it asks for one."""

    identifier: IdentifierText
    password: PresentPassword | None = None
    code: Code | None = None
    totp: TotpCode | None = None
    device: DeviceName = ""

    def model_post_init(self, context: object) -> None:
        if (self.password is None) == (self.code is None):
            raise errors.Invalid("Give either 'password' or 'code'.")


class Refresh(Body):
    """Exchange of a refresh token."""

    refresh_token: Annotated[SecretStr, Field(min_length=20, max_length=300)]


class Tokens(View):
    """What a signed-in client keeps."""

    user_id: str
    access_token: str = Field(description="Sent as `Authorization: Bearer …`.")
    refresh_token: str = Field(description="Exchanged once for new tokens; the one before is then worth nothing.")
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


class PasswordChange(Body):
    """A new password; the present one or a code for `reset_password` proves who asks."""

    current_password: PresentPassword | None = None
    code: Code | None = None
    new_password: Password

    def model_post_init(self, context: object) -> None:
        if (self.current_password is None) == (self.code is None):
            raise errors.Invalid("Give either 'current_password' or 'code'.")


class PasswordReset(Body):
    """A new password for somebody who has lost theirs."""

    identifier: IdentifierText
    code: Code
    new_password: Password


class TotpStart(View):
    """What the authenticator app needs; nothing is in force before it is confirmed."""

    secret: str
    uri: str = Field(description="For a QR code.")


class TotpProof(Body):
    """A code of the authenticator app (or, where one is taken away, a recovery code)."""

    code: TotpCode


class RecoveryCodes(View):
    """Shown once. Each replaces the app once."""

    recovery_codes: list[str]


class KeySet(View):
    """A JWK set (RFC 7517)."""

    keys: list[dict[str, str]]


class ProfileView(View):
    """One's own account and profile."""

    id: str
    email: str | None
    phone: str | None
    has_password: bool
    has_totp: bool
    nickname: str
    gender: Gender | None
    birthday: date | None
    region: str = Field(description="A division code of China, or an ISO 3166-1 country code, or empty.")
    avatar: str = Field(description="The address of the picture below the media root, or empty.")
    locale: str
    roles: list[str]
    merchant_id: str | None
    created_at: datetime
    version: int

    @classmethod
    def of(cls, account: Account) -> "ProfileView":
        """The account as its owner sees it."""
        profile = account.profile
        return cls(
            id=account.id,
            email=account.email or None,
            phone=account.phone or None,
            has_password=bool(account.password_hash),
            has_totp=bool(account.totp and account.totp.confirmed),
            nickname=profile.nickname,
            gender=profile.gender,
            birthday=profile.birthday,
            region=profile.region,
            avatar=profile.avatar,
            locale=profile.locale,
            roles=sorted(account.roles),
            merchant_id=account.merchant_id or None,
            created_at=account.created_at,
            version=account.version,
        )


class ProfileChange(Body):
    """What changes; a field that is not sent stays, one that is `null` is emptied."""

    nickname: str | None = Field(None, max_length=40)
    gender: Gender | None = None
    birthday: Annotated[date, AfterValidator(_in_the_past)] | None = None
    region: str | None = Field(None, pattern=r"^(\d{6}|[A-Z]{2})?$")
    locale: Locale | None = None
    version: int | None = Field(None, description="Of the profile that was read; refused when it changed since.")


class Binding(Body):
    """A new e-mail address or phone number, proven by a code for `bind`."""

    identifier: IdentifierText
    code: Code
    password: PresentPassword | None = Field(None, description="Asked for where the account has one.")
    present_code: Code | None = Field(
        None, description="A code for `sign_in`, sent to a present address; asked for where there is no password."
    )


class NewStaff(Body):
    """A staff account."""

    identifier: IdentifierText
    nickname: str = Field("", max_length=40)
    roles: list[RoleName] = Field(min_length=1, max_length=10)
    merchant_id: str | None = Field(
        None, pattern=ids.pattern("mch", sharded=True), description="For staff of a merchant."
    )


class NewMerchantStaff(Body):
    """A staff account of one's own merchant."""

    identifier: IdentifierText
    nickname: str = Field("", max_length=40)
    roles: list[RoleName] = Field(min_length=1, max_length=10)


class StaffView(View):
    """A staff account as those see it who manage it."""

    id: str
    nickname: str
    email: str | None
    phone: str | None
    roles: list[str]
    merchant_id: str | None
    state: State
    version: int

    @classmethod
    def of(cls, account: Account) -> "StaffView":
        """The staff account."""
        return cls(
            id=account.id,
            nickname=account.profile.nickname,
            email=account.email or None,
            phone=account.phone or None,
            roles=sorted(account.roles),
            merchant_id=account.merchant_id or None,
            state=account.state,
            version=account.version,
        )


class StaffCreated(View):
    """The new account; its password is shown this once and replaced at the first sign-in."""

    staff: StaffView
    one_time_password: str


class StaffChange(Body):
    """Other roles, or a state of `active` or `disabled`."""

    roles: list[RoleName] | None = Field(None, min_length=1, max_length=10)
    state: Literal[State.ACTIVE, State.DISABLED] | None = None
    version: int | None = None


class StaffList(View):
    """A page of staff accounts."""

    items: list[StaffView]
    next: str | None = Field(description="The cursor of the next page (`after`), if there is one.")


class StaffPage(Page):
    """Which staff to list."""

    merchant_id: str | None = Field(
        None, pattern=ids.pattern("mch", sharded=True), description="Those of a merchant instead of the platform's."
    )


class RoleView(View):
    """A role and what it permits."""

    name: str
    scope: Scope
    permissions: list[str]
    built_in: bool

    @classmethod
    def of(cls, role: Role) -> "RoleView":
        """The role."""
        return cls(name=role.name, scope=role.scope, permissions=sorted(role.permissions), built_in=role.built_in)


class Roles(View):
    """All roles."""

    items: list[RoleView]


class RoleDefinition(Body):
    """What a role permits, and where."""

    scope: Scope
    permissions: list[PermissionName] = Field(min_length=1, max_length=100)
