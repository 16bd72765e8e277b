"""Clients of AWS services, made once an execution environment and kept.

They are botocore's own, not boto3's, which would import its transfer manager and process pools as well (a third of a
function's import) for methods that no function uses. botocore follows `AWS_ENDPOINT_URL`, and inside a function it
signs with the function's own role, on AWS and on the emulator alike (which is what lets the emulator enforce the
role's policy).

Services of JSON are asked in a tenth of botocore's steps, as long as all goes well: what the requests of an operation
have in common is put together once, by botocore; what remains is the body, the signature and the answer. Whatever
comes of that but success is told to botocore as what came of its own first attempt, so it alone knows what an error
means, what is tried again, and when.
"""

import hmac
import json
import time
import uuid
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlsplit

import urllib3  # noqa: F401  (before botocore comes to it from deep below, see mall.nosql)
from botocore.auth import SIGNED_HEADERS_BLACKLIST
from botocore.auth import _host_from_url as host_of  # type: ignore[attr-defined]
from botocore.awsrequest import AWSPreparedRequest, prepare_request_dict
from botocore.config import Config
from botocore.endpoint import Endpoint
from botocore.handlers import add_recursion_detection_header
from botocore.parsers import JSONParser
from botocore.serialize import JSONSerializer
from botocore.session import Session, get_session
from botocore.utils import normalize_url_path

# A caller is waiting: give up early and let it repeat, rather than hang until the function's own limit.
# The rest is for the CPU of a call. Told who we are, botocore does not put its long signature together anew for every
# request, twice; the service validates what it is asked anyway; and nobody looks for the account in what is asked.
_PATIENCE = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 4},
    tcp_keepalive=True,
    user_agent="mall",
    parameter_validation=False,
    account_id_endpoint_mode="disabled",
)
# Left to itself, S3 still signs addresses in us-east-1 with version 2, which other regions refuse.
_SIGNED = {"s3": _PATIENCE.merge(Config(signature_version="s3v4"))}
# They take JSON by POST, each in one place whatever it is asked for.
_PLAIN = ("dynamodb", "events", "kms", "secretsmanager", "sqs", "ssm", "stepfunctions")

# What came of an attempt that botocore is told of, until it has heard it.
_untold: ContextVar[list[Any]] = ContextVar("mall.aws.untold")


class _Client:
    """What a client of a plain service does in fewer steps than botocore's; it is put in front of that."""

    meta: Any
    _endpoint: Any
    _request_signer: Any
    _serializer: Any
    _user_agent_creator: Any

    def __init__(self, *, endpoint: Endpoint, **others: Any) -> None:
        endpoint._event_emitter = _Teller(endpoint._event_emitter)  # type: ignore[attr-defined]
        self._operations: dict[str, _Operation | None] = {}
        super().__init__(endpoint=endpoint, **others)  # type: ignore[call-arg]

    def _make_api_call(self, operation_name: str, api_params: dict[str, Any]) -> Any:
        if operation_name not in self._operations:
            self._operations[operation_name] = self._prepared(operation_name, api_params)
        operation, credentials = self._operations[operation_name], self._request_signer._credentials
        request = operation and credentials and operation.request(api_params, credentials.get_frozen_credentials())
        if not operation or not request:
            return super()._make_api_call(operation_name, api_params)  # type: ignore[misc]
        try:
            came = self._sent(request, operation)
            if came.status_code == 200:
                return operation.read(came)
        except Exception as error:
            came = error
        token = _untold.set([came])
        try:
            return super()._make_api_call(operation_name, api_params)  # type: ignore[misc]
        finally:
            _untold.reset(token)

    def _sent(self, request: AWSPreparedRequest, operation: "_Operation") -> Any:
        for _, answer in self.meta.events.emit(operation.before_send, request=request):
            if answer is not None:
                return answer
        return self._endpoint._send(request)

    def _prepared(self, name: str, params: dict[str, Any]) -> "_Operation | None":
        """What the requests of an operation have in common; None where they are left to botocore.

        The rules of an endpoint look at what is asked for, which none of ours depends on.
        """
        context: dict[str, Any] = {}
        model = self.meta.service_model.operation_model(name)
        url, headers, properties = self._resolve_endpoint_ruleset(model, params, context)  # type: ignore[attr-defined]
        made = self._serializer.serialize_to_request({}, model)
        shape = model.input_shape
        if type(self._serializer) is not JSONSerializer or made["url_path"] != "/" or "host_prefix" in made:
            return None
        signer = self._request_signer
        if (model.resolved_auth_type or signer._signature_version) != "v4" or context or properties:
            return None
        if shape and not _keeps_names(shape):
            return None
        made["headers"].update(headers)
        prepare_request_dict(made, endpoint_url=url, user_agent=self._user_agent_creator.to_string())
        return _Operation(model, made["url"], made["headers"], signer._region_name, signer.signing_name)


class _Teller:
    """An endpoint's events, the first of whose requests is not sent where it is known already what comes of it."""

    def __init__(self, whole: Any) -> None:
        self._whole = whole

    def emit(self, event_name: str, **kwargs: Any) -> Any:
        untold = _untold.get(None)
        if not untold or not event_name.startswith("before-send."):
            return self._whole.emit(event_name, **kwargs)
        came = untold.pop()
        if isinstance(came, Exception):
            raise came
        return [(None, came)]


