"""Logs, metrics and traces tell what happened, and never about whom more than an id."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from mall.observability import _Formatter, alert, concerning, count, logger, masked, metrics

TOKEN = "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c3JfMSJ9.c2lnbmF0dXJlLWJ5dGVz"
SECRETS = [
    "anna.li+shop@mail.example.com.cn",
    "+8613812345678",
    "13812345678",
    TOKEN,
    "s3cr3t-opaque-token",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "text", ["{}", "could not reach {} today", "({})", "<{}>", "to={};", "key '{}' not found", "Bearer {}"]
)
def test_personal_data_inside_a_text_is_masked(secret: str, text: str) -> None:
    if secret.startswith("s3cr3t") and "Bearer" not in text:
        return

    line = masked(text.format(secret))

    assert secret not in line
    assert "***" in line


@pytest.mark.parametrize(
    "key",
    ["password", "new_password", "code", "access_token", "refresh_token", "authorization", "email", "phone", "address"],
)
def test_a_value_under_a_personal_key_is_masked_at_any_depth(key: str) -> None:
    value = masked({"items": [{"user": {key: "as it is", "user_id": "usr_1"}}]})

    assert value == {"items": [{"user": {key: "***", "user_id": "usr_1"}}]}


def test_ids_amounts_and_times_stay_readable() -> None:
    line = {
        "user_id": "usr_01JD3M0ZKQ4Y8B6V2N5T7W9XAC0F",
        "total": 199000000000,
        "at": "2030-01-01T00:00:00Z",
        "trace": "1-67891233-abcdef012345678912345678",
        "path": "/api/users/me",
    }

    assert masked(line) == line


def test_nothing_that_is_logged_carries_personal_data(written: Callable[[], str]) -> None:
    for secret in SECRETS[:4]:
        logger.info(f"code sent to {secret}", detail={"list": [secret]}, note=secret)
        logger.warning("failed for %s", secret)

    for secret in SECRETS[:4]:
        assert secret not in written()


def test_a_stack_trace_is_masked_too(written: Callable[[], str], logged: Callable[[], list[dict[str, Any]]]) -> None:
    try:
        raise RuntimeError("no such user: anna.li@example.com, 13812345678, " + TOKEN)
    except RuntimeError:
        logger.exception("lookup failed")

    (line,) = logged()
    assert "RuntimeError" in line["exception"]
    for secret in ("anna.li@example.com", "13812345678", TOKEN):
        assert secret not in written()


def test_a_line_is_one_json_object_with_its_time_in_utc(logged: Callable[[], list[dict[str, Any]]]) -> None:
    logger.info("order placed", order_id="ord_1", note='two\nlines and "quotes"')

    (line,) = logged()
    assert (line["message"], line["order_id"], line["level"]) == ("order placed", "ord_1", "INFO")
    assert line["timestamp"].endswith("+00:00")


@pytest.mark.parametrize("traced", ["Root=1-67891233-abcdef012345678912345678;Sampled=1", ""])
@pytest.mark.parametrize(
    ("message", "facts"),
    [
        ("order placed", {"order_id": "ord_1", "total": 199000000000, "share": 0.5, "gift": True, "note": None}),
        ("商品 on sale", {"detail": {"list": [1, None, "b"]}, "error": ValueError("no"), "level": "high"}),
        ('{"as": "JSON"}', {"exception": "none"}),
    ],
)
def test_a_line_is_the_one_that_powertools_writes(
    message: str, facts: dict[str, Any], traced: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", traced)
    record = logging.makeLogRecord({"msg": message, "levelname": "INFO", "funcName": "place", "lineno": 7, **facts})

    lines = []
    for kind in (_Formatter, LambdaPowertoolsFormatter):
        formatter = kind(use_rfc3339=True, utc=True)
        formatter.append_keys(service="mall", sampling_rate=None, user_id="usr_1")
        lines.append(formatter.format(record))

    assert lines[0] == lines[1]


def test_a_line_says_where_it_was_written(logged: Callable[[], list[dict[str, Any]]]) -> None:
    logger.info("plain")
    logger.info("with %s", "arguments")
    logger.info("why", exc_info=ValueError("no"))
    logger.info("on behalf of who called", stacklevel=3)

    *mine, others = logged()
    here = test_a_line_says_where_it_was_written
    first = here.__code__.co_firstlineno
    assert [line["location"] for line in mine] == [f"{here.__name__}:{first + number}" for number in (1, 2, 3)]
    assert not others["location"].startswith(here.__name__)
    assert mine[2]["exception_name"] == "ValueError"


def test_a_fact_does_not_hide_what_a_line_says_anyway() -> None:
    with pytest.raises(KeyError):
        logger.info("plain", message="something else")


def test_what_a_request_concerns_stands_on_its_later_lines(logged: Callable[[], list[dict[str, Any]]]) -> None:
    logger.clear_state()
    logger.info("before")
    concerning(order_id="ord_1", merchant_id=None, user_id="")
    logger.info("after")

    before, after = logged()
    assert "order_id" not in before
    assert after["order_id"] == "ord_1"
    assert "merchant_id" not in after
    assert "user_id" not in after


def test_a_count_is_written_in_the_embedded_metric_format(capsys: pytest.CaptureFixture[str]) -> None:
    count("OrdersPlaced")
    count("OrdersPlaced", 2)
    metrics.flush_metrics()

    line = json.loads(capsys.readouterr().out)
    assert line["OrdersPlaced"] == [1.0, 2.0]
    assert line["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Mall"


def test_a_line_of_metrics_says_what_they_are_about_and_in_what_unit(capsys: pytest.CaptureFixture[str]) -> None:
    metrics.flush_metrics()  # what other tests have counted
    capsys.readouterr()
    metrics.add_dimension("operation", "orders.place_order")
    count("Requests")
    count("Duration", 12.5, "Milliseconds")
    metrics.flush_metrics()

    line = json.loads(capsys.readouterr().out)
    assert isinstance(line["_aws"].pop("Timestamp"), int)
    assert line == {
        "_aws": {
            "CloudWatchMetrics": [
                {
                    "Namespace": "Mall",
                    "Dimensions": [["operation", "service"]],
                    "Metrics": [
                        {"Name": "Requests", "Unit": "Count"},
                        {"Name": "Duration", "Unit": "Milliseconds"},
                    ],
                }
            ]
        },
        "operation": "orders.place_order",
        "service": "mall",
        "Requests": [1.0],
        "Duration": [12.5],
    }


def test_what_was_written_is_not_written_again(capsys: pytest.CaptureFixture[str]) -> None:
    metrics.add_dimension("operation", "orders.place_order")
    count("Requests")
    metrics.flush_metrics()
    metrics.flush_metrics()
    count("Refusals")
    metrics.flush_metrics()

    _, line = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["Refusals"], line["_aws"]["CloudWatchMetrics"][0]["Dimensions"]) == ([1.0], [["service"]])
    assert "Requests" not in line


def test_a_line_of_metrics_holds_a_hundred_values_of_each(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(201):
        count("ItemsImported")
    metrics.flush_metrics()

    lines = [json.loads(line)["ItemsImported"] for line in capsys.readouterr().out.splitlines()]
    assert [len(values) for values in lines] == [100, 100, 1]


def test_an_alert_is_one_metric_whatever_operation_finds_it(capsys: pytest.CaptureFixture[str]) -> None:
    metrics.add_dimension("operation", "orders.close_payment")
    count("Requests")
    alert("PaymentExceptions")
    metrics.flush_metrics()

    line, other = map(json.loads, capsys.readouterr().out.splitlines())
    assert other["operation"] == "orders.close_payment"
    assert line["_aws"]["CloudWatchMetrics"] == [
        {"Namespace": "Mall", "Dimensions": [["service"]], "Metrics": [{"Name": "PaymentExceptions", "Unit": "Count"}]}
    ]
    assert (line["service"], line["PaymentExceptions"]) == ("mall", [1.0])
