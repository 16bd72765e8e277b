"""The refresh token as a cookie, for pages: no script can read it, and it is sent to sessions' own operations only."""

from mall.http import Endpoint
from mall.users import model
from mall.users.sessions.schemas import Tokens

_NAME = "mall_session"
_PATH = "/api/sessions"


def kept(app: Endpoint) -> str:
    """The refresh token that the browser keeps. Raises SessionOver where it keeps none."""
    token = app.cookie(_NAME)
    if not token:
        raise model.SessionOver
    return token


def keep(app: Endpoint, tokens: Tokens) -> Tokens:
    """Leave the refresh token to the browser; the tokens without it."""
    lifetime = int(model.SESSION_IDLE.total_seconds())
    app.set_cookie(_NAME, tokens.refresh_token or "", path=_PATH, max_age=lifetime)
    return tokens.model_copy(update={"refresh_token": None})


def forget(app: Endpoint) -> None:
    """Have the browser forget the token, if it keeps one."""
    app.set_cookie(_NAME, "", path=_PATH, max_age=0)