class _Operation:
    """What the requests of an operation have in common, and how its answers are read."""

    def __init__(self, model: Any, url: str, headers: Mapping[str, str], region: str, service: str) -> None:
        self.before_send = f"before-send.{model.service_model.service_id.hyphenize()}.{model.name}"
        self._url = url
        self._headers = {**headers, "amz-sdk-request": "attempt=1"}
        self._once = model.idempotent_members
        self._scope = (region, service)
        self._signed = _signed(url, headers, ("X-Amz-Date",))
        self._signed_for_now = _signed(url, headers, ("X-Amz-Date", "X-Amz-Security-Token"))
        self._output = model.output_shape
        self._members = tuple(self._output.members) if self._output else ()
        self._parser = JSONParser()
        self._as_written = self._output is None or _is_as_written(self._output)

    def request(self, params: dict[str, Any], credentials: Any) -> AWSPreparedRequest | None:
        """The signed request; None where there is more to be written than JSON has values for."""
        for name in self._once:
            if name not in params:
                params[name] = str(uuid.uuid4())
        try:
            body = json.dumps(params).encode()
        except TypeError:
            return None
        now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        changing, (names, signed) = {"X-Amz-Date": now}, self._signed
        if credentials.token:
            changing["X-Amz-Security-Token"], (names, signed) = credentials.token, self._signed_for_now
        canonical = signed % {**changing, "body": sha256(body).hexdigest()}
        day, (region, service) = now[:8], self._scope
        scope = f"{day}/{region}/{service}/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
        signature = hmac.digest(_key(credentials.secret_key, day, region, service), text.encode(), "sha256").hex()
        headers: Any = {
            **self._headers,
            **changing,
            "amz-sdk-invocation-id": str(uuid.uuid4()),
            "Authorization": f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}",
            "Content-Length": str(len(body)),
        }
        add_recursion_detection_header({"headers": headers})
        return AWSPreparedRequest("POST", self._url, headers, body, False, {})

    def read(self, response: Any) -> Any:
        """What the service has answered."""
        body, headers = response.content, response.headers
        if self._as_written and b'"B"' not in body and b'"BS"' not in body:
            try:
                found = json.loads(body)
            except ValueError:
                found = {}
            answer = {name: found[name] for name in self._members if found.get(name) is not None}
            answer["ResponseMetadata"] = {
                "RequestId": headers.get("x-amzn-requestid"),
                "HTTPStatusCode": response.status_code,
                "HTTPHeaders": headers,
            }
        else:
            whole = {"status_code": response.status_code, "headers": headers, "body": body}
            answer = self._parser.parse(whole, self._output)
        answer["ResponseMetadata"]["RetryAttempts"] = 0
        return answer


def _signed(url: str, fixed: Mapping[str, str], changing: Iterable[str]) -> tuple[str, str]:
    """The names of the headers that are signed, and the request in its form for the signature with gaps to be filled.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    path = quote(normalize_url_path(urlsplit(url).path), safe="/~").replace("%", "%%")
    found = {name.lower(): " ".join(value.split()).replace("%", "%%") for name, value in fixed.items()}
    found |= {"host": host_of(url)} | {name.lower(): f"%({name})s" for name in changing}
    names = sorted(found.keys() - set(SIGNED_HEADERS_BLACKLIST))
    lines = "".join(f"{name}:{found[name]}\n" for name in names)
    return ";".join(names), f"POST\n{path}\n\n{lines}\n{';'.join(names)}\n%(body)s"


@lru_cache(maxsize=16)
def _key(secret: str, *scope: str) -> bytes:
    """The key of a day, a region and a service, which is good for all requests of that day."""
    key = f"AWS4{secret}".encode()
    for part in (*scope, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _keeps_names(shape: Any) -> bool:
    """Whether everything in what is asked has the same name on the wire."""
    return all("name" not in part.serialization for part in _parts(shape))


def _is_as_written(shape: Any) -> bool:
    """Whether an answer is on the wire as callers get it, but for binary values of DynamoDB's items."""
    return _keeps_names(shape) and not any(
        part.type_name == "timestamp" or (part.type_name == "blob" and part.name != "BinaryAttributeValue")
        for part in _parts(shape)
    )


def _parts(shape: Any) -> Iterable[Any]:
    seen, coming = set(), [shape]
    while coming:
        part = coming.pop()
        yield part
        if part.name in seen:
            continue
        seen.add(part.name)
        match part.type_name:
            case "structure":
                coming += part.members.values()
            case "list":
                coming.append(part.member)
            case "map":
                coming += (part.key, part.value)


def _put_in_front(**given: Any) -> None:
    given["base_classes"].insert(0, _Client)


@cache
def client(service: str) -> Any:
    """The client of `service` ("dynamodb", "kms", …), shared by everything in this execution environment."""
    return create(service, _SIGNED.get(service, _PATIENCE))


def create(service: str, limits: Config) -> Any:
    """A client of its own, for who needs other limits than the usual."""
    return _session().create_client(service, config=_PATIENCE.merge(limits))


def forget() -> None:
    """Drop all clients, as a new execution environment would. For tests."""
    client.cache_clear()
    _session.cache_clear()


@cache
def _session() -> Session:
    session = get_session()
    for service in _PLAIN:
        session.register(f"creating-client-class.{service}", _put_in_front)
    return session
