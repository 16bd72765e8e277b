"""What clients send and get of staff accounts. Descriptions are part of the API contract."""

from typing import Annotated, Literal

from pydantic import Field

from mall import ids
from mall.http import Body, Page, View
from mall.users.model import Account, State
from mall.users.schemas import IdentifierText

RoleName = Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,38}[a-z]$")]


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
