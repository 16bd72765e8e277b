"""Clients of AWS services, made once an execution environment and kept.

They are botocore's own, not boto3's, which would import its transfer manager and process pools as well (a third of a
function's import) for methods that no function uses. botocore follows `AWS_ENDPOINT_URL`, and inside a function it
signs with the function's own role, on AWS and on the emulator alike (which is what lets the emulator enforce the
role's policy).
"""

import hmac
from collections.abc import Mapping
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlsplit

import urllib3  # noqa: F401  (before botocore comes to it from deep below, see mall.nosql)
from botocore.auth import AUTH_TYPE_MAPS, SIGNED_HEADERS_BLACKLIST, SIGV4_TIMESTAMP, SigV4Auth
from botocore.auth import _host_from_url as host_of  # type: ignore[attr-defined]
from botocore.awsrequest import AWSPreparedRequest, AWSRequest
from botocore.compat import get_current_datetime
from botocore.config import Config
from botocore.endpoint import Endpoint
from botocore.parsers import JSONParser, ResponseParserFactory
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
_UNSIGNED = frozenset(SIGNED_HEADERS_BLACKLIST)
# They take JSON by POST, each in one place whatever it is asked for. So their requests need no form but a plain one.
_PLAIN = ("dynamodb", "events", "kms", "secretsmanager", "sqs", "ssm", "stepfunctions")
# What DynamoDB's items consist of is the same on the wire and for its callers, but for binary values.
_AS_WRITTEN = frozenset(
    {
        *("AttributeMap", "AttributeValue", "AttributeValueList", "ExpressionAttributeValueMap", "ItemList", "Key"),
        *("KeyList", "PutItemInputAttributeMap"),
    }
)


class _Client:
    """What a client of a plain service does in fewer steps than botocore's; it is put in front of those."""

    def __init__(self, *, endpoint: Endpoint, serializer: Any, **others: Any) -> None:
        endpoint.__class__ = _Endpoint
        if type(serializer) is JSONSerializer:
            serializer = _Serializer(serializer)
        self._place: tuple[Any, dict[str, Any]] | None = None
        super().__init__(endpoint=endpoint, serializer=serializer, **others)  # type: ignore[call-arg]

    def _resolve_endpoint_ruleset(
        self, operation_model: Any, params: Any, request_context: dict[str, Any], **others: Any
    ) -> Any:
        # Asked for with every call, by rules that look at what is asked for, as none of ours depends on.
        if self._place is None:
            found: dict[str, Any] = {}
            place = super()._resolve_endpoint_ruleset(operation_model, params, found, **others)  # type: ignore[misc]
            self._place = place, found
        place, found = self._place
        for name, value in found.items():
            request_context[name] = dict(value) if isinstance(value, dict) else value
        return place


class _Endpoint(Endpoint):
    _event_emitter: Any

    def create_request(self, params: Any, operation_model: Any = None) -> Any:
        if operation_model is None or not _Request.fits(params):
            return super().create_request(params, operation_model)
        request = _Request(params)
        service, operation = operation_model.service_model.service_id.hyphenize(), operation_model.name
        self._event_emitter.emit(f"request-created.{service}.{operation}", request=request, operation_name=operation)
        return request.prepare()


class _Headers(dict[str, str]):
    replace_header = dict.__setitem__


class _Request(AWSRequest):
    """A request whose headers are a dictionary.

    botocore puts them into an e-mail message, whose rules it then has to obey, and makes several copies of it.
    """

    method: Any
    url: Any
    data: Any
    headers: Any

    def __init__(self, params: Mapping[str, Any]) -> None:
        self.method, self.url, self.data = params["method"], params["url"], params["body"]
        self.headers = _Headers(params["headers"])
        self.context = params["context"]
        self.params, self.auth_path, self.stream_output = {}, None, False

    @staticmethod
    def fits(params: Mapping[str, Any]) -> bool:
        return params["method"] == "POST" and isinstance(params["body"], bytes) and "?" not in params["url"]

    @property
    def body(self) -> Any:
        return self.data

    def prepare(self) -> AWSPreparedRequest:
        self.headers["Content-Length"] = str(len(self.data))
        return AWSPreparedRequest(self.method, self.url, self.headers, self.data, False, self.context)


