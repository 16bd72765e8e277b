"""Clients of AWS: what every request of theirs has in common."""

from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config

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
