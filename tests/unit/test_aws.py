"""Clients of AWS: what every request of theirs has in common."""

import datetime
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import botocore.auth
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, NoCredentialsError
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


def sent(
    client: Any,
    ask: Callable[[Any], Any],
    *answers: tuple[int, bytes],
    headers: dict[str, str] | None = None,
    only: int | None = None,
) -> list[AWSPreparedRequest]:
    """The requests by which `client` does what it is asked for; they go nowhere, and are answered one by one."""
    seen: list[AWSPreparedRequest] = []

    def answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        status, text = [*answers, (200, b"{}")][len(seen)]
        seen.append(request)
        assert only is None or len(seen) <= only, "asked once more"
        return AWSResponse(request.url, status, {"x-amzn-RequestId": "r"} | (headers or {}), _Body(text))  # type: ignore[arg-type]

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
    "kms": lambda client: client.get_public_key(KeyId="k"),
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
    monkeypatch.setattr(time, "gmtime", NOW.utctimetuple)

    theirs = get_session().create_client(service, config=aws._PATIENCE)
    (expected,), (made,) = (sent(client, ASKED[service]) for client in (theirs, aws.client(service)))

    assert type(made.headers) is dict, "this is not made by mall.aws"
    assert made.url == expected.url
    assert made.body == expected.body
    mine, botocores = headers_of(made), headers_of(expected)
    assert len(mine.pop("amz-sdk-invocation-id")) == len(botocores.pop("amz-sdk-invocation-id"))
    # Powertools signs botocore's requests too.
    assert botocores.pop("user-agent").split()[0] == mine.pop("user-agent")
    assert mine == botocores


def test_clients_come_without_the_whole_of_cryptography() -> None:
    code = (
        "import sys, mall.nosql\n"
        "from botocore import httpsession\n"
        "unwanted = ('OpenSSL', 'cryptography.x509', 'boto3')\n"
        "assert not [name for name in unwanted if name in sys.modules], sys.modules.keys()\n"
        "import ssl, OpenSSL\n"
        "assert httpsession.SSLContext is ssl.SSLContext\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": "layers/mall/python"})


def test_other_services_are_left_to_botocore() -> None:
    assert isinstance(aws.client("sqs"), aws._Client)
    assert not isinstance(aws.client("s3"), aws._Client)


def test_the_key_of_a_signature_is_that_of_its_day_and_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    signatures = []
    for day, secret in ((5, "nobody"), (5, "nobody"), (6, "nobody"), (6, "somebody")):
        now = NOW.replace(day=day)
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda now=now: now)
        monkeypatch.setattr(time, "gmtime", now.utctimetuple)
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
    ("operation", "wrap"),
    [
        ("get_item", lambda item: {"Item": item, "Unknown": 1}),
        ("get_item", lambda _: {"Item": None}),
        ("query", lambda item: {"Items": [item, item], "Count": 2, "LastEvaluatedKey": {"id": {"S": "x"}}}),
        ("batch_get_item", lambda item: {"Responses": {"t": [item]}, "UnprocessedKeys": {"t": {"Keys": [item]}}}),
    ],
)
def test_items_are_read_as_botocore_reads_them(
    operation: str, wrap: Callable[[Any], Any], more: dict[str, Any]
) -> None:
    answer = json.dumps(wrap(ITEM | more)).encode()

    asked = {"RequestItems": {}} if operation == "batch_get_item" else {"TableName": "t"}

    expected, made = answered("dynamodb", lambda client: getattr(client, operation)(**asked), answer)

    assert made == expected


@pytest.mark.parametrize(
    ("service", "answer"),
    [
        ("stepfunctions", b'{"executionArn": "arn:x", "startDate": 1893844800.5}'),
        ("kms", b'{"KeyId": "k", "PublicKey": "AQID"}'),
        ("secretsmanager", b'{"SecretString": "s", "SecretBinary": "AQID", "CreatedDate": 1893844800}'),
        ("sqs", b'{"MessageId": "m"}'),
        ("events", b'{"FailedEntryCount": 0, "Entries": [{"EventId": "e"}]}'),
        ("dynamodb", b""),
        ("dynamodb", b"no JSON at all"),
    ],
)
def test_answers_are_read_as_botocore_reads_them(service: str, answer: bytes) -> None:
    expected, made = answered(service, ASKED[service], answer)

    assert made == expected


