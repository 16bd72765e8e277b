"""Clients of AWS services, made once an execution environment and kept.

They are botocore's own, not boto3's, which would import its transfer manager and process pools as well (a third of a
function's import) for methods that no function uses. botocore follows `AWS_ENDPOINT_URL`, and inside a function it
signs with the function's own role, on AWS and on the emulator alike (which is what lets the emulator enforce the
role's policy).
"""

from functools import cache
from typing import Any

import urllib3  # noqa: F401  (before botocore comes to it from deep below, see mall.nosql)
from botocore.auth import AUTH_TYPE_MAPS, SIGNED_HEADERS_BLACKLIST, SigV4Auth
from botocore.auth import _host_from_url as host_of  # type: ignore[attr-defined]
from botocore.config import Config
from botocore.session import Session, get_session

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


_HEADERS_KEY = "mall.signed_headers"


class _Signer(SigV4Auth):
    """botocore's signature, version 4, over the same headers in a dictionary.

    botocore puts them into an e-mail message, whose rules it then has to obey: a fifth of a call.
    """

    def headers_to_sign(self, request: Any) -> Any:
        # Asked for twice a signature: when it is made, and when it is put into the request.
        known = request.context.pop(_HEADERS_KEY, None)
        if known is not None:
            return known
        found = ((name.lower(), value) for name, value in request.headers.raw_items())
        headers = _Headers((name, value) for name, value in found if name not in SIGNED_HEADERS_BLACKLIST)
        if "host" not in headers:
            headers["host"] = host_of(request.url)
        request.context[_HEADERS_KEY] = headers
        return headers

    def add_auth(self, request: Any) -> None:
        request.context.pop(_HEADERS_KEY, None)
        super().add_auth(request)


class _Headers(dict[str, str]):
    def get_all(self, name: str) -> list[str]:
        return [self[name]]


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
    return get_session()
