"""What a function tells its operators: JSON log lines, metrics in CloudWatch's embedded format.

One line an outcome, `logger.info("order placed", order_id=order.id)`; keyword arguments become keys of the line.
Whatever the request concerns is appended once with `concerning(...)` and stands on every later line of the request.

Personal data never reaches a log: values under a key of `_PERSONAL` are replaced, and e-mail addresses, phone
numbers, bearer tokens and JWTs inside any text are masked by the formatter itself, also in stack traces.
"""

import json
import logging
import re
import sys
import time
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import RESERVED_LOG_ATTRS, LambdaPowertoolsFormatter

from mall import config

_PERSONAL = frozenset(
    {
        *("password", "new_password", "code", "totp", "token", "access_token", "refresh_token", "secret"),
        *("authorization", "signature", "email", "phone", "identifier", "name", "recipient", "lines", "address"),
        *("birthday", "ip"),
    }
)
_MASK = "***"
# Each with what every text has that it fits, since most have it not.
_PATTERNS = (
    ("eyJ", re.compile(r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*")),  # a JWT
    ("Bearer ", re.compile(r"(?<=Bearer )\S+")),
    ("@", re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")),  # an e-mail address
    ("", re.compile(r"(?<![\w.-])\+?\d{11,15}(?![\w.-])")),  # a phone number
)


def masked(value: Any) -> Any:
    """`value` (JSON types) with personal data replaced by `***`, at any depth."""
    if isinstance(value, str):
        if len(value) > 5:
            for mark, pattern in _PATTERNS:
                if mark in value:
                    value = pattern.sub(_MASK, value)
        return value
    if isinstance(value, dict):
        return {key: _MASK if key in _PERSONAL and item else masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked(item) for item in value]
    if value is None or isinstance(value, int | float):
        return value
    # An exception, say: what it would be written as may name somebody.
    return masked(str(value))


# One of these is in every line that one of the patterns fits.
_DIGITS = re.compile(r"\d{11}")
_MARKS = tuple(mark for mark, _ in _PATTERNS if mark)
# Values that are written as they are, with nothing inside.
_PLAIN = frozenset({str, int, float, bool, type(None)})

_OF_RECORDS = frozenset(RESERVED_LOG_ATTRS)
_OF_CALLS = frozenset({"exc_info", "stack_info", "stacklevel", "extra"})

_json = json.JSONEncoder(default=str, separators=(",", ":"), ensure_ascii=False).encode


class _Formatter(LambdaPowertoolsFormatter):
    """Powertools' lines, with personal data masked; the usual line is put together without looking for the unusual."""

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info or record.args or not isinstance(record.msg, str) or record.msg.startswith(("{", "[")):
            return super().format(record)
        line: dict[str, Any] = self.log_format | {
            "level": record.levelname,
            "location": f"{record.funcName}:{record.lineno}",
            "message": record.msg,
            "timestamp": self.formatTime(record),
        }
        line.update({key: value for key, value in record.__dict__.items() if key not in _OF_RECORDS})
        line["xray_trace_id"] = self._get_latest_trace_id()
        return self.serialize({key: value for key, value in line.items() if value is not None})

    def serialize(self, log: Any) -> str:
        if _PLAIN.issuperset(map(type, log.values())) and _PERSONAL.isdisjoint(log):
            # What is nowhere in the line is in none of its values.
            text = _json(log)
            if not _DIGITS.search(text) and not any(mark in text for mark in _MARKS):
                return text
        # The formatter's own keys hold digits that only look like phone numbers.
        own = {key: log[key] for key in ("timestamp", "xray_trace_id") if key in log}
        return _json(masked(log) | own)


# Nobody reads which thread or process of the one that a function has wrote a line.
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


class _Logger(Logger):
    def info(self, msg: object, *args: object, **facts: Any) -> None:
        if args or not _OF_CALLS.isdisjoint(facts):
            facts["stacklevel"] = facts.get("stacklevel", 2) + 1
            super().info(msg, *args, **facts)
        elif self._logger.isEnabledFor(logging.INFO):
            # The usual line: whose caller is the one who wrote it, with nothing but facts.
            frame = sys._getframe(1)
            where = frame.f_code.co_filename, frame.f_lineno
            name = self._logger.name
            record = self._logger.makeRecord(name, logging.INFO, *where, msg, (), None, frame.f_code.co_name, facts)
            self._logger.handle(record)


_NAMESPACE, _SERVICE = "Mall", "mall"
_formatter = _Formatter(use_rfc3339=True, utc=True, service=_SERVICE)
logger = _Logger(service=_SERVICE, level=config.get("MALL_LOG_LEVEL", "INFO"), logger_formatter=_formatter)


class Metrics:
    """What is counted, written as one line in CloudWatch's embedded metric format, in namespace Mall.

    The format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """

    def __init__(self) -> None:
        self._dimensions: dict[str, str] = {}
        self._values: dict[str, list[float]] = {}
        self._units: dict[str, str] = {}

    def add_dimension(self, name: str, value: str) -> None:
        """Say on all metrics until the next flush what they are about."""
        self._dimensions[name] = value

    def add(self, name: str, amount: float, unit: str) -> None:
        """Add a value to a metric."""
        values = self._values.setdefault(name, [])
        values.append(float(amount))
        self._units[name] = unit
        if len(values) == _MOST_VALUES:
            self._write()

    def flush_metrics(self) -> None:
        """Write what was counted, if anything was, and begin anew."""
        if self._values:
            self._write()
        self._dimensions.clear()

    def _write(self) -> None:
        dimensions = self._dimensions | {"service": _SERVICE}
        metrics = [{"Name": name, "Unit": self._units[name]} for name in self._values]
        about = {"Namespace": _NAMESPACE, "Dimensions": [[*dimensions]], "Metrics": metrics}
        told = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [about]}
        sys.stdout.write(_json({"_aws": told, **dimensions, **self._values}) + "\n")
        self._values.clear()


# The format's own limit for a line.
_MOST_VALUES = 100
metrics = Metrics()


def begin(**ids: str | None) -> None:
    """Forget what the request before was about, and say what this one is; see `concerning`."""
    _formatter.clear_state()
    concerning(**ids)


def concerning(**ids: str | None) -> None:
    """Say what the request is about (`user_id`, `merchant_id`, `order_id`, …) on all its further log lines."""
    known = {key: value for key, value in ids.items() if value}
    _formatter.append_keys(**known)


def count(name: str, amount: float = 1, unit: str = "Count") -> None:
    """Add to the metric `name` of namespace Mall, in one of CloudWatch's units; it is written with the request's
    other metrics at its end.

    Its dimensions are `service`, and `operation` where the function says which it is (endpoints, consumers and tasks of
    sagas do): an alarm watches the metric of one operation, or that of functions that have none.
    """
    metrics.add(name, amount, unit)


def alert(name: str) -> None:
    """Add one to the metric `name` of namespace Mall at once, whatever operation finds it: for an alarm on all of them.

    Its only dimension is `service`.
    """
    alone = Metrics()
    alone.add(name, 1, "Count")
    alone.flush_metrics()
