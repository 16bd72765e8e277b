"""Clients of AWS: what every request of theirs has in common."""

from typing import Any

import pytest
from botocore.auth import AUTH_TYPE_MAPS, SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.config import Config
from botocore.credentials import Credentials

from mall import aws


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nobody")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    aws.forget()


class _Body:
    def stream(self) -> Any:
        yield b"{}"


def sent(client: Any) -> dict[str, str]:
    """The headers of a request that goes nowhere."""
    seen: dict[str, str] = {}

    def answer(request: Any, **_: Any) -> AWSResponse:
        seen.update({name.lower(): value for name, value in request.headers.items()})
        return AWSResponse(request.url, 200, {}, _Body())  # type: ignore[arg-type]

    client.meta.events.register("before-send.*.*", answer)
    client.list_tables()
    return {name: value.decode() if isinstance(value, bytes) else value for name, value in seen.items()}


def test_requests_say_that_they_are_the_malls() -> None:
    assert sent(aws.client("dynamodb"))["user-agent"].split()[0] == "mall"


def test_a_client_with_limits_of_its_own_keeps_what_all_have() -> None:
    client = aws.create("dynamodb", Config(connect_timeout=0.5, retries={"total_max_attempts": 1}))

    assert sent(client)["user-agent"].split()[0] == "mall"
    assert (client.meta.config.connect_timeout, client.meta.config.read_timeout) == (0.5, 10)
    assert client.meta.config.retries["total_max_attempts"] == 1


def test_a_client_is_made_once() -> None:
    assert aws.client("sqs") is aws.client("sqs")


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("https://dynamodb.us-east-1.amazonaws.com/", {"X-Amz-Target": "DynamoDB_20120810.GetItem"}),
        ("http://127.0.0.1:4566/", {"Content-Type": "  application/x-amz-json-1.0 ", "X-Amzn-Trace-Id": "Root=1"}),
        ("https://events.us-east-1.amazonaws.com:443/a%20b?x=2&b=1", {"Host": "Events.example", "User-Agent": "mall"}),
    ],
)
def test_requests_are_signed_as_botocore_signs_them(url: str, headers: dict[str, str]) -> None:
    credentials = Credentials("nobody", "secret", "token")

    canonical = []
    for signer in (AUTH_TYPE_MAPS["v4"], SigV4Auth):
        request = AWSRequest("POST", url, headers=headers, data=b"{}")
        request.context["timestamp"] = "20300105T120000Z"
        canonical.append(signer(credentials, "dynamodb", "us-east-1").canonical_request(request))

    assert AUTH_TYPE_MAPS["v4"] is not SigV4Auth
    assert canonical[0] == canonical[1]
