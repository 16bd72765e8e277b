"""Start the emulator, run by its own interpreter, with nine gaps closed.

MiniStack 1.5.33 reports every exception of a Python function as `Runtime.HandlerError`. Lambda reports the name of its
class, and a state machine's `Catch` and `Retry` go by that name, so without this no refusal would be caught here.

It asks for a permission `sqs:SendMessageBatch`, which there is not: whoever may send a message may send ten a call.

It keeps how far functions have read the streams of tables, but not the streams: started again, it would wait until as
many records have come as before.

It hands ten messages of a queue at most to a function, and at once, whatever batch the function asks for and however
long it is willing to wait for one. Lambda gathers a batch, so without this whoever shares work among the messages of
a batch would look as if they did not.

It knows no groups of origins: what the first has not would not be asked of the second.

It starts a new interpreter for every function, which then imports what every function imports; see `nursery`. And it
keeps each for ever: a hundred megabytes for every function that was once called.

It does not know whose a task token is, and asks for the permission to answer to it on every resource. On AWS that is a
permission on the state machine which waits; and where none waits any more, the answer is that there is no such task.

It looks through the sessions of roles whenever one begins, and fails where another begins meanwhile: a function that is
called for the first time, as another is, was answered for with an error.

It waits for the answer to a task token also where the function that was given the token has failed. On AWS the task has
failed then, so without this neither its `Retry` nor its `Catch` would hear of it.
"""

import json
import re
import subprocess
import sys
import threading
import time
from contextvars import ContextVar
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack import app
from ministack.core import iam_actions, lambda_runtime
from ministack.services import cloudfront, lambda_svc, sqs, stepfunctions, sts

sys.path.append(str(Path(__file__).parents[2]))
from infra.local.nursery import POSSIBLE, Nursery

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


def permitted(action: str | None, body: bytes) -> str | None:
    """The permission that AWS asks for where the emulator asks for `action`; None where it asks for none."""
    if action and action.startswith("states:SendTask") and _token(body) not in _waiting:
        return None
    return action.removesuffix("Batch") if action and action.startswith("sqs:") else action


_at_work: ContextVar[str] = ContextVar("the state machine whose task is at work", default="")
_token_told: ContextVar[str] = ContextVar("the token that the task at work was told", default="")
_waiting: dict[str, str] = {}
"""The state machines that wait, by their tokens."""


def work(state: Any, given: Any, execution: dict[str, Any], context: Any) -> Any:
    """Execute a task of a state machine."""
    _at_work.set(execution["stateMachineArn"])
    return _work(state, given, execution, context)


def wait(resource: str, given: Any, token: str, state: Any) -> Any:
    """Execute a task and wait for whoever answers with its token."""
    _waiting[token] = _at_work.get()
    told = _token_told.set(token)
    try:
        return _wait(resource, given, token, state)
    finally:
        _token_told.reset(told)
        del _waiting[token]


def call(function: str, given: Any) -> Any:
    """Call a function for a state machine; the failure of one that was told a token ends the waiting."""
    try:
        return _call(function, given)
    except stepfunctions._ExecutionError as failure:
        # An answer that the function has sent before is the one that counts.
        task = stepfunctions._task_tokens.get(_token_told.get())
        if task and not task["event"].is_set():
            task["error"] = {"Error": failure.error, "Cause": failure.cause}
            task["event"].set()
        raise


def resource(service: str, method: str, path: str, headers: Any, body: bytes, *more: Any) -> str:
    """What a request wants to touch; an answer to a task token, the state machine that waits for it."""
    if service == "states" and (machine := _waiting.get(_token(body))):
        return machine
    return str(_resource(service, method, path, headers, body, *more))


def _token(body: bytes) -> str:
    """The task token in a request, "" where there is none."""
    try:
        return str(json.loads(body).get("taskToken") or "")
    except (ValueError, AttributeError):
        return ""


def forget_sessions() -> None:
    """Forget the sessions of roles that are over, while others begin."""
    for key, session in list(sts._sessions.items()):
        if sts._session_expired(session):
            sts._sessions.pop(key, None)


def restore(store: Any, positions: Any) -> None:
    """Take up where functions had read to, but for streams of tables, which begin anew."""
    if store is not lambda_svc._dynamodb_stream_positions:
        _restore(store, positions)


def gathered(waiting: list[float], *, wanted: int, window: float, now: float) -> bool:
    """Whether a batch is complete: as many messages as are wanted, or one that has waited for so many seconds.

    `waiting` are the times since when its messages may be received.
    """
    return bool(waiting) and (len(waiting) >= wanted or now - min(waiting) >= window)


def receive(queue_url: str, wanted: int) -> list[dict[str, Any]]:
    """The messages of a batch for the function that is fed by a queue, once it is complete."""
    with sqs._queues_lock:
        queue = sqs._get_q(queue_url)
        sqs._expire_retained(queue)
        sqs._dlq_sweep(queue)
        now = time.time()
        waiting = [since for message in queue["messages"] if (since := message.get("visible_at", now)) <= now]
        # Nearly always nothing waits, and all queues are looked at many times a second.
        if not waiting:
            return []
        if not gathered(waiting, wanted=wanted, window=_window(queue["attributes"].get("QueueArn")), now=now):
            return []
        found: list[dict[str, Any]] = sqs._collect_msgs(queue, wanted, int(queue["attributes"]["VisibilityTimeout"]))
        return found


