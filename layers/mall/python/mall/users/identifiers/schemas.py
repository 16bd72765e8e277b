"""What clients send to change an identifier. Descriptions are part of the API contract."""

from pydantic import Field

from mall.http import Body
from mall.users.schemas import Code, IdentifierText, PresentPassword


class Binding(Body):
    """A new e-mail address or phone number, proven by a code for `bind`."""

    identifier: IdentifierText
    code: Code
    password: PresentPassword | None = Field(None, description="Asked for where the account has one.")
    present_code: Code | None = Field(
        None, description="A code for `sign_in`, sent to a present address; asked for where there is no password."
    )
