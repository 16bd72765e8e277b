"""What clients send to register and to sign in. Descriptions are part of the API contract."""

from typing import Annotated

from pydantic import Field

from mall import errors
from mall.fields import Locale
from mall.http import Body
from mall.users.schemas import Code, IdentifierText, Password, PresentPassword, TotpCode
from mall.users.sessions.schemas import KeepCookie

DeviceName = Annotated[str, Field(max_length=80, description="How the owner will recognise this device.")]


class Registration(Body):
    """A new customer."""

    identifier: IdentifierText
    code: Code
    password: Password | None = Field(None, description="Without it, the account is signed in to by code.")
    terms: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="The version agreed to: its date.")]
    locale: Locale = "zh-CN"
    device: DeviceName = ""
    cookie: KeepCookie = False


class SignIn(Body):
    """Proof of an account: its password or a one-time code, and the authenticator app's code where it asks for one."""

    identifier: IdentifierText
    password: PresentPassword | None = None
    code: Code | None = None
    totp: TotpCode | None = None
    device: DeviceName = ""
    cookie: KeepCookie = False

    def model_post_init(self, context: object) -> None:
        if (self.password is None) == (self.code is None):
            raise errors.Invalid("Give either 'password' or 'code'.")
