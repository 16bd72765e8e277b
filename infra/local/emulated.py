"""Start the emulator, run by its own interpreter, with three gaps closed.

MiniStack 1.5.33 reports every exception of a Python function as `Runtime.HandlerError`. Lambda reports the name of its
class, and a state machine's `Catch` and `Retry` go by that name, so without this no refusal would be caught here.

It asks for a permission `sqs:SendMessageBatch`, which there is not: whoever may send a message may send ten a call.

It keeps how far functions have read the streams of tables, but not the streams: started again, it would wait until as
many records have come as before.
"""

import re
from typing import Any

from ministack import app
from ministack.core import iam_actions
from ministack.services import lambda_svc

_NAMELESS = "Runtime.HandlerError"
# The first line after a traceback's frames: "mall.users.model.NoSuchAccount: There is no such account."
_RAISED = re.compile(r"^Traceback \(most recent call last\):\n(?:[ \t].*\n|\n)+([A-Za-z_][\w.]*)(?::|$)", re.MULTILINE)


def named(result: dict[str, Any]) -> dict[str, Any]:
    """`result` of an invocation with the class of the exception as its error type, where the log shows it."""
    body = result.get("body")
    if result.get("error") and isinstance(body, dict) and body.get("errorType") == _NAMELESS:
        raised = _RAISED.findall(result.get("log") or "")
        if raised:
            body["errorType"] = raised[-1].rsplit(".", 1)[-1]
        elif body.get("errorMessage") == "Worker process died":
            body["errorType"] = "Runtime.ExitError"
    return result


def permitted(action: str | None) -> str | None:
    """The permission that AWS asks for where the emulator asks for `action`."""
    return action.removesuffix("Batch") if action and action.startswith("sqs:") else action


def restore(store: Any, positions: Any) -> None:
    """Take up where functions had read to, but for streams of tables, which begin anew."""
    if store is not lambda_svc._dynamodb_stream_positions:
        _restore(store, positions)


_restore = lambda_svc._restore_esm_positions
lambda_svc._restore_esm_positions = restore
_execute = lambda_svc._execute_function
lambda_svc._execute_function = lambda *given, **options: named(_execute(*given, **options))
_action = iam_actions.extract_iam_action
iam_actions.extract_iam_action = lambda *given, **options: permitted(_action(*given, **options))

if __name__ == "__main__":
    app.main()