def _window(arn: str | None) -> float:
    mappings = (mapping for _, _, mapping in lambda_svc._iter_all_esms() if mapping.get("EventSourceArn") == arn)
    return max((float(mapping.get("MaximumBatchingWindowInSeconds") or 0) for mapping in mappings), default=0)


def with_groups(distribution: dict[str, Any]) -> dict[str, Any]:
    """What a distribution serves, with its groups of origins among its origins."""
    parsed: dict[str, Any] = _parse(distribution)
    groups = cloudfront._find(cloudfront._dist_config_el(distribution), "OriginGroups")
    for group in _inside(groups, "Items", "OriginGroup"):
        codes = _inside(cloudfront._find(group, "FailoverCriteria"), "StatusCodes", "Items", "StatusCode")
        members = _inside(cloudfront._find(group, "Members"), "Items", "OriginGroupMember")
        parsed["origins"][cloudfront._text(group, "Id")] = {
            "id": cloudfront._text(group, "Id"),
            "domain_name": "a group",
            "members": [parsed["origins"][cloudfront._text(member, "OriginId")] for member in members],
            "statuses": {int(code.text) for code in codes},
        }
    return parsed


async def fetch(origin: dict[str, Any], method: str, *request: Any) -> Any:
    """What an origin answers; of a group, the second where the first answers so that it has to be asked."""
    if "members" not in origin:
        return await _fetch(origin, method, *request)
    first, second = origin["members"]
    answer = await _fetch(first, method, *request)
    failed = answer[0] in origin["statuses"] and method in {"GET", "HEAD", "OPTIONS"}
    return await _fetch(second, method, *request) if failed else answer


# Longer than from one run of a schedule to the next.
_IDLE_SECONDS = 90
_nurseries: dict[tuple[str, str], Nursery] = {}
_birth = threading.Lock()


def start(command: list[str], *, cwd: str, env: dict[str, str], **options: Any) -> Any:
    """Start the process of a function; one of the mall is forked where that is possible."""
    if POSSIBLE and command[0] == sys.executable and "MALL_RELEASE" in env:
        key = env["PYTHONPATH"], env["MALL_RELEASE"]
        try:
            return _nursery(key).start(command[1], cwd, env)
        except OSError:
            # Its reason stands in the log. A new interpreter says what is wrong to whoever called the function.
            with _birth:
                _nurseries.pop(key, None)
    return subprocess.Popen(command, cwd=cwd, env=env, **options)


def _nursery(key: tuple[str, str]) -> Nursery:
    """The parent of functions with this path and of this release; while a new release is deployed there are two."""
    with _birth:
        if key not in _nurseries:
            _nurseries[key] = Nursery(sys.executable, key[0])
        for old in list(_nurseries)[:-2]:
            _nurseries.pop(old).close()
        return _nurseries[key]


def reap(ttl: float = _IDLE_SECONDS) -> int:
    """End the processes that nobody has called for so long; another is soon there when somebody does."""
    idle = []
    with lambda_runtime._lock:
        for key, workers in list(lambda_runtime._workers.items()):
            found = [one for one in workers if not one.in_use and time.time() - one.last_used >= ttl]
            lambda_runtime._workers[key] = [one for one in workers if one not in found]
            idle += found
    lambda_runtime.kill_workers(idle)
    return len(idle)


def _inside(element: Any, *names: str) -> list[Any]:
    """The elements at the end of a path of names."""
    found = [] if element is None else [element]
    for name in names:
        found = [child for one in found for child in one if cloudfront._local_tag_name(child) == name]
    return found


_parse, cloudfront.parse_distribution_dataplane_config = cloudfront.parse_distribution_dataplane_config, with_groups
_fetch, cloudfront._fetch_from_origin = cloudfront._fetch_from_origin, fetch
sqs._receive_messages_for_esm = receive
sts._evict_expired_sessions = forget_sessions
lambda_runtime.subprocess = SimpleNamespace(**{**vars(subprocess), "Popen": start})  # type: ignore[assignment]
if POSSIBLE:
    lambda_svc.reap_idle_workers = reap
_restore = lambda_svc._restore_esm_positions
lambda_svc._restore_esm_positions = restore
_work, stepfunctions._execute_task = stepfunctions._execute_task, work
_wait, stepfunctions._invoke_with_callback = stepfunctions._invoke_with_callback, wait
_call, stepfunctions._call_lambda = stepfunctions._call_lambda, call
_resource, iam_actions.extract_resource_arn = iam_actions.extract_resource_arn, resource
_execute = lambda_svc._execute_function
lambda_svc._execute_function = lambda *given, **options: named(_execute(*given, **options))
_action = iam_actions.extract_iam_action
iam_actions.extract_iam_action = lambda *given: permitted(_action(*given), given[4])

if __name__ == "__main__":
    app.main()
