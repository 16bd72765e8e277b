"""What clients send and get of their own account. Descriptions are part of the API contract."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from mall import clock
from mall.fields import Locale
from mall.http import Body, View
from mall.users.model import Account, Gender


def _in_the_past(day: date) -> date:
    if not date(1900, 1, 1) <= day <= clock.now().date():
        raise ValueError("a birthday is between 1900 and today")
    return day


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
