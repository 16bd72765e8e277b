"""What a mall contains when it is new: the people and the goods of the demonstration, made as any are, over HTTP."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from infra.local.demo import drawings, goods
from infra.local.state import STAGE, LocalError
from infra.local.supply import Supply
from infra.local.visitor import Visitor

# Known to everybody who reads this, so they exist on a developer's machine only.
ADMINISTRATOR = ("admin@mall.example", "demo: keeps the keys", "administrator")
STAFF = (
    ("operator@mall.example", "demo: turns the wheel", "operator"),
    ("ops@mall.example", "demo: watches over it", "ops"),
    *((shop.owner, shop.password, "merchant_owner") for shop in goods.SHOPS),
    ("clerk@merchant.example", "demo: packs parcels", "merchant_clerk"),
)
_EMPLOYERS = {shop.owner: shop.id for shop in goods.SHOPS} | {"clerk@merchant.example": goods.SHOPS[0].id}
# Its name says whether a shop has its goods: another list of goods goes by another name.
_FILE = "demonstration-1.jsonl"
CUSTOMERS = (
    ("lin@shopper.example", "demo: fills a cart", "customer"),
    ("+8613800138000", "demo: calls by phone", "customer"),
)
TERMS = "2026-11-01"


def seed(api: str, client: Callable[[str], Any], endpoint: str, say: Callable[[str], None]) -> list[dict[str, str]]:
    """Create what is not there yet and return the accounts: `user`, `password` and `role` of each."""
    visitor = Visitor(api, endpoint)
    say("people")
    client("ses").verify_email_identity(EmailAddress="mall@example.com")
    token = _administrator(visitor, client)
    for user, password, role in STAFF:
        _staff(visitor, token, user, password, role)
    for user, password, _ in CUSTOMERS:
        _customer(visitor, user, password)
    _goods(visitor, Supply(visitor, token), say)
    everybody = (ADMINISTRATOR, *STAFF, *CUSTOMERS)
    return [{"user": user, "password": password, "role": role} for user, password, role in everybody]


def _goods(visitor: Visitor, staff: Supply, say: Callable[[str], None]) -> None:
    """The shops with their goods, as the shops themselves and the platform's staff bring them in."""
    shops = {shop.key: Supply(visitor, _sign_in(visitor, shop.owner, shop.password) or "") for shop in goods.SHOPS}
    stocked = {key for key, shop in shops.items() if _stocked(shop)}
    if stocked == shops.keys():
        return
    say("shops and categories")
    for shop in goods.SHOPS:
        record = {"id": shop.id, "kind": shop.kind, "name": shop.name, "about": shop.about, "slug": shop.key}
        staff.ask("POST", "/api/admin/merchants", record | {"trusted": True}, unless=["MerchantExists"])
    categories = staff.categories(goods.tree())
    for slug, name in goods.BRANDS.items():
        staff.ask("POST", "/api/admin/brands", {"name": name, "slug": slug}, unless=["BrandSlugTaken"])
    stock = {key: [good for good in goods.goods() if good.shop == key] for key in shops.keys() - stocked}
    say("pictures")
    uploads = {key: shops[key].upload(_pictures(found)) for key, found in stock.items()}
    for key, waiting in uploads.items():
        shops[key].await_pictures(waiting, lambda done, total: say(f"picture {done} of {total}"))
    say("goods")
    imports = {key: shops[key].start_import(_documents(found, categories), _FILE) for key, found in stock.items()}
    for key, import_id in imports.items():
        job = shops[key].await_import(import_id)
        if job["errors"]:
            raise LocalError(
                f"{job['progress']['failed']} goods of the demonstration were refused: {job['errors_url']}"
            )


def _stocked(shop: Supply) -> bool:
    """Whether the shop has had all goods of the demonstration in, whatever it has done with them since."""
    jobs = shop.ask("GET", "/api/merchant/imports?limit=100")["items"]
    return any(job["file_name"] == _FILE and job["state"] == "finished" and not job["errors"] for job in jobs)


