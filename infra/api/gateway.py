"""The contract as Amazon API Gateway (REST API) takes it: who authorizes, what serves, what it refuses by itself.

Functions go by convention, `<stage>-<subsystem>-<verb_noun>`, alias `live`; the role `InvokeRole` that calls them, and
the authorizer, is defined by `infra/stacks/api.yaml`, which includes this document.
"""

import copy
from typing import Any

from infra.api.contract import Document
from mall import errors

AUTHORIZER = "users.authorize"
# How long the gateway may let a token through without asking again; the authorizer's cache.
AUTHORIZED_SECONDS = 60
_FUNCTION = (
    "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
    "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Stage}-%s-%s:live/invocations"
)
_ROLE = {"Fn::GetAtt": ["InvokeRole", "Arn"]}
_UNAVAILABLE = errors.Unavailable
# What the gateway refuses by itself, in the mall's one shape.
_REFUSALS: dict[str, tuple[int, str, str]] = {
    "UNAUTHORIZED": (401, "Unauthenticated", errors.Unauthenticated.message),
    "MISSING_AUTHENTICATION_TOKEN": (404, "NotFound", errors.NotFound.message),
    "RESOURCE_NOT_FOUND": (404, "NotFound", errors.NotFound.message),
    "ACCESS_DENIED": (403, "Forbidden", errors.Forbidden.message),
    "THROTTLED": (429, "TooManyRequests", errors.TooManyRequests.message),
    "QUOTA_EXCEEDED": (429, "TooManyRequests", errors.TooManyRequests.message),
    "REQUEST_TOO_LARGE": (413, "BodyTooLarge", "The request is too large."),
    "DEFAULT_4XX": (400, "Invalid", errors.Invalid.message),
    "INTEGRATION_FAILURE": (503, "Unavailable", _UNAVAILABLE.message),
    "INTEGRATION_TIMEOUT": (503, "Unavailable", _UNAVAILABLE.message),
    "AUTHORIZER_FAILURE": (503, "Unavailable", _UNAVAILABLE.message),
    "DEFAULT_5XX": (500, "InternalServerError", "An internal server error occurred."),
}


def deployable(contract: Document) -> Document:
    """`contract` with everything that API Gateway needs to serve it."""
    document = copy.deepcopy(contract)
    # The mall's own address is CloudFront's, and the gateway makes its own of this.
    document.pop("servers", None)
    for operations in document["paths"].values():
        for operation in operations.values():
            _serve(operation)
    schemes = document["components"]["securitySchemes"]
    # A signed call comes in the same header and through the same authorizer, which cannot see the body that is signed;
    # `mall.http.Endpoint` verifies it.
    del schemes["merchant"]
    schemes["person"] |= {
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": {
            "type": "token",
            "authorizerUri": _invocation(AUTHORIZER),
            "authorizerCredentials": _ROLE,
            "authorizerResultTtlInSeconds": AUTHORIZED_SECONDS,
            "identityValidationExpression": "^([Bb]earer|MALL-ED25519) .+$",
        },
    }
    document["x-amazon-apigateway-gateway-responses"] = {
        name: _gateway_response(*refusal) for name, refusal in _REFUSALS.items()
    }
    return document


def _serve(operation: dict[str, Any]) -> None:
    # Where guests may ask too, the function itself verifies a token: the gateway's authorizer demands one.
    if {} in operation.get("security", ()):
        del operation["security"]
    if "security" in operation:
        operation["security"] = [{"person": []}]
    operation["x-amazon-apigateway-integration"] = {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": _invocation(operation["operationId"]),
        "credentials": _ROLE,
        "passthroughBehavior": "when_no_match",
    }


def _invocation(name: str) -> dict[str, str]:
    subsystem, _, function = name.partition(".")
    return {"Fn::Sub": _FUNCTION % (subsystem, function)}


def _gateway_response(status: int, code: str, message: str) -> dict[str, Any]:
    headers = {"gatewayresponse.header.Cache-Control": "'no-store'"}
    if status == 429:
        headers["gatewayresponse.header.Retry-After"] = "'1'"
    return {
        "statusCode": str(status),
        "responseParameters": headers,
        "responseTemplates": {"application/json": f'{{"Code":"{code}","Message":"{message}"}}'},
    }
