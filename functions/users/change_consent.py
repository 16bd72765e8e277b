"""Give or withdraw a consent."""

from mall.http import Endpoint
from mall.users.consents import service
from mall.users.consents.model import ConsentRequired, NoSuchConsent
from mall.users.consents.schemas import ConsentForm, ConsentState
from mall.users.model import AccountClosed

app = Endpoint("users.change_consent")


@app.route(
    "/api/users/me/consents/{kind}",
    method="PUT",
    body=ConsentForm,
    refusals=(AccountClosed, ConsentRequired, NoSuchConsent),
)
def change_consent(kind: str, body: ConsentForm) -> ConsentState:
    """Give or withdraw a consent; saying the same again changes nothing."""
    return service.change(app.caller.user_id, kind, body, ip=app.source_ip)
