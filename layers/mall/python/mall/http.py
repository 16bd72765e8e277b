"""The front door of every HTTP operation, and the only place that knows Chalice and HTTP statuses.

    app = Endpoint("users.get_profile")

    @app.route("/api/users/me", access=SIGNED_IN)
    def get_profile() -> Profile:
        \"\"\"Read one's own profile.\"\"\"
        return Profile.of(service.profile(app.caller.user_id))

One function, one operation. The view gets its path parameters, `body` and `query` (validated pydantic models) as
arguments and returns a pydantic model, or None for an empty answer. Everything that a view does not say, Endpoint
does: who asks and whether they may, the refusals in the mall's one error shape `{"Code", "Message", "Details"?}`,
repetition by `Idempotency-Key`, log lines and metrics.

Who calls an operation that is not one of our own clients (a payment provider, a form of a page) sends other things than
JSON objects, and signs them to the last byte. With `body=bytes` the view gets the body as it came, `takes` tells the
contract of which media types it may be, and `app.headers` and `app.path` are what such a signature speaks of:

    @app.route("/api/payments/callbacks/{channel}", method="POST", access=PUBLIC, body=bytes, takes=("text/plain",))
    def take_callback(channel: str, body: bytes) -> Response:
        heard = service.take(channel, app.headers, body)
        return text(heard.text, content_type=heard.content_type)
"""

import hmac
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from http.cookies import CookieError, SimpleCookie
from time import perf_counter
from typing import Any, TypeVar

from chalice.app import Chalice, ChaliceViewError, Request
from chalice.app import Response as Response  # noqa: PLC0414  (views hand it on, and know Chalice from here only)
from pydantic import BaseModel, ConfigDict, ValidationError

from mall import config, errors
from mall.auth import NOBODY, SIGNATURE_SCHEME, SIGNED_IN, Access, Caller
from mall.observability import begin, concerning, count, logger, metrics

# The most specific class wins; anything else that is raised is our own fault and a 500.
STATUS: Mapping[type[errors.MallError], int] = {
    errors.Invalid: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.TooManyRequests: 429,
    errors.Unavailable: 503,
}
MAX_BODY_BYTES = 256 * 1024
EDGE_HEADER = "x-mall-edge"
# A merchant's own staff and programs, and nobody else, ask for what is below the first; they never do below the second.
MERCHANT_PATHS = "/api/merchant/"
PLATFORM_PATHS = "/api/admin/"
# What every answer says that does not say otherwise.
_HEADERS = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=63072000",
}

MAX_KEY = 128
_BAD_KEY = f"An Idempotency-Key has 1 to {MAX_KEY} characters."
# PostgreSQL's text holds no NUL, and nobody types one.
_NUL = "A request holds no NUL characters."

_View = TypeVar("_View", bound=Callable[..., Any])


class Body(BaseModel):
    """The base of request bodies and queries: what is not named is refused, text comes trimmed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True, defer_build=True)


class View(BaseModel):
    """The base of answers.

    The schemas of a noun are one module that each of its functions imports; `defer_build` here and in `Body` makes a
    function pay only for the models of its own operation.
    """

    model_config = ConfigDict(defer_build=True)


class Page(Body):
    """The query of a list: at most `limit` items, from the cursor `after` of the answer before."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"limit": 20}]})

    limit: int = 20
    after: str | None = None

    def model_post_init(self, context: Any) -> None:
        if not 1 <= self.limit <= 100:
            raise errors.Invalid("'limit' is between 1 and 100.")


class BodyTooLarge(errors.Invalid):
    message = f"A request body holds at most {MAX_BODY_BYTES // 1024} KiB."


class MalformedBody(errors.Invalid):
    message = "The request body is not a JSON object."


@dataclass(frozen=True, slots=True)
class Operation:
    """What the API contract says of an endpoint; `infra/api` writes it from here."""

    name: str
    path: str
    method: str
    status: int
    access: Access
    body: type[BaseModel] | type[bytes] | None
    query: type[BaseModel] | None
    returns: Any
    summary: str
    idempotent: bool
    max_age: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    refusals: tuple[type[errors.MallError], ...] = field(default=())
    takes: tuple[str, ...] = ()
    gives: str = ""
    keyed: bool = False


def from_edge(headers: Mapping[str, Any]) -> bool:
    """Whether a request came through our own distribution, which proves itself with a secret header."""
    secret = config.get("MALL_EDGE_SECRET", "")
    return bool(secret) and hmac.compare_digest(str(headers.get(EDGE_HEADER) or "").encode(), secret.encode())


