"""What a function tells its operators: JSON log lines, metrics in CloudWatch's embedded format, traces.

One line an outcome, `logger.info("order placed", order_id=order.id)`; keyword arguments become keys of the line.
Whatever the request concerns is appended once with `concerning(...)` and stands on every later line of the request.

Personal data never reaches a log: values under a key of `_PERSONAL` are replaced, and e-mail addresses, phone
numbers, bearer tokens and JWTs inside any text are masked by the formatter itself, also in stack traces.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import Metrics, MetricUnit, single_metric

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


class _Formatter(LambdaPowertoolsFormatter):
    def serialize(self, log: Any) -> str:
        # The formatter's own keys hold digits that only look like phone numbers.
        own = {key: log[key] for key in ("timestamp", "xray_trace_id") if key in log}
        return super().serialize(masked(log) | own)


logger = Logger(
    service="mall", level=config.get("MALL_LOG_LEVEL", "INFO"), logger_formatter=_Formatter(use_rfc3339=True, utc=True)
)
_NAMESPACE, _SERVICE = "Mall", "mall"
metrics = Metrics(namespace=_NAMESPACE, service=_SERVICE)


def concerning(**ids: str | None) -> None:
    """Say what the request is about (`user_id`, `merchant_id`, `order_id`, …) on all its further log lines."""
    known = {key: value for key, value in ids.items() if value}
    if known:
        logger.append_keys(**known)


def count(name: str, amount: float = 1, unit: MetricUnit = MetricUnit.Count) -> None:
    """Add to the metric `name` of namespace Mall; it is written with the request's other metrics at its end.

    Its dimensions are `service`, and `operation` where the function says which it is (endpoints, consumers and tasks of
    sagas do): an alarm watches the metric of one operation, or that of functions that have none.
    """
    metrics.add_metric(name=name, unit=unit, value=amount)


def alert(name: str) -> None:
    """Add one to the metric `name` of namespace Mall at once, whatever operation finds it: for an alarm on all of them.

    Its only dimension is `service`.
    """
    of = {"service": _SERVICE}
    with single_metric(name=name, unit=MetricUnit.Count, value=1, namespace=_NAMESPACE, default_dimensions=of):
        pass


@contextmanager
def traced(name: str) -> Iterator[None]:
    """A subsegment `name` of the request's X-Ray trace around the block, where the function is traced at all."""
    tracer = _tracer()
    if tracer is None:
        yield
        return
    with tracer.provider.in_subsegment(f"## {name}"):
        yield


def _tracer() -> Any:
    # The X-Ray SDK costs 150 ms of import, so a function pays for it only where somebody looks at its traces.
    if config.get("MALL_TRACING", "off") != "on":
        return None
    from aws_lambda_powertools import Tracer  # noqa: PLC0415

    return Tracer(service="mall")
