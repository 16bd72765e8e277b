"""Give a picture in a size that was not made before; called by the distribution, through the function's own address."""

import base64
from typing import Any

from mall import errors
from mall.http import from_edge, status_of
from mall.images.sizes import service
from mall.observability import count, logger, metrics

# Who asks in vain is told the same from the caches for a short time.
_CACHING = {200: "public, max-age=31536000, immutable", 503: "no-store"}
_IN_VAIN = f"public, max-age={service.ABSENT_SECONDS}"


def app(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer `/s/<picture>/<size>.<ext>?sig=…`."""
    try:
        if not from_edge(event.get("headers") or {}):
            raise errors.Forbidden
        file = service.get(*_asked(event))
    except errors.MallError as refusal:
        status, body, kind = status_of(type(refusal)), refusal.code, "text/plain"
        logger.info("refused", error=refusal.code)
    else:
        status, body, kind = 200, base64.b64encode(file.content).decode(), file.type
    service.after_call()
    metrics.add_dimension("operation", "images.get_size")
    count("Requests")
    metrics.flush_metrics()
    return {
        "statusCode": status,
        "headers": {
            "Content-Type": kind,
            "Cache-Control": _CACHING.get(status, _IN_VAIN),
            "X-Content-Type-Options": "nosniff",
        },
        "body": body,
        "isBase64Encoded": status == 200,
    }


def _asked(event: dict[str, Any]) -> tuple[str, str, str]:
    match event["rawPath"].split("/"):
        case ["", "s", id, name]:
            return id, name, str((event.get("queryStringParameters") or {}).get("sig", ""))
    raise errors.NotFound