class Endpoint(Chalice):
    """A Lambda handler for one operation: `app = Endpoint("users.get_profile")`."""

    operation: Operation
    # What a view adds to its answer or refusal: `app.answer_headers["Location"] = …`.
    answer_headers: dict[str, str]

    def __init__(self, name: str) -> None:
        super().__init__(name, configure_logs=False, env={})
        self.log = logger  # type: ignore[assignment]  # Powertools' logger has the methods, not the class.
        self.caller: Caller = NOBODY
        self.answer_headers = {}

    @property
    def idempotency_key(self) -> str:
        """The `Idempotency-Key` of a request for a `keyed` operation. Raises Invalid when there is none."""
        key = str(self._request.headers.get("idempotency-key") or "")
        if not 1 <= len(key) <= MAX_KEY:
            raise errors.Invalid(_BAD_KEY if key else "This takes an Idempotency-Key, so that it may be repeated.")
        return key

    @property
    def source_ip(self) -> str:
        """The client's address, as the gateway saw it or, through our own distribution, as that saw it.

        The distribution proves itself with a secret header; anybody else's `X-Forwarded-For` is theirs to invent.
        """
        peer = str((self._request.context.get("identity") or {}).get("sourceIp") or "")
        headers = self._request.headers
        if not from_edge(headers):
            return peer
        forwarded = [address.strip() for address in str(headers.get("x-forwarded-for") or "").split(",")]
        # The distribution appends its client; the gateway then appends the distribution.
        if len(forwarded) > 1 and forwarded[-1] == peer:
            forwarded.pop()
        return forwarded[-1] or peer

    @property
    def user_agent(self) -> str:
        """What the client calls itself, 80 characters at most."""
        return str(self._request.headers.get("user-agent") or "")[:80]

    def header(self, name: str, *, most: int = 128) -> str:
        """What the client sent as the header `name`, which the route has to declare; nothing where it did not.

        Raises Invalid for more than `most` characters.
        """
        given = str(self._request.headers.get(name) or "")
        if len(given) > most:
            raise errors.Invalid(f"The header {name} has at most {most} characters.")
        return given

    @property
    def headers(self) -> Mapping[str, str]:
        """The request's headers, their names in lower case."""
        return {name.lower(): str(value) for name, value in self._request.headers.items()}

    @property
    def path(self) -> str:
        """The path that was asked for, with its parameters in it as they came."""
        return str(self._request.to_original_event()["path"])

    @property
    def raw(self) -> bytes:
        """The request's body as it came, for an operation whose caller signs the JSON that it sends."""
        return _raw_of(self._request)

    def cookie(self, name: str) -> str:
        """What the browser keeps under `name`, "" where it sends none.

        Only a page of the mall's own gets to use it: a browser says where a request comes from (Fetch Metadata), and
        a request from anywhere else counts as one without cookies. Together with `SameSite=Strict`, and with bodies
        being JSON, which no form of another site can send, nobody acts through somebody else's browser.
        """
        if self._request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return ""
        kept = SimpleCookie()
        try:
            kept.load(self._request.headers.get("cookie", ""))
        except CookieError:
            return ""
        return kept[name].value if name in kept else ""

    def set_cookie(self, name: str, value: str, *, path: str, max_age: int) -> None:
        """Have the browser keep `value` below `path` for so many seconds, out of every script's reach.

        With "" and 0 the browser forgets it. An answer sets one cookie.
        """
        kept = f"{name}={value}; Path={path}; Max-Age={max_age}; HttpOnly; Secure; SameSite=Strict"
        self.answer_headers["Set-Cookie"] = kept

    @property
    def _request(self) -> Request:
        if self.current_request is None:
            raise RuntimeError("there is no request outside a view")
        return self.current_request

    def route(  # type: ignore[override]  # One operation a function: named arguments instead of Chalice's options.
        self,
        path: str,
        *,
        method: str = "GET",
        access: Access = SIGNED_IN,
        body: type[BaseModel] | type[bytes] | None = None,
        query: type[BaseModel] | None = None,
        status: int = 200,
        idempotent: bool = False,
        keyed: bool = False,
        max_age: int = 0,
        headers: Mapping[str, str] | None = None,
        refusals: tuple[type[errors.MallError], ...] = (),
        takes: tuple[str, ...] = ("application/json",),
        gives: str = "application/json",
    ) -> Callable[[_View], _View]:
        """Serve `method` on `path` with the decorated view.

        `body` is a model, or `bytes` for what comes as it is, in one of the media types `takes`; `gives` is
        that of an answer which the view makes itself (`http.text`). `status` is that of success; `idempotent`
        honours an `Idempotency-Key` header; a `keyed` operation demands one (`app.idempotency_key`) and
        remembers it itself, in the transaction of what it does; `max_age` is for how many seconds anybody, a
        shared cache too, may keep the answer; `headers` says what the view reads from which header, and
        `refusals` names the domain errors that it may raise, for the contract.
        """
        if access.guests:
            # Loaded while the function starts, not while the first person who is signed in waits.
            import jwt  # noqa: F401, PLC0415

        def decorate(view: _View) -> _View:
            self.operation = Operation(
                name=self.app_name,
                path=path,
                method=method,
                status=status,
                access=access,
                body=body,
                query=query,
                returns=inspect.signature(view, eval_str=True).return_annotation,
                summary=inspect.cleandoc(view.__doc__ or ""),
                idempotent=idempotent or keyed,
                keyed=keyed,
                max_age=max_age,
                headers=headers or {},
                refusals=refusals,
                takes=takes if body is bytes else (),
                gives=gives,
            )

            for model in (body, query, self.operation.returns):
                if isinstance(model, type) and issubclass(model, BaseModel):
                    model.model_rebuild()

            @wraps(view)
            def respond(**arguments: Any) -> Response:
                try:
                    return self._answer(view, arguments)
                except errors.MallError as error:
                    return _refused(error)

            # Any media type gets as far as the view: what is not acceptable is refused in the mall's one shape.
            options = {"content_types": ["*/*"]} if body is bytes else {}
            super(Endpoint, self).route(path, methods=[method], name=self.app_name, **options)(respond)
            return view

        return decorate

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Handle one request of API Gateway (REST API, proxy integration)."""
        started = perf_counter()
        request = event.get("requestContext") or {}
        self.caller = Caller.of_context(request.get("authorizer") or {})
        self.answer_headers = {}
        begin(
            operation=self.app_name,
            request_id=request.get("requestId"),
            trace_id=(event.get("headers") or {}).get("X-Amzn-Trace-Id"),
            user_id=self.caller.user_id,
            merchant_id=self.caller.merchant_id,
        )
        response: dict[str, Any] = super().__call__(event, context)
        response["headers"].update(self.answer_headers)
        headers = _HEADERS | {"X-Request-Id": str(request.get("requestId"))}
        given = {name.lower() for name in response["headers"]}
        response["headers"].update({name: value for name, value in headers.items() if name.lower() not in given})
        took = (perf_counter() - started) * 1000
        status = response["statusCode"]
        logger.info("request", status=status, method=request.get("httpMethod"), took_ms=round(took, 2))
        metrics.add_dimension("operation", self.app_name)
        count("Requests")
        count("Duration", took, "Milliseconds")
        if status >= 400:
            count("ServerErrors" if status >= 500 else "Refusals")
        metrics.flush_metrics()
        return response

    def _answer(self, view: Callable[..., Any], arguments: dict[str, Any]) -> Response:
        operation, request = self.operation, self._request
        if request.headers.get("authorization", "").startswith(SIGNATURE_SCHEME):
            if not operation.path.startswith(MERCHANT_PATHS):
                raise errors.Unauthenticated("Signed calls are for merchants' operations only.")
            self.caller = self._signed(request)
        elif operation.access.guests and not self.caller.known and request.headers.get("authorization"):
            self.caller = self._person(request)
        operation.access.check(self.caller)
        _check_side(operation.path, self.caller)
        if any("\0" in value for value in arguments.values()):
            raise errors.Invalid(_NUL)
        if operation.query is not None:
            arguments["query"] = _validated(operation.query, _query_of(request, operation.query))
        if operation.body is not None:
            arguments["body"] = _body_of(request, operation.body)
        repeatable = operation.idempotent and not operation.keyed and request.headers.get("idempotency-key")
        result = self._once(view, arguments, repeatable) if repeatable else view(**arguments)
        if isinstance(result, Response):
            response = result
        elif isinstance(result, BaseModel):
            response = _json(operation.status, result.model_dump_json(by_alias=True))
        else:
            response = _json(operation.status, "" if result is None else json.dumps(result, separators=(",", ":")))
        if operation.max_age:
            response.headers["Cache-Control"] = f"public, max-age={operation.max_age}"
        return response

    def _once(self, view: Callable[..., Any], arguments: dict[str, Any], key: str) -> Any:
        from mall import idempotency  # noqa: PLC0415  (50 ms of import that only repeatable operations pay)

        if not 1 <= len(key) <= MAX_KEY:
            raise errors.Invalid(_BAD_KEY)
        caller = self.caller.user_id or self.caller.key_id

        def act() -> dict[str, Any]:
            result = view(**arguments)
            return {"result": result.model_dump(mode="json", by_alias=True) if isinstance(result, BaseModel) else None}

        payload = {name: _plain(value) for name, value in arguments.items()}
        return idempotency.once(
            self.app_name, key=f"{caller}#{key}", payload=payload, act=act, context=self.lambda_context
        )["result"]

    def _person(self, request: Request) -> Caller:
        from mall import tokens  # noqa: PLC0415  (elsewhere the gateway's authorizer verifies)

        scheme, _, token = request.headers["authorization"].partition(" ")
        caller = tokens.verify(token if scheme.lower() == "bearer" else "")
        concerning(user_id=caller.user_id, merchant_id=caller.merchant_id)
        return caller

    def _signed(self, request: Request) -> Caller:
        from mall import signature  # noqa: PLC0415  (cryptography is imported by signed calls only)

        event = request.to_original_event()
        caller = signature.verify(
            authorization=request.headers["authorization"],
            method=request.method,
            path=event["path"],
            query=event.get("multiValueQueryStringParameters") or {},
            body=request.raw_body or b"",
        )
        concerning(merchant_id=caller.merchant_id, key_id=caller.key_id)
        return caller


def _check_side(path: str, caller: Caller) -> None:
    """Keep merchants to their own operations and the platform to its own, whatever permissions a role gives them."""
    if path.startswith(MERCHANT_PATHS) and not caller.merchant_id:
        raise errors.Forbidden("This is for a merchant's own staff and programs.")
    if path.startswith(PLATFORM_PATHS) and caller.merchant_id:
        raise errors.Forbidden("This is for the platform's own staff.")


def status_of(error: type[errors.MallError]) -> int:
    """The HTTP status of a refusal."""
    return next((STATUS[kind] for kind in error.__mro__ if kind in STATUS), 500)


def refusal(status: int, code: str, message: str, details: Mapping[str, Any] | None = None) -> Response:
    """An answer in the mall's one error shape."""
    body: dict[str, Any] = {"Code": code, "Message": message}
    if details:
        body["Details"] = dict(details)
    return _json(status, json.dumps(body, separators=(",", ":"), ensure_ascii=False))


