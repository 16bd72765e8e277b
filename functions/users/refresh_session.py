"""Stay signed in."""

from mall.auth import PUBLIC
from mall.http import Endpoint
from mall.users import model
from mall.users.sessions import cookies, service
from mall.users.sessions.schemas import Refresh, Tokens

app = Endpoint("users.refresh_session")


@app.route(
    "/api/sessions/refresh",
    method="POST",
    access=PUBLIC,
    body=Refresh,
    refusals=(model.SessionOver, model.RefreshedAlready),
)
def refresh_session(body: Refresh) -> Tokens:
    """Exchange a refresh token for new tokens; each is worth one exchange."""
    if body.refresh_token:
        return service.refresh(body.refresh_token.get_secret_value())
    try:
        return cookies.keep(app, service.refresh(cookies.kept(app)))
    except model.SessionOver:
        cookies.forget(app)
        raise