def _pictures(found: list[goods.Good]) -> dict[str, Callable[[], bytes]]:
    """The pictures of goods by the names that their documents give them, drawn when they are wanted."""
    shown = (picture for good in found for picture in good.pictures)
    return {f"{shape}-{colour}.jpg": partial(drawings.draw, shape, colour) for shape, colour in shown}


def _documents(found: list[goods.Good], categories: dict[str, str]) -> list[dict[str, Any]]:
    """What a file for the import says of goods."""
    return [good.document | {"category": categories[good.document["category"]]} for good in found]


def _administrator(visitor: Visitor, client: Callable[[str], Any]) -> str:
    """Have the first administrator created, change the one-time password, and return an access token."""
    user, password, _ = ADMINISTRATOR
    token = _sign_in(visitor, user, password)
    if token:
        return token
    answer = client("lambda").invoke(
        FunctionName=f"{STAGE}-users-create_first_administrator", Payload=json.dumps({"identifier": user})
    )
    result = json.loads(answer["Payload"].read())
    if "one_time_password" in result:
        _change_password(visitor, user, result["one_time_password"], password)
    else:
        # There is one already, whose password an earlier start did not come to set.
        _reset_password(visitor, user, password)
    return _sign_in(visitor, user, password) or _refused("administrator")


def _staff(visitor: Visitor, token: str, user: str, password: str, role: str) -> None:
    if _sign_in(visitor, user, password):
        return
    wanted = {"identifier": user, "nickname": role.replace("_", " ").title(), "roles": [role]}
    if role.startswith("merchant"):
        wanted["merchant_id"] = _EMPLOYERS[user]
    created = visitor.call("POST", "/api/admin/staff", wanted, token=token)
    if created.status == 201:
        _change_password(visitor, user, created.body["one_time_password"], password)
    elif created.code == "IdentifierTaken":
        _reset_password(visitor, user, password)
    else:
        raise LocalError(f"The {role} could not be created: {created.body}")


def _customer(visitor: Visitor, user: str, password: str) -> None:
    if _sign_in(visitor, user, password):
        return
    code = visitor.code(user, "register")
    if code is None:
        raise LocalError(f"{user} is registered with another password; `make clean` starts anew.")
    registered = visitor.call(
        "POST", "/api/users", {"identifier": user, "code": code, "password": password, "terms": TERMS}
    )
    if registered.status != 201:
        raise LocalError(f"{user} could not be registered: {registered.body}")


def _sign_in(visitor: Visitor, user: str, password: str) -> str | None:
    answer = visitor.call("POST", "/api/sessions", {"identifier": user, "password": password, "device": "make up"})
    if answer.status == 201 and not answer.body["must_change_password"]:
        return str(answer.body["access_token"])
    if answer.status not in {201, 401}:
        raise LocalError(f"{user} cannot sign in: {answer.status} {answer.body}")
    return None


def _change_password(visitor: Visitor, user: str, one_time: str, password: str) -> None:
    signed_in = visitor.call("POST", "/api/sessions", {"identifier": user, "password": one_time})
    changed = visitor.call(
        "PUT",
        "/api/users/me/password",
        {"current_password": one_time, "new_password": password},
        token=signed_in.body["access_token"],
    )
    if changed.status != 204:
        raise LocalError(f"The password of {user} could not be set: {changed.body}")


def _reset_password(visitor: Visitor, user: str, password: str) -> None:
    """For an account whose one-time password was lost when an earlier start was broken off."""
    code = visitor.code(user, "reset_password")
    answer = visitor.call("PUT", "/api/passwords", {"identifier": user, "code": code, "new_password": password})
    if answer.status != 204:
        raise LocalError(f"The password of {user} could not be reset: {answer.body}")


def _refused(who: str) -> str:
    raise LocalError(f"The {who} of the demonstration cannot sign in.")
