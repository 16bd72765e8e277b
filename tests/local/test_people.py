"""A person's whole life in the deployed mall, over HTTP, with every function under its own role.

What these show and no other rung can: that each function has the permissions and settings that its code needs, and
that queues, streams, rules, buckets and state machines are tied together as the templates say.
"""

import base64
import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pyotp
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from PIL import Image

from infra.local.visitor import Reply, Visitor
from mall import signature
from tests.local.conftest import LocalMall
from tests.local.operations import every_operation_is_used

PASSWORD = "a much longer secret"
ME = "/api/users/me"
PRODUCT = "prd_01KAQ3Z5J8M0T1V2W3X4Y5Z6A7"


class Person:
    """Somebody with an account."""

    def __init__(self, visitor: Visitor, user: str, tokens: dict[str, Any]) -> None:
        self.visitor, self.user, self.tokens = visitor, user, tokens

    def __call__(self, method: str, path: str, body: Any = None, expect: int = 200, **headers: str) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        reply = self.visitor.call(method, path, body, token=self.tokens["access_token"], headers=sent)
        assert reply.status == expect, (method, path, reply.status, reply.body)
        return reply.body


def register(mall: LocalMall, user: str | None = None) -> Person:
    visitor, user = mall.visitor, user or f"{uuid.uuid4().hex[:12]}@shopper.example"
    code = visitor.code(user, "register")
    wanted = {"identifier": user, "code": code, "password": PASSWORD, "terms": "2026-11-01", "device": "a test"}
    reply = visitor.call("POST", "/api/users", wanted)
    assert reply.status == 201, reply.body
    return Person(visitor, user, reply.body)


def staff(mall: LocalMall, role: str) -> Person:
    account = next(account for account in mall.description["accounts"] if account["role"] == role)
    reply = mall.visitor.call("POST", "/api/sessions", {"identifier": account["user"], "password": account["password"]})
    return Person(mall.visitor, account["user"], reply.body)