class _Signer(SigV4Auth):
    """botocore's signature, version 4, put together at once for a plain request."""

    _region_name: str
    _service_name: str

    def add_auth(self, request: Any) -> None:
        if not isinstance(request, _Request) or self.credentials is None:
            super().add_auth(request)
            return
        now = get_current_datetime().strftime(SIGV4_TIMESTAMP)
        request.context["timestamp"] = now
        headers = request.headers
        headers["X-Amz-Date"] = now
        if self.credentials.token:
            headers["X-Amz-Security-Token"] = self.credentials.token
        host, path = _place_of(request.url)
        signed = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
        names = sorted(({"host"} | signed.keys()) - _UNSIGNED)
        signed.setdefault("host", host)
        lines = "".join(f"{name}:{signed[name]}\n" for name in names)
        canonical = f"POST\n{path}\n\n{lines}\n{';'.join(names)}\n{self.payload(request)}"
        day, region, service = now[:8], self._region_name, self._service_name
        scope = f"{day}/{region}/{service}/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
        key = _key(self.credentials.secret_key, day, region, service)
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self.credentials.access_key}/{scope}, "
            f"SignedHeaders={';'.join(names)}, Signature={signature}"
        )


@lru_cache(maxsize=16)
def _place_of(url: str) -> tuple[str, str]:
    return host_of(url), quote(normalize_url_path(urlsplit(url).path), safe="/~")


@lru_cache(maxsize=16)
def _key(secret: str, *scope: str) -> bytes:
    """The key of a day, a region and a service, which is good for all requests of that day."""
    key = f"AWS4{secret}".encode()
    for part in (*scope, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


class _Serializer(JSONSerializer):
    """botocore's serializer, which does not take DynamoDB's items apart unless there is something to encode."""

    def __init__(self, whole: JSONSerializer) -> None:
        super().__init__(whole._timestamp_precision)  # type: ignore[attr-defined]
        self._whole = whole

    def serialize_to_request(self, parameters: Any, operation_model: Any) -> Any:
        try:
            return super().serialize_to_request(parameters, operation_model)
        except TypeError:  # binary values are no JSON
            return self._whole.serialize_to_request(parameters, operation_model)

    def _serialize(self, serialized: Any, value: Any, shape: Any, key: Any = None) -> None:
        if shape.name in _AS_WRITTEN:
            serialized[key] = value
        else:
            super()._serialize(serialized, value, shape, key)  # type: ignore[misc]


class _Parser(JSONParser):
    """botocore's parser, which does not take DynamoDB's items apart to put them together as they were."""

    _binary = True

    def _handle_json_body(self, raw_body: bytes, shape: Any) -> Any:
        self._binary = b'"B"' in raw_body or b'"BS"' in raw_body
        return super()._handle_json_body(raw_body, shape)  # type: ignore[misc]

    def _parse_shape(self, shape: Any, node: Any) -> Any:
        if not self._binary and shape.name in _AS_WRITTEN:
            return node
        return super()._parse_shape(shape, node)  # type: ignore[misc]


class _Parsers(ResponseParserFactory):
    def create_parser(self, protocol_name: str) -> Any:
        return _Parser() if protocol_name == "json" else super().create_parser(protocol_name)


def _put_in_front(**given: Any) -> None:
    given["base_classes"].insert(0, _Client)


AUTH_TYPE_MAPS["v4"] = _Signer


@cache
def client(service: str) -> Any:
    """The client of `service` ("dynamodb", "kms", …), shared by everything in this execution environment."""
    return create(service, _SIGNED.get(service, _PATIENCE))


def create(service: str, config: Config) -> Any:
    """A client of its own, for who needs other limits than the usual."""
    return _session().create_client(service, config=_PATIENCE.merge(config))


def forget() -> None:
    """Drop all clients, as a new execution environment would. For tests."""
    client.cache_clear()
    _session.cache_clear()


@cache
def _session() -> Session:
    session = get_session()
    session.register_component("response_parser_factory", _Parsers())
    for service in _PLAIN:
        session.register(f"creating-client-class.{service}", _put_in_front)
    return session
