"""Accounts as the API has them, for the storefront's tests: in memory, in the shapes of the API's own schemas."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from typing import Any

from mall.users.activity.schemas import FavouriteList, ViewList
from mall.users.address_book import places
from mall.users.address_book.schemas import AddressList, AddressView, NewAddress
from mall.users.avatars.schemas import Upload
from mall.users.codes.schemas import CodeRequested
from mall.users.consents.model import Kind
from mall.users.consents.schemas import ConsentList, ConsentState
from mall.users.privacy.schemas import ExportView
from mall.users.profiles.schemas import ProfileView
from mall.users.sessions.schemas import Sessions, Tokens
from mall.users.totp.schemas import RecoveryCodes, TotpStart

NOW = datetime(2030, 1, 5, 12, tzinfo=UTC)
LIN, PASSWORD, CODE, APP_CODE = "lin@shopper.example", "demo: fills a cart", "246810", "135790"
USER = "usr_01KAQ3Z5J8M0T1V2W3X4Y5Z6A703"
MOST_BYTES = 2_000
COOKIE = "mall_session"
ATTRIBUTES = "Path=/api/sessions; Max-Age=2592000; HttpOnly; Secure; SameSite=Strict"


@dataclass
class Request:
    """What a browser asks; `who` is whose access token it came with."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    who: str = ""
    lists: dict[str, list[str]] = field(default_factory=dict)
    """The query with every value of each parameter."""


@dataclass
class Reply:
    """What it gets."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class Refused(Exception):
    """A refusal in the mall's one shape."""

    def __init__(self, status: int, code: str, *, details: Any = None, after: int = 0) -> None:
        super().__init__(code)
        body = {"Code": code, "Message": f"{code}, in the mall's own words."}
        self.reply = Reply(status, body | ({"Details": details} if details else {}))
        if after:
            self.reply.headers["Retry-After"] = str(after)


def wrong(field: str, kind: str = "value_error") -> Refused:
    """The refusal of one field of a body."""
    fields = [{"field": field, "problem": "not right", "type": kind}]
    return Refused(400, "Invalid", details={"fields": fields})


def dumped(view: Any) -> Any:
    """A view as the API writes it."""
    return view.model_dump(mode="json", by_alias=True)