def eventually(question: Callable[[], Any], seconds: float = 60) -> Any:
    """What `question` answers as soon as that is true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = question()
        if answer:
            return answer
        time.sleep(0.5)
    raise AssertionError(f"nothing came of it within {seconds} s")


@pytest.fixture(scope="module")
def lin(mall: LocalMall) -> Person:
    return register(mall)


@pytest.fixture(autouse=True, scope="module")
def _every_operation(request: pytest.FixtureRequest) -> Iterator[None]:
    with every_operation_is_used(request, "users"):
        yield


def test_a_person_signs_in_stays_signed_in_and_signs_out_device_by_device(mall: LocalMall) -> None:
    person = register(mall)
    visitor = mall.visitor
    phone = visitor.call("POST", "/api/sessions", {"identifier": person.user, "password": PASSWORD}).body
    by_code = visitor.call(
        "POST", "/api/sessions", {"identifier": person.user, "code": visitor.code(person.user, "sign_in")}
    )
    renewed = visitor.call("POST", "/api/sessions/refresh", {"refresh_token": phone["refresh_token"]})
    again = visitor.call("POST", "/api/sessions/refresh", {"refresh_token": phone["refresh_token"]})

    assert (by_code.status, renewed.status, again.status) == (201, 200, 409)
    devices = person("GET", f"{ME}/sessions")["items"]
    assert len(devices) == 3
    other = next(device for device in devices if not device["current"])
    person("DELETE", f"{ME}/sessions/{other['id']}", expect=204)
    assert len(person("GET", f"{ME}/sessions")["items"]) == 2
    person("DELETE", "/api/sessions/current", expect=204)
    Person(visitor, person.user, by_code.body)("DELETE", f"{ME}/sessions", expect=204)
    assert visitor.call("POST", "/api/sessions/refresh", {"refresh_token": renewed.body["refresh_token"]}).status == 401


def test_a_password_is_changed_lost_and_set_anew(mall: LocalMall) -> None:
    person = register(mall)
    person("PUT", f"{ME}/password", {"current_password": PASSWORD, "new_password": "another long secret"}, expect=204)
    code = mall.visitor.code(person.user, "reset_password")
    reset = mall.visitor.call(
        "PUT", "/api/passwords", {"identifier": person.user, "code": code, "new_password": "a third long secret"}
    )

    assert reset.status == 204, reset.body
    signed_in = mall.visitor.call(
        "POST", "/api/sessions", {"identifier": person.user, "password": "a third long secret"}
    )
    assert signed_in.status == 201


def test_an_authenticator_app_is_asked_for_from_its_confirmation_to_its_removal(mall: LocalMall) -> None:
    person = register(mall)
    secret = person("POST", f"{ME}/totp", expect=201)["secret"]
    recovery = person("PUT", f"{ME}/totp", {"code": pyotp.TOTP(secret).now()})["recovery_codes"]
    wanted = {"identifier": person.user, "password": PASSWORD}

    assert mall.visitor.call("POST", "/api/sessions", wanted).code == "TotpRequired"
    assert mall.visitor.call("POST", "/api/sessions", wanted | {"totp": recovery[0]}).status == 201
    person("POST", f"{ME}/totp/removal", {"code": recovery[1]}, expect=204)
    assert mall.visitor.call("POST", "/api/sessions", wanted).status == 201


def test_a_profile_gets_a_phone_number_and_a_picture(mall: LocalMall, lin: Person) -> None:
    number = f"+86138{uuid.uuid4().int % 10**8:08d}"
    assert lin("PATCH", ME, {"nickname": "林", "gender": "female", "birthday": "1994-05-17"})["nickname"] == "林"
    code = mall.visitor.code(number, "bind")
    assert (
        lin("PUT", f"{ME}/identifiers", {"identifier": number, "code": code, "password": PASSWORD})["phone"] == number
    )

    picture = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(picture, "JPEG")
    form = lin("POST", f"{ME}/avatar", {"content_type": "image/jpeg"}, expect=201)
    posted = requests.post(form["url"], data=form["fields"], files={"file": picture.getvalue()}, timeout=30)
    assert posted.status_code in {200, 204}, posted.text
    avatar = eventually(lambda: lin("GET", ME)["avatar"])

    shown = requests.get(
        f"{mall.description['endpoint']}/media/{avatar}",
        headers={"Host": mall.description["site"].partition("//")[2]},
        timeout=30,
    )
    assert Image.open(io.BytesIO(shown.content)).size == (256, 256)
    assert "immutable" in shown.headers["Cache-Control"]


def test_an_address_book_is_kept_in_the_shard_of_its_owner(mall: LocalMall, lin: Person) -> None:
    wanted = {"recipient": "李雷", "phone": "13800138000", "division": "440305", "lines": ["深南大道 10000 号"]}
    made = lin("POST", f"{ME}/addresses", wanted, expect=201, Idempotency_Key="one")
    again = lin("POST", f"{ME}/addresses", wanted, expect=201, Idempotency_Key="one")
    path = f"{ME}/addresses/{made['id']}"

    assert again["id"] == made["id"]
    assert [entry["id"] for entry in lin("GET", f"{ME}/addresses")["items"]] == [made["id"]]
    assert lin("GET", path)["recipient"] == "李雷"
    assert lin("PUT", path, wanted | {"label": "家", "version": made["version"]})["label"] == "家"
    register(mall)("GET", path, expect=404)
    lin("DELETE", path, expect=204)
    lin("GET", path, expect=404)
    assert mall.visitor.call("GET", "/api/divisions?parent=440000").status == 200
    assert mall.visitor.call("GET", "/api/countries").status == 200
    assert mall.visitor.call("GET", "/api/jwks").body["keys"][0]["alg"] == "ES256"


def test_favourites_and_the_browsing_history_follow_the_consent_to_it(lin: Person) -> None:
    lin("PUT", f"{ME}/favourites/product/{PRODUCT}")
    lin("PUT", f"{ME}/views/{PRODUCT}")
    assert lin("GET", f"{ME}/favourites?kind=product")["items"]
    assert lin("GET", f"{ME}/views")["items"]
    lin("DELETE", f"{ME}/favourites/product/{PRODUCT}", expect=204)
    lin("DELETE", f"{ME}/views/{PRODUCT}", expect=204)
    lin("PUT", f"{ME}/views/{PRODUCT}")
    lin("DELETE", f"{ME}/views", expect=204)
    lin("PUT", f"{ME}/views/{PRODUCT}")
    for words in ("tea", "cups"):
        lin("POST", f"{ME}/searches", {"q": words})
    newest, older = lin("GET", f"{ME}/searches")["items"]
    assert (newest["text"], older["text"]) == ("cups", "tea")
    lin("DELETE", f"{ME}/searches/{newest['id']}", expect=204)
    lin("DELETE", f"{ME}/searches", expect=204)
    assert not lin("GET", f"{ME}/searches")["items"]

    lin("PUT", f"{ME}/consents/history", {"given": False, "policy_version": "2026-11-01"})

    # The news travels outbox → relay → bus → queue → consumer, which forgets what was recorded before.
    eventually(lambda: not lin("GET", f"{ME}/views")["items"])
    lin("PUT", f"{ME}/views/{PRODUCT}")
    assert not lin("GET", f"{ME}/views")["items"]


def test_what_was_agreed_to_at_registration_is_kept_as_proof(lin: Person) -> None:
    def agreed() -> bool:
        current = {state["kind"]: state for state in lin("GET", f"{ME}/consents")["current"]}
        return all(current[kind]["last"] for kind in ("terms", "privacy"))

    eventually(agreed)


def test_staff_are_made_changed_and_listed_by_those_who_may(mall: LocalMall) -> None:
    admin, owner, customer = staff(mall, "administrator"), staff(mall, "merchant_owner"), register(mall)
    name = uuid.uuid4().hex[:10]
    admin("PUT", "/api/admin/roles/floor_manager", {"scope": "platform", "permissions": ["users.list_staff"]})
    assert "floor_manager" in [role["name"] for role in admin("GET", "/api/admin/roles")["items"]]
    made = admin(
        "POST", "/api/admin/staff", {"identifier": f"{name}@mall.example", "roles": ["floor_manager"]}, expect=201
    )["staff"]
    assert made["id"] in [one["id"] for one in admin("GET", "/api/admin/staff?limit=100")["items"]]
    changed = admin("PATCH", f"/api/admin/staff/{made['id']}", {"state": "disabled"})
    clerk = owner(
        "POST", "/api/merchant/staff", {"identifier": f"{name}@store.example", "roles": ["merchant_clerk"]}, expect=201
    )["staff"]
    owner("PATCH", f"/api/merchant/staff/{clerk['id']}", {"state": "disabled"})

    assert changed["state"] == "disabled"
    assert clerk["id"] in [one["id"] for one in owner("GET", "/api/merchant/staff?limit=100")["items"]]
    customer("GET", "/api/admin/staff", expect=403)
    owner("PATCH", f"/api/merchant/staff/{made['id']}", {"state": "disabled"}, expect=404)


def test_a_merchants_program_calls_with_a_signature_until_its_key_is_withdrawn(mall: LocalMall) -> None:
    owner, private = staff(mall, "merchant_owner"), Ed25519PrivateKey.generate()
    public = base64.urlsafe_b64encode(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    wanted = {"name": "a program", "public_key": public, "permissions": ["users.list_merchant_staff"]}
    key = owner("POST", "/api/merchant/keys", wanted, expect=201, Idempotency_Key=uuid.uuid4().hex)
    assert key["id"] in [one["id"] for one in owner("GET", "/api/merchant/keys")["items"]]

    def signed() -> Reply:
        moment, nonce = str(int(datetime.now(UTC).timestamp())), uuid.uuid4().hex
        text = signature.canonical("GET", "/api/merchant/staff", {"limit": ["5"]}, moment, nonce, b"")
        proof = base64.urlsafe_b64encode(private.sign(text)).decode().rstrip("=")
        said = f"MALL-ED25519 key={key['id']},time={moment},nonce={nonce},signature={proof}"
        return mall.visitor.call("GET", "/api/merchant/staff?limit=5", headers={"Authorization": said})

    assert signed().status == 200
    owner("DELETE", f"/api/merchant/keys/{key['id']}", expect=204)
    assert signed().status == 401


def test_a_copy_of_ones_data_is_made_and_after_the_account_nothing_is_left(mall: LocalMall) -> None:
    person = register(mall)
    wanted = {"recipient": "韩梅梅", "phone": "13900139000", "division": "330106", "lines": ["文三路 1 号"]}
    person("POST", f"{ME}/addresses", wanted, expect=201)
    export = person("POST", f"{ME}/exports", expect=202)["id"]

    ready = eventually(lambda: (made := person("GET", f"{ME}/exports/{export}"))["url"] and made, seconds=120)
    archive = zipfile.ZipFile(io.BytesIO(requests.get(ready["url"], timeout=30).content))
    assert json.loads(archive.read("account.json"))["email"] == person.user
    assert json.loads(archive.read("addresses.json"))[0]["recipient"] == "韩梅梅"

    person("POST", f"{ME}/closing", {"password": PASSWORD}, expect=202)

    assert (
        mall.visitor.call("POST", "/api/sessions", {"identifier": person.user, "password": PASSWORD}).code
        == "WrongCredentials"
    )
    eventually(lambda: not person("GET", f"{ME}/addresses")["items"], seconds=120)
    path = f"{ME}/exports/{export}"
    eventually(lambda: mall.visitor.call("GET", path, token=person.tokens["access_token"]).status == 404, seconds=120)
