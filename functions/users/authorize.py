"""Tell API Gateway who calls: its TOKEN authorizer.

A person's bearer token is verified here, offline. A merchant's signed call is let through to its endpoint, which alone
sees the body that the signature is over. The gateway keeps the answer for a minute per token.
"""

from typing import Any

import jwt  # noqa: F401  (loaded while the function starts, not while its first caller waits)

from mall import tokens
from mall.auth import NOBODY, SIGNATURE_SCHEME, Caller
from mall.observability import logger


def app(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The policy for the whole API and the caller as its context; any other token is answered 401."""
    scheme, _, credentials = event.get("authorizationToken", "").partition(" ")
    if scheme == SIGNATURE_SCHEME:
        return _allow(NOBODY, event["methodArn"])
    try:
        caller = tokens.verify(credentials if scheme.lower() == "bearer" else "")
    except tokens.TokenRefused:
        logger.info("token refused")
        # API Gateway answers 401 to exactly this message, and 500 to any other.
        raise Exception("Unauthorized") from None
    logger.info("token accepted", user_id=caller.user_id)
    return _allow(caller, event["methodArn"])


def _allow(caller: Caller, method: str) -> dict[str, Any]:
    # The whole stage, since the answer is kept for whatever the same token asks for next; endpoints check permissions.
    stage = "/".join(method.split("/")[:2])
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": f"{stage}/*"}
    return {
        "principalId": caller.user_id or "signed",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": caller.context(),
    }