class People:
    """One person who is there from the start, Lin, and those who register."""

    def __init__(self) -> None:
        self.address = ""
        self.reset()

    def reset(self) -> None:
        """As in the beginning."""
        self._numbers = itertools.count(1)
        self.accounts: dict[str, dict[str, Any]] = {LIN: {"id": USER, "password": PASSWORD, "totp": False}}
        self.profile = {
            "id": USER, "email": LIN, "phone": "+8613800138000", "has_password": True, "has_totp": False,
            "nickname": "林小满", "gender": None, "birthday": None, "region": "", "avatar": "", "locale": "zh-CN",
            "roles": [], "merchant_id": None, "created_at": NOW, "version": 3,
        }  # fmt: skip
        self.addresses: list[dict[str, Any]] = []
        self.favourites: list[tuple[str, str]] = []
        self.views: list[str] = []
        self.sessions = [
            {"id": "ses_1", "device": "Chrome, Windows", "address": "198.51.100.*", "current": True},
            {"id": "ses_2", "device": "Safari, iPhone", "address": "203.0.113.*", "current": False},
        ]
        self.consents = {kind: kind.required or kind.until_withdrawn for kind in Kind}
        self.refresh_tokens: dict[str, str] = {}
        self.access_tokens: dict[str, str] = {}
        self.too_early = 0
        """How many renewals are refused yet because another was first."""

    def who(self, headers: dict[str, str]) -> str:
        """Whose the access token is; "" without one. Raises Refused for one that is not good (any more)."""
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if not token:
            return ""
        if token not in self.access_tokens:
            raise Refused(401, "Unauthenticated")
        return self.access_tokens[token]

    def expire(self) -> None:
        """No access token is good any more; the session goes on."""
        self.access_tokens.clear()

    def sign_in(self, user: str = USER) -> str:
        """A session of somebody: the refresh token."""
        token = f"refresh-{next(self._numbers)}"
        self.refresh_tokens[token] = user
        return token

    def tokens(self, user: str) -> Reply:
        """New tokens, the refresh token as a cookie."""
        number, token = next(self._numbers), self.sign_in(user)
        self.access_tokens[f"access-{number}"] = user
        given = Tokens(
            user_id=user, access_token=f"access-{number}", refresh_token=None, expires_in=900,
            must_change_password=False,
        )  # fmt: skip
        return Reply(201, dumped(given), {"Set-Cookie": f"{COOKIE}={token}; {ATTRIBUTES}"})

    # ── Answers ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def answer(self, request: Request) -> Reply | None:  # noqa: PLR0911  (one answer each)
        """The answer, None for what is not about accounts."""
        path = request.path.removeprefix("/api/").split("/")
        match request.method, path:
            case "POST", ["codes"]:
                return Reply(202, dumped(CodeRequested(expires_in=300, retry_after=60)))
            case "POST", ["users"]:
                return self._register(request.body)
            case "POST", ["sessions"]:
                return self._sign_in(request.body)
            case "POST", ["sessions", "refresh"]:
                return self._refresh(request)
            case "PUT", ["passwords"]:
                return self._reset_password(request.body)
            case "DELETE", ["sessions", "current"]:
                self.refresh_tokens.clear()
                return Reply(204, None, {"Set-Cookie": f"{COOKIE}=; {ATTRIBUTES.replace('2592000', '0')}"})
            case "GET", ["divisions"]:
                return Reply(200, dumped(places.divisions_below(request.query.get("parent", ""))))
            case "GET", ["countries"]:
                return Reply(200, dumped(places.countries()))
            case _, ["users", "me", *rest]:
                if not request.who:
                    raise Refused(401, "Unauthenticated")
                return self._own(request, rest)
        return None

    def _register(self, body: dict[str, Any]) -> Reply:
        if body["identifier"] in self.accounts:
            raise Refused(409, "IdentifierTaken")
        if body["code"] != CODE:
            raise Refused(400, "WrongCode")
        if body["password"] == "password":
            raise Refused(400, "WeakPassword")
        id = f"usr_{len(self.accounts)}"
        self.accounts[body["identifier"]] = {"id": id, "password": body["password"], "totp": False}
        return self.tokens(id)

    def _sign_in(self, body: dict[str, Any]) -> Reply:
        account = self.accounts.get(body["identifier"])
        right = account and (body.get("code") == CODE or account["password"] == body.get("password"))
        if not right or account is None:
            raise Refused(401, "WrongCredentials")
        if account["totp"] and "totp" not in body:
            raise Refused(401, "TotpRequired")
        if account["totp"] and body["totp"] != APP_CODE:
            raise Refused(401, "WrongCredentials")
        return self.tokens(account["id"])

    def _refresh(self, request: Request) -> Reply:
        if self.too_early:
            self.too_early -= 1
            raise Refused(409, "RefreshedAlready")
        kept = SimpleCookie(request.headers.get("cookie", ""))
        token = kept[COOKIE].value if COOKIE in kept else ""
        if request.body != {"cookie": True} or token not in self.refresh_tokens:
            raise Refused(401, "SessionOver")
        reply = self.tokens(self.refresh_tokens.pop(token))
        reply.status = 200
        return reply

    def _reset_password(self, body: dict[str, Any]) -> Reply:
        if body["code"] != CODE:
            raise Refused(400, "WrongCode")
        self.accounts[body["identifier"]]["password"] = body["new_password"]
        return Reply(204)

    def _own(self, request: Request, path: list[str]) -> Reply | None:
        for answer in (self._account, self._security, self._book, self._activity):
            found: Reply | None = answer(request, path)
            if found is not None:
                return found
        return None

    def _account(self, request: Request, path: list[str]) -> Reply | None:  # noqa: PLR0911
        match request.method, path:
            case "GET", []:
                return Reply(200, dumped(ProfileView.model_validate(self.profile)))
            case "PATCH", []:
                if request.body["version"] != self.profile["version"]:
                    raise Refused(409, "ChangedMeanwhile")
                self.profile |= request.body | {"version": self.profile["version"] + 1}
                return Reply(200, dumped(ProfileView.model_validate(self.profile)))
            case "POST", ["avatar"]:
                fields = {"key": "uploads/1", "Content-Type": request.body["content_type"]}
                form = Upload(url=f"{self.address}/bucket", fields=fields, max_bytes=MOST_BYTES)
                return Reply(201, dumped(form))
            case "POST", ["exports"]:
                return Reply(202, dumped(ExportView(id="exp_1", state="preparing")))
            case "GET", ["exports", _]:
                return Reply(200, dumped(ExportView(id="exp_1", state="ready", url="https://example.com/data.zip")))
            case "POST", ["closing"]:
                if request.body.get("password") != PASSWORD:
                    raise Refused(401, "WrongCredentials")
                return Reply(202)
        return None

    def uploaded(self, form: bytes) -> str:
        """What is the avatar after this form (multipart/form-data, the file last) was sent to the bucket."""
        assert b'name="key"\r\n\r\nuploads/1' in form
        assert form.index(b'name="file"') > form.index(b'name="Content-Type"')
        return "p/pic_mug-celadon/160.webp"

    def _security(self, request: Request, path: list[str]) -> Reply | None:  # noqa: PLR0911
        match request.method, path:
            case "PUT", ["password"]:
                if request.body.get("current_password") != self.accounts[LIN]["password"]:
                    raise Refused(401, "WrongCredentials")
                self.accounts[LIN]["password"] = request.body["new_password"]
                self.sessions = self.sessions[:1]
                return Reply(204)
            case "PUT", ["identifiers"]:
                if request.body["code"] != CODE:
                    raise Refused(400, "WrongCode")
                kind = "email" if "@" in request.body["identifier"] else "phone"
                self.profile[kind] = request.body["identifier"]
                return Reply(200, dumped(ProfileView.model_validate(self.profile)))
            case "POST", ["totp"]:
                secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
                uri = f"otpauth://totp/The%20Mall:lin%40shopper.example?secret={secret}&issuer=The%20Mall"
                return Reply(201, dumped(TotpStart(secret=secret, uri=uri)))
            case ("PUT", ["totp"]) | ("POST", ["totp", "removal"]):
                if request.body["code"] != APP_CODE:
                    raise Refused(400, "WrongCode")
                self.profile["has_totp"] = request.method == "PUT"
                codes = [f"k7m{n}-q2x{n}" for n in range(8)]
                return (
                    Reply(200, dumped(RecoveryCodes(recovery_codes=codes))) if request.method == "PUT" else Reply(204)
                )
            case "GET", ["sessions"]:
                rows = [session | {"created_at": NOW, "refreshed_at": NOW} for session in self.sessions]
                return Reply(200, dumped(Sessions.model_validate({"items": rows})))
            case "DELETE", ["sessions", id]:
                self.sessions = [session for session in self.sessions if session["id"] != id]
                return Reply(204)
            case "DELETE", ["sessions"]:
                self.refresh_tokens.clear()
                return Reply(204)
            case "GET", ["consents"]:
                current = [self._consent(kind) for kind in Kind]
                return Reply(200, dumped(ConsentList(current=current, items=[], next=None)))
            case "PUT", ["consents", kind]:
                self.consents[Kind(kind)] = request.body["given"]
                return Reply(200, dumped(self._consent(Kind(kind))))
        return None

    def _consent(self, kind: Kind) -> ConsentState:
        last = {"kind": kind, "given": self.consents[kind], "policy_version": "2026-11-01", "at": NOW}
        state = {"kind": kind, "required": kind.required, "allowed": self.consents[kind], "last": last}
        return ConsentState.model_validate(state)

    # ── Address book ────────────────────────────────────────────────────────────────────────────────────────────────

    def add_address(self, **changes: Any) -> dict[str, Any]:
        """An address in the book, as somebody wrote it."""
        given = {"recipient": "林小满", "phone": "13800138000", "division": "440305", "lines": ["深南大道10000号"]}
        return self._stored(NewAddress.model_validate(given | changes), f"adr_{len(self.addresses) + 1}", version=1)

    def _stored(self, given: NewAddress, id: str, *, version: int) -> dict[str, Any]:
        place, first = given.place(), given.default or not self.addresses
        for other in self.addresses if first else []:
            other["default"] = False
        address = {
            "id": id, "recipient": given.recipient, "phone": given.phone, "country": place.country,
            "division": place.division, "region": place.region, "city": place.city, "district": place.district,
            "lines": list(place.lines), "postal_code": place.postal_code, "written": place.written(),
            "label": given.label, "default": first, "version": version, "created_at": NOW, "updated_at": NOW,
        }  # fmt: skip
        self.addresses = [other for other in self.addresses if other["id"] != id]
        self.addresses.insert(0, address)
        return address

    def _book(self, request: Request, path: list[str]) -> Reply | None:
        match request.method, path:
            case "GET", ["addresses"]:
                rows = sorted(self.addresses, key=lambda address: not address["default"])
                return Reply(200, dumped(AddressList.model_validate({"items": rows})))
            case "POST", ["addresses"]:
                if len(request.body["phone"]) < 8:
                    raise Refused(400, "NotAPhoneNumber")
                stored = self._stored(
                    NewAddress.model_validate(request.body), f"adr_{len(self.addresses) + 1}", version=1
                )
                return Reply(201, dumped(AddressView.model_validate(stored)))
            case "PUT", ["addresses", id]:
                body = dict(request.body)
                version = body.pop("version")
                stored = self._stored(NewAddress.model_validate(body), id, version=version + 1)
                return Reply(200, dumped(AddressView.model_validate(stored)))
            case "DELETE", ["addresses", id]:
                self.addresses = [address for address in self.addresses if address["id"] != id]
                return Reply(204)
        return None

    # ── Favourites and history ──────────────────────────────────────────────────────────────────────────────────────

    def _activity(self, request: Request, path: list[str]) -> Reply | None:  # noqa: PLR0911
        match request.method, path:
            case "GET", ["favourites"]:
                kind = request.query.get("kind", "product")
                rows = [{"kind": of, "id": id, "at": NOW} for of, id in self.favourites if of == kind]
                return Reply(200, dumped(FavouriteList.model_validate(_page(rows, request.query))))
            case "PUT", ["favourites", kind, id]:
                if (kind, id) not in self.favourites:
                    self.favourites.insert(0, (kind, id))
                return Reply(200, {"kind": kind, "id": id, "at": NOW.isoformat()})
            case "DELETE", ["favourites", kind, id]:
                self.favourites = [one for one in self.favourites if one != (kind, id)]
                return Reply(204)
            case "GET", ["views"]:
                rows = [{"product_id": id, "at": NOW} for id in self.views]
                return Reply(200, dumped(ViewList.model_validate(_page(rows, request.query))))
            case "PUT", ["views", id]:
                self.views = [id, *(other for other in self.views if other != id)]
                return Reply(200, {"recorded": True})
            case "DELETE", ["views"]:
                self.views = []
                return Reply(204)
            case "DELETE", ["views", id]:
                self.views = [other for other in self.views if other != id]
                return Reply(204)
        return None


def _page(rows: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
    begin, limit = int(query.get("after") or 0), int(query.get("limit", 20))
    return {"items": rows[begin : begin + limit], "next": str(begin + limit) if len(rows) > begin + limit else None}