def answered(service: str, ask: Callable[[Any], Any], answer: bytes) -> list[Any]:
    """What comes of an answer for a client of botocore's own and for ours."""
    found: list[Any] = []
    for client in get_session().create_client(service, config=aws._PATIENCE), aws.client(service):
        sent(client, lambda client: found.append(ask(client)), (200, answer))
    for one in found:
        assert one["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert one["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"] == one["ResponseMetadata"]["RequestId"]
        headers = one["ResponseMetadata"]["HTTPHeaders"]
        one["ResponseMetadata"]["HTTPHeaders"] = {name.lower(): value for name, value in headers.items()}
    return found


@pytest.mark.parametrize("headers", [{}, {"x-amzn-query-error": "AWS.SimpleQueueService.NonExistentQueue;Sender"}])
@pytest.mark.parametrize(
    ("service", "status", "body"),
    [
        ("dynamodb", 400, {"__type": f"com.x#{ERROR}", "message": "no", "Item": ITEM}),
        (
            "dynamodb",
            400,
            {
                "__type": "x#TransactionCanceledException",
                "Message": "no",
                "CancellationReasons": [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": ITEM}],
            },
        ),
        ("sqs", 400, {"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "none"}),
        ("sqs", 403, {"__type": "AccessDenied"}),
        ("stepfunctions", 302, {}),
    ],
)
def test_refusals_are_botocores_after_one_request(
    service: str, status: int, body: dict[str, Any], headers: dict[str, str]
) -> None:
    raised = []
    for client in get_session().create_client(service, config=aws._PATIENCE), aws.client(service):
        with pytest.raises(ClientError) as refused:
            sent(client, ASKED[service], (status, json.dumps(body).encode()), headers=headers, only=1)
        raised.append((type(refused.value).__name__, str(refused.value), refused.value.response))

    assert raised[0] == raised[1]


def test_a_lost_connection_is_an_attempt_like_any_other() -> None:
    client = aws.create("dynamodb", Config(retries={"total_max_attempts": 2}))
    seen = []

    def lose(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        seen.append(headers_of(request)["amz-sdk-request"])
        raise ConnectionClosedError(endpoint_url=request.url)

    client.meta.events.register("before-send.*.*", lose)
    with pytest.raises(ConnectionClosedError):
        list_tables(client)

    assert [attempt.split(";")[0] for attempt in seen] == ["attempt=1", "attempt=2"]
    # It is nobody's answer any more.
    client.meta.events.unregister("before-send.*.*", lose)
    assert len(sent(client, list_tables)) == 1


def test_what_must_happen_once_says_which_time_it_is() -> None:
    client = aws.client("dynamodb")
    ask = {"TransactItems": [{"Put": {"TableName": "t", "Item": ITEM}}]}

    requests = [
        sent(client, lambda client: client.transact_write_items(**ask), (500, b"{}"), (200, b"{}")) for _ in range(2)
    ]

    tokens = [[json.loads(request.body)["ClientRequestToken"] for request in attempts] for attempts in requests]
    assert all(first == second for first, second in tokens)
    assert tokens[0] != tokens[1]


def test_what_goes_elsewhere_is_left_to_botocore() -> None:
    ask = {"stateMachineArn": "arn:x", "input": "{}"}

    (request,) = sent(aws.client("stepfunctions"), lambda client: client.start_sync_execution(**ask))

    assert request.url == "https://sync-states.us-east-1.amazonaws.com/"
    assert type(request.headers) is not dict


def test_nobody_without_credentials_is_signed_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    aws.forget()

    with pytest.raises(NoCredentialsError):
        list_tables(aws.client("dynamodb"))
