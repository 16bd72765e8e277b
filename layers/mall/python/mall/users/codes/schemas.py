"""What clients send and get of one-time codes. Descriptions are part of the API contract."""

from pydantic import Field

from mall.fields import Locale
from mall.http import Body, View
from mall.users.model import Purpose
from mall.users.schemas import IdentifierText


class CodeRequest(Body):
    """Ask for a one-time code."""

    identifier: IdentifierText
    purpose: Purpose
    locale: Locale = "zh-CN"


class CodeRequested(View):
    """The same for every identifier, whether or not an account exists."""

    expires_in: int = Field(description="Seconds for which the code is valid.")
    retry_after: int = Field(description="Seconds after which another code may be asked for.")
