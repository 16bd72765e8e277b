"""What clients send of passwords. Descriptions are part of the API contract."""

from mall import errors
from mall.http import Body
from mall.users.schemas import Code, IdentifierText, Password, PresentPassword


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
