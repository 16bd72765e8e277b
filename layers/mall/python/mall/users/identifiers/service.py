"""Adding and replacing identifiers."""

from mall import clock
from mall.auth import Caller
from mall.messages import service as messages
from mall.users import credentials, model, store
from mall.users import service as users
from mall.users.codes import service as codes
from mall.users.model import Account, Purpose
from mall.users.passwords import service as passwords


def bind_identifier(
    caller: Caller, text: str, *, code: str, password: str | None = None, present_code: str | None = None
) -> Account:
    """Add or replace the e-mail address or phone number.

    An access token alone must not do to take an account over, so its owner proves themselves once more: by password,
    or where there is none by `present_code`, one for `sign_in` that was sent to a present address.

    Raises WrongCode, WrongCredentials, TooManyAttempts, IdentifierTaken.
    """
    identifier, now = credentials.parse_identifier(text), clock.now()
    account = users.profile(caller)
    if account.password_hash:
        passwords.prove(account, password=password or "", code=None, purpose=Purpose.SIGN_IN)
    else:
        passwords.prove(account, password=None, code=present_code, purpose=Purpose.SIGN_IN)
    if not codes.take_code(Purpose.BIND, identifier, code, at=now):
        raise model.WrongCode
    bound = store.save(account.bind(identifier), before=account)
    replaced = getattr(account, identifier.kind)
    if replaced and replaced != identifier.value:
        messages.send(replaced, *_changed_letter(account.profile.locale))
    return bound


def _changed_letter(locale: str) -> tuple[str, str]:
    if locale == "zh-CN":
        return "账号信息已变更", "您的网上商城账号已改用新的邮箱或手机号。如非本人操作,请立即联系客服。"
    return "Your account changed", "Your account now uses another address. If this was not you, contact us at once."
