"""What clients send and get of authenticator apps. Descriptions are part of the API contract."""

from pydantic import Field

from mall.http import Body, View
from mall.users.schemas import TotpCode


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
