"""Asking for one-time codes, sending them, using them up."""

from datetime import datetime

from mall import clock, limits
from mall.messages import service as messages
from mall.observability import logger
from mall.users import credentials, model
from mall.users import store as accounts
from mall.users.attempts import service as attempts
from mall.users.codes import store
from mall.users.model import Identifier, Purpose, State

_HOUR, _DAY = 60 * 60, 24 * 60 * 60
# How many codes may be asked for: to one address, and from one network address.
CODE_PAUSE_SECONDS = 60
CODES_A_DAY = 10
CODES_FROM_ONE_ADDRESS_AN_HOUR = 30
CODES_FROM_ONE_ADDRESS_A_DAY = 100


def request_code(text: str, purpose: Purpose, *, address: str, locale: str) -> None:
    """Have a code made and sent. Raises NotAnIdentifier, TooManyRequests; says nothing about accounts."""
    identifier = credentials.parse_identifier(text)
    limits.hit("code.address.hour", address, most=attempts.people() * CODES_FROM_ONE_ADDRESS_AN_HOUR, seconds=_HOUR)
    limits.hit("code.address.day", address, most=attempts.people() * CODES_FROM_ONE_ADDRESS_A_DAY, seconds=_DAY)
    limits.hit(f"code.pause.{purpose}", str(identifier), most=1, seconds=CODE_PAUSE_SECONDS)
    limits.hit("code.day", str(identifier), most=CODES_A_DAY, seconds=_DAY)
    store.ask_for_code(purpose, identifier, locale=locale)
    logger.info("code requested", purpose=purpose, kind=identifier.kind)


def deliver_code(purpose: Purpose, identifier: Identifier, *, request_id: str, locale: str) -> None:
    """Make the code that `request_id` asked for and send it; the same request sends one code.

    Whoever registers an address that has an account, or signs in to none, is told so in the message itself: only the
    owner of the address reads it.
    """
    account = accounts.find(identifier)
    if purpose in {Purpose.REGISTER, Purpose.BIND}:
        wanted = account is None
    else:
        wanted = account is not None and account.state is State.ACTIVE
    if not wanted:
        messages.send(identifier.value, *_letter(purpose, locale, code=None))
        logger.info("code not needed", purpose=purpose, kind=identifier.kind)
        return
    code = credentials.new_code()
    if not store.put_code(
        purpose, identifier, digest=_digest(purpose, identifier, code), request_id=request_id, at=clock.now()
    ):
        logger.info("code was sent already", purpose=purpose, kind=identifier.kind)
        return
    messages.send(identifier.value, *_letter(purpose, locale, code=code))
    store.mark_sent(purpose, identifier, request_id=request_id)
    logger.info("code sent", purpose=purpose, kind=identifier.kind)


def check_code(purpose: Purpose, identifier: Identifier, code: str, *, at: datetime) -> bool:
    """Whether the code is right; it can still be used."""
    return store.check_code(purpose, identifier, _digest(purpose, identifier, code), at=at)


def use_code(purpose: Purpose, identifier: Identifier, code: str) -> bool:
    """Use up a code that `check_code` found right; False when it was used meanwhile."""
    return store.use_code(purpose, identifier, _digest(purpose, identifier, code))


def take_code(purpose: Purpose, identifier: Identifier, code: str, *, at: datetime) -> bool:
    """Check the code and use it up."""
    return check_code(purpose, identifier, code, at=at) and use_code(purpose, identifier, code)


def _digest(purpose: Purpose, identifier: Identifier, code: str) -> str:
    return credentials.code_digest(f"{purpose}#{identifier}", code)


def _letter(purpose: Purpose, locale: str, *, code: str | None) -> tuple[str, str]:
    """Subject and text of the message that a code, or the news that none is needed, goes out with."""
    minutes = int(model.CODE_LIFETIME.total_seconds() // 60)
    if locale == "zh-CN":
        if code:
            return "网上商城验证码", f"您的验证码是 {code},{minutes} 分钟内有效。请勿告诉他人。"
        if purpose in {Purpose.REGISTER, Purpose.BIND}:
            return "您已有账号", "有人想用您的地址注册网上商城,但该地址已有账号。如是您本人,请直接登录。"
        return "没有账号", "有人想用您的地址登录网上商城,但该地址还没有账号。如是您本人,请先注册。"
    if code:
        return "Your code", f"Your code for the mall is {code}. It is valid for {minutes} minutes. Tell it to nobody."
    if purpose in {Purpose.REGISTER, Purpose.BIND}:
        return (
            "You have an account",
            "Somebody tried to register your address, which has an account. If it was you, sign in.",
        )
    return "No account", "Somebody tried to sign in with your address, which has no account. If it was you, register."
