"""Answer for a page that is not there; called by the distribution, through the function's own address."""

import base64
from typing import Any

from mall.http import from_edge
from mall.observability import count, metrics
from mall.pages.files import service

# Soon something may be published there. (`s-maxage` is what the caches go by.)
_CACHING = "public, max-age=0, s-maxage=10, must-revalidate"


def app(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer `/p/prd_…/index.html.br` with 404 and the page of missing pages, in its language and encoding."""
    metrics.add_dimension("operation", "pages.show_missing")
    count("Requests")
    metrics.flush_metrics()
    headers = {"Cache-Control": _CACHING, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    if not from_edge(event.get("headers") or {}):
        return {"statusCode": 403, "headers": headers | {"Content-Type": "text/plain"}, "body": "Forbidden"}
    found = service.missing(event["rawPath"])
    if found.encoding:
        headers["Content-Encoding"] = found.encoding
    return {
        "statusCode": 404,
        "headers": headers | {"Content-Type": found.content_type},
        "body": base64.b64encode(found.body).decode(),
        "isBase64Encoded": True,
    }
