"""Clients of AWS: what every request of theirs has in common."""

import datetime
import json
from collections.abc import Callable, Iterator
from typing import Any

import botocore.auth
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.parsers import ResponseParserFactory
from botocore.session import get_session

from mall import aws

NOW = datetime.datetime(2030, 1, 5, 12, tzinfo=datetime.UTC)
ERROR = "ConditionalCheckFailedException"


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nobody")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    aws.forget()
    yield
    # Nobody else is to find clients of these settings.
    aws.forget()


class _Body:
    def __init__(self, text: bytes) -> None:
        self._text = text

    def stream(self) -> Any:
        yield self._text


def sent(client: Any, ask: Callable[[Any], Any], *answers: tuple[int, bytes]) -> list[AWSPreparedRequest]:
    """The requests by which `client` does what it is asked for; they go nowhere, and are answered one by one."""
    seen: list[AWSPreparedRequest] = []

    def answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        status, text = [*answers, (200, b"{}")][len(seen)]
        seen.append(request)
        return AWSResponse(request.url, status, {}, _Body(text))  # type: ignore[arg-type]

    client.meta.events.register("before-send.*.*", answer)
    try:
        ask(client)
    finally:
        client.meta.events.unregister("before-send.*.*", answer)
    return seen


def headers_of(request: AWSPreparedRequest) -> dict[str, str]:
    """By their names in lower case."""
    found = {name.lower(): value for name, value in request.headers.items()}
    return {name: value.decode() if isinstance(value, bytes) else value for name, value in found.items()}


def list_tables(client: Any) -> None:
    client.list_tables()


def test_requests_say_that_they_are_the_malls() -> None:
    assert headers_of(sent(aws.client("dynamodb"), list_tables)[0])["user-agent"].split()[0] == "mall"


def test_a_client_with_limits_of_its_own_keeps_what_all_have() -> None:
    client = aws.create("dynamodb", Config(connect_timeout=0.5, retries={"total_max_attempts": 1}))

    assert headers_of(sent(client, list_tables)[0])["user-agent"].split()[0] == "mall"
    assert (client.meta.config.connect_timeout, client.meta.config.read_timeout) == (0.5, 10)
    assert client.meta.config.retries["total_max_attempts"] == 1


def test_a_client_is_made_once() -> None:
    assert aws.client("sqs") is aws.client("sqs")


ASKED: dict[str, Callable[[Any], Any]] = {
    "dynamodb": lambda client: client.get_item(TableName="carts", Key={"id": {"S": "crt_1"}}),
    "events": lambda client: client.put_events(Entries=[{"Source": "orders", "DetailType": "x", "Detail": "{}"}]),
    "kms": lambda client: client.sign(KeyId="k", Message=b"what", SigningAlgorithm="ECDSA_SHA_256"),
    "secretsmanager": lambda client: client.get_secret_value(SecretId="s"),
    "sqs": lambda client: client.send_message(QueueUrl="https://sqs.us-east-1.amazonaws.com/1/q", MessageBody="商"),
    "ssm": lambda client: client.get_parameter(Name="/mall/x"),
    "stepfunctions": lambda client: client.start_execution(stateMachineArn="arn:x", name="n", input="{}"),
}


@pytest.mark.parametrize("endpoint", [None, "https://emulator.example:8443/some%20where"])
@pytest.mark.parametrize("service", ASKED)
def test_requests_are_those_that_botocore_makes(
    service: str, endpoint: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "for now")
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "a-function")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-2-3")
    if endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: NOW)
    monkeypatch.setattr(aws, "get_current_datetime", lambda: NOW)

    theirs = get_session().create_client(service, config=aws._PATIENCE)
    # The second call of a client is the one that knows where its requests go.
    (expected,), _, (made,) = [sent(client, ASKED[service]) for client in (theirs, *[aws.client(service)] * 2)]

    assert type(expected.headers) is not type(made.headers), "this is not made by mall.aws"
    by_chance = {"amz-sdk-invocation-id"}
    assert made.url == expected.url
    assert made.body == expected.body
    assert headers_of(made).keys() == headers_of(expected).keys()
    assert {*headers_of(made).items()} ^ {*headers_of(expected).items()} == {
        (name, headers_of(request)[name]) for request in (made, expected) for name in by_chance
    }