def _refused(error: errors.MallError) -> Response:
    status = status_of(type(error))
    logger.info("refused", error=error.code)
    response = refusal(status, error.code, str(error), error.details)
    if isinstance(error, errors.TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _json(status: int, text: str) -> Response:
    return Response(text, headers={"Content-Type": "application/json"}, status_code=status)


def text(content: str, *, content_type: str = "text/plain", status: int = 200, **headers: str) -> Response:
    """An answer that is not JSON; `headers` by name, with underscores for hyphens."""
    given: dict[str, str | list[str]] = {"Content-Type": f"{content_type}; charset=utf-8"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(content, headers=given, status_code=status)


def _body_of(request: Request, wanted: type[BaseModel] | type[bytes]) -> BaseModel | bytes:
    return _validated(wanted, _json_of(request)) if issubclass(wanted, BaseModel) else _raw_of(request)


def _raw_of(request: Request) -> bytes:
    raw: Any = request.raw_body or b""
    if len(raw) > MAX_BODY_BYTES:
        raise BodyTooLarge
    return bytes(raw)


def _json_of(request: Request) -> Any:
    raw = _raw_of(request)
    try:
        body = request.json_body
    except (ChaliceViewError, ValueError, RecursionError):
        raise MalformedBody from None
    if not isinstance(body, dict):
        raise MalformedBody
    if b"\\u0000" in raw:
        raise errors.Invalid(_NUL)
    return body


def _validated(model: type[BaseModel], given: dict[str, Any]) -> BaseModel:
    """What the client sent as `model`. A model that fails anywhere else is our own fault, and a 500."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise errors.Invalid(fields=_fields(error)) from None


def _query_of(request: Request, model: type[BaseModel]) -> dict[str, Any]:
    """The query as the model wants it: repeated parameters only where the model has a list."""
    given = request.to_original_event().get("multiValueQueryStringParameters") or {}
    lists = {
        field.alias or name for name, field in model.model_fields.items() if "list" in str(field.annotation).lower()
    }
    if any("\0" in value for values in given.values() for value in values):
        raise errors.Invalid(_NUL)
    return {name: values if name in lists else values[-1] for name, values in given.items()}


def _fields(error: ValidationError) -> list[dict[str, str]]:
    """What is wrong with which field; never the value itself, which may be a secret."""
    return [
        {"field": ".".join(str(part) for part in fault["loc"]), "problem": fault["msg"], "type": fault["type"]}
        for fault in error.errors(include_url=False, include_context=False, include_input=False)[:20]
    ]


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else value
