"""What clients send and get of exports and the closing of accounts."""

from pydantic import Field

from mall import errors
from mall.http import Body, View
from mall.users.privacy.model import Export, ExportState
from mall.users.schemas import Code, PresentPassword


class Closing(Body):
    """Proof of who asks: the password, or a code for `close_account`."""

    password: PresentPassword | None = None
    code: Code | None = None

    def model_post_init(self, context: object) -> None:
        if (self.password is None) == (self.code is None):
            raise errors.Invalid("Give either 'password' or 'code'.")


class ExportView(View):
    """A copy of one's data: a ZIP archive of JSON files."""

    id: str
    state: ExportState
    url: str | None = Field(None, description="Where to fetch it, for ten minutes.")

    @classmethod
    def of(cls, export: Export) -> "ExportView":
        """The export."""
        return cls(id=export.id, state=export.state, url=export.url)