def test_other_services_are_left_to_botocore() -> None:
    assert isinstance(aws.client("sqs"), aws._Client)
    assert not isinstance(aws.client("s3"), aws._Client)


def test_the_key_of_a_signature_is_that_of_its_day_and_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    signatures = []
    for day, secret in ((5, "nobody"), (5, "nobody"), (6, "nobody"), (6, "somebody")):
        now = NOW.replace(day=day)
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda now=now: now)
        monkeypatch.setattr(aws, "get_current_datetime", lambda now=now: now)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
        aws.forget()
        clients = get_session().create_client("dynamodb", config=aws._PATIENCE), aws.client("dynamodb")
        expected, made = (headers_of(sent(client, list_tables)[0])["authorization"] for client in clients)
        assert made == expected
        signatures.append(made)

    assert len(set(signatures)) == 3


def test_what_may_pass_is_asked_again_with_a_new_signature() -> None:
    first, second = sent(aws.client("dynamodb"), list_tables, (500, b"{}"))

    assert headers_of(first)["amz-sdk-request"] == "attempt=1"
    assert headers_of(second)["amz-sdk-request"].startswith("attempt=2")
    assert first.headers is not second.headers


ITEM: dict[str, Any] = {
    "id": {"S": 'says "B": and "BS"'},
    "map": {"M": {"list": {"L": [{"N": "1"}, {"NULL": True}, {"SS": ["a"]}]}, "no": {"BOOL": False}}},
}


@pytest.mark.parametrize("more", [{}, {"packed": {"B": b"\1\2"}}, {"several": {"L": [{"BS": [b"\1", b"\2"]}]}}])
@pytest.mark.parametrize(
    "ask",
    [
        lambda client, item: client.put_item(TableName="t", Item=item, ExpressionAttributeValues={":a": {"M": item}}),
        lambda client, item: client.batch_get_item(RequestItems={"t": {"Keys": [item], "ConsistentRead": True}}),
        lambda client, item: client.transact_write_items(
            ClientRequestToken="once",
            TransactItems=[
                {"Put": {"TableName": "t", "Item": item}},
                {"Update": {"TableName": "t", "Key": item, "ExpressionAttributeValues": {":a": {"M": item}}}},
            ],
        ),
        lambda client, item: client.query(TableName="t", ExclusiveStartKey=item, Limit=1),
        lambda client, item: client.batch_write_item(RequestItems={"t": [{"PutRequest": {"Item": item}}]}),
    ],
)
def test_items_are_written_as_botocore_writes_them(ask: Callable[[Any, Any], Any], more: dict[str, Any]) -> None:
    clients = get_session().create_client("dynamodb", config=aws._PATIENCE), aws.client("dynamodb")

    expected, made = (sent(client, lambda client: ask(client, ITEM | more))[0].body for client in clients)

    assert made == expected


@pytest.mark.parametrize("more", [{}, {"packed": {"B": "AQID"}}, {"several": {"L": [{"BS": ["AQID", "BA=="]}]}}])
@pytest.mark.parametrize(
    ("operation", "status", "wrap"),
    [
        ("GetItem", 200, lambda item: {"Item": item, "Unknown": 1}),
        ("GetItem", 200, lambda _: {"Item": None}),
        ("Query", 200, lambda item: {"Items": [item, item], "Count": 2, "LastEvaluatedKey": {"id": {"S": "x"}}}),
        ("BatchGetItem", 200, lambda item: {"Responses": {"t": [item]}, "UnprocessedKeys": {"t": {"Keys": [item]}}}),
        ("PutItem", 400, lambda item: {"__type": "x#ConditionalCheckFailedException", "message": "no", "Item": item}),
    ],
)
def test_answers_are_read_as_botocore_reads_them(
    operation: str, status: int, wrap: Callable[[Any], Any], more: dict[str, Any]
) -> None:
    model = aws.client("dynamodb").meta.service_model
    shape = model.operation_model(operation).output_shape if status == 200 else model.shape_for_error_code(ERROR)
    answer = {
        "status_code": status,
        "headers": {"x-amzn-RequestId": "1"},
        "body": json.dumps(wrap(ITEM | more)).encode(),
    }

    read = aws._session().get_component("response_parser_factory").create_parser("json").parse(answer, shape)

    assert read == ResponseParserFactory().create_parser("json").parse(answer, shape)
