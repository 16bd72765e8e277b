"""Runs the real state machines, `statemachines/*.asl.json`, with our real tasks, in this process.

    def test_…(sagas):
        run = sagas.run("place_order", {"order_id": "ord_1"}, Kill("payments.charge_payment", after=1))

        assert run.succeeded
        assert run.tasks == ["inventory.reserve_stock", "payments.charge_payment", "payments.charge_payment"]

moto interprets the state machine; its call to Lambda ends in our function file instead, found by the name of the
resource: `${InventoryReserveStock}` is `functions/inventory/reserve_stock.py`. Time is simulated: a wait or the pause
before a retry moves `mall.clock` and takes no time.

Faults (each for the first attempt of a task, unless `attempts` says otherwise):

| fault                            | what happens                                                                   |
| -------------------------------- | ------------------------------------------------------------------------------ |
| `Fail(task, error)`              | the task is not run and fails with `error`                                     |
| `Fail(task, error, after=True)`  | the task is run, and its answer is lost                                        |
| `Kill(task, step)`               | the process dies when it reaches the n-th of its steps (see tests/steps.py)    |
| `Delay(task)`                    | the state machine gives up waiting; the task is run when everything is over    |
| `Delay(task, calls=n)`           | … or after n further calls                                                     |
| `Repeat(task)`                   | the task is run twice                                                          |

`run.steps` says how many steps each task took, to kill it at each of them in turn.

A state that waits for a token (`.waitForTaskToken`) waits in simulated time too. What happens meanwhile is said with
the run: `Meanwhile(after, act)` calls `act` so many seconds after the start, or when somebody first waits after that; a
token that is sent by then ends the waiting, and otherwise its time runs out at once.
"""

import functools
import importlib.util
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackOutcomeTimedOut

from mall import clock, saga
from tests import steps

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 25
_LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:"
Environment = Callable[[str], AbstractContextManager[None]]
"""The environment in which a task runs, by the task's name."""


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong with `task` in those of its `attempts` (counted from 1)."""

    task: str
    attempts: Sequence[int] = field(default=(1,), kw_only=True)


@dataclass(frozen=True)
class Fail(Fault):
    """The task fails with the error of this name."""

    error: str = "Lambda.ServiceException"
    after: bool = False


@dataclass(frozen=True)
class Kill(Fault):
    """The task's process dies at its n-th step: 0 is before it has done anything, -1 after it has done everything."""

    step: int = 0


@dataclass(frozen=True)
class Delay(Fault):
    """The answer does not come in time, and the task is run after `calls` further calls or at the very end."""

    calls: int | None = None


@dataclass(frozen=True)
class Repeat(Fault):
    """The task is run twice, as if the request had been sent twice."""


@dataclass(frozen=True)
class Meanwhile:
    """Something that happens while the state machine waits, `after` so many seconds from its start."""

    after: float
    act: Callable[[], object]


@dataclass(frozen=True)
class Run:
    """How an execution went.

    `tasks` are the tasks called, in order; `steps` how many steps the first attempt of each took; `late` what the
    delayed ones answered in the end; `seconds` how long it all took in simulated time.
    """

    status: str
    output: Any
    error: str | None
    cause: str | None
    tasks: list[str]
    steps: dict[str, int]
    late: list[Any]
    seconds: float

    @property
    def succeeded(self) -> bool:
        """Whether it came to its regular end."""
        return self.status == "SUCCEEDED"


class Sagas:
    """The state machines in `machines`, and the function files in `functions` (`<subsystem>/<task>.py`)."""

    def __init__(
        self,
        machines: Path = ROOT / "statemachines",
        functions: Path = ROOT / "functions",
        environment: Environment = lambda task: nullcontext(),
    ) -> None:
        self._environment = environment
        self._machines = machines
        self._made: dict[str, str] = {}
        self._functions = {
            saga.resource_of(name): (name, file)
            for file in sorted(functions.glob("*/*.py"))
            for name in [f"{file.parent.name}.{file.stem}"]
        }
        self._client = boto3.client("stepfunctions", region_name="us-east-1")

    def definition(self, name: str) -> dict[str, Any]:
        """The state machine `name` as it is in its file."""
        loaded: dict[str, Any] = json.loads((self._machines / f"{name}.asl.json").read_text(encoding="utf-8"))
        return loaded

    def run(self, name: str, given: Mapping[str, Any], *faults: Fault, meanwhile: Sequence[Meanwhile] = ()) -> Run:
        """Execute the state machine `name` with the input `given`, while `faults` and `meanwhile` happen."""
        execution = _Execution(self._functions, self._environment, faults, meanwhile)
        definition = json.dumps(self.definition(name))
        for resource in self._functions:
            definition = definition.replace("${" + resource + "}", _LAMBDA + resource)
        if name not in self._made:
            self._made[name] = self._client.create_state_machine(
                name=name, definition=definition, roleArn="arn:aws:iam::123456789012:role/saga"
            )["stateMachineArn"]
        with execution.in_charge():
            answer = self._finish(self._made[name], given)
            execution.finish()
        return Run(
            status=answer["status"],
            output=json.loads(answer["output"]) if "output" in answer else None,
            error=answer.get("error"),
            cause=answer.get("cause"),
            tasks=execution.tasks,
            steps=execution.steps,
            late=execution.late,
            seconds=execution.seconds,
        )

    def _finish(self, machine: str, given: Mapping[str, Any]) -> Any:
        arn = self._client.start_execution(stateMachineArn=machine, name=uuid.uuid4().hex, input=json.dumps(given))[
            "executionArn"
        ]
        until = time.monotonic() + SECONDS
        while (answer := self._client.describe_execution(executionArn=arn))["status"] == "RUNNING":
            assert time.monotonic() < until, f"the state machine does not end within {SECONDS} s"
            time.sleep(0.002)
        return answer


class _Execution:
    """One execution: takes the calls of the state machine and does to them what the faults say."""

    def __init__(
        self,
        functions: Mapping[str, tuple[str, Path]],
        environment: Environment,
        faults: Sequence[Fault],
        meanwhile: Sequence[Meanwhile],
    ) -> None:
        self._environment = environment
        self._functions = functions
        self._faults = faults
        self._attempts: Counter[str] = Counter()
        self._waiting: list[_Waiting] = []
        self._meanwhile = sorted(meanwhile, key=lambda happening: happening.after)
        # Branches of a Parallel or Map state call at the same time.
        self._lock = threading.RLock()
        self._calling: set[int] = set()
        self._start = self._now = clock.now()
        self._time = ExitStack()
        self.tasks: list[str] = []
        self.late: list[Any] = []
        self.steps: dict[str, int] = {}

    @property
    def seconds(self) -> float:
        """The simulated duration."""
        return (self._now - self._start).total_seconds()

    @contextmanager
    def in_charge(self) -> Iterator[None]:
        """Answer the calls that moto makes inside the block, and keep the time."""

        def pause(*arguments: Any) -> None:
            self._advance(arguments[-1])

        with pytest.MonkeyPatch.context() as patch, self._time:
            self._time.enter_context(clock.at(self._now))
            patch.setattr(lambda_eval_utils, "_invoke_lambda_function", self._invoke)
            patch.setattr(retrier_decl, "time", SimpleNamespace(sleep=pause))
            patch.setattr(WaitFunction, "_wait_interval", pause)
            patch.setattr(StateTaskServiceCallback, "_eval_wait_for_task_token", self._wait_for_token)
            yield

    def finish(self) -> None:
        """Let branches end that a failed one left behind, then run what is still delayed."""
        until = time.monotonic() + SECONDS
        while self._calling and time.monotonic() < until:
            time.sleep(0.002)
        self._advance(3600)
        self._run_late(lambda waiting: True)

    def _wait_for_token(self, env: Any, timeout_seconds: int, callback_endpoint: Any, heartbeat_endpoint: Any) -> Any:
        """Let happen what happens until the token is sent, or the time is over."""
        until = self._now + timedelta(seconds=timeout_seconds)
        while (outcome := callback_endpoint.get_outcome()) is None:
            due = self._start + timedelta(seconds=self._meanwhile[0].after) if self._meanwhile else until
            if not self._meanwhile or due > until:
                self._advance((until - self._now).total_seconds())
                return CallbackOutcomeTimedOut(callback_id=callback_endpoint.callback_id)
            self._advance(max((due - self._now).total_seconds(), 0))
            self._meanwhile.pop(0).act()
        return outcome

    def _advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._time.enter_context(clock.at(self._now))

    def _invoke(self, parameters: dict[str, Any], region: str, state_credentials: Any) -> dict[str, Any]:
        self._calling.add(threading.get_ident())
        try:
            return self._call(parameters)
        finally:
            self._calling.discard(threading.get_ident())

    def _call(self, parameters: dict[str, Any]) -> dict[str, Any]:
        resource = parameters["FunctionName"].rpartition(":")[2]
        task = self._functions[resource][0]
        given = json.loads(parameters["Payload"])
        with self._lock:
            self.tasks.append(task)
            self._attempts[task] += 1
            self._run_late(
                lambda waiting: waiting.calls is not None and len(self.tasks) > waiting.since + waiting.calls
            )
            return {"StatusCode": 200, **self._with_faults(task, resource, given)}

    def _with_faults(self, task: str, resource: str, given: Any) -> dict[str, Any]:
        fault = next((f for f in self._faults if f.task == task and self._attempts[task] in f.attempts), None)
        match fault:
            case Fail(error=error, after=False):
                return _failure(error, "it was to fail")
            case Fail(error=error):
                self._attempt(resource, given)
                return _failure(error, "its answer was lost")
            case Kill(step=step):
                return self._attempt(resource, given, kill_at=step)
            case Delay(calls=calls):
                self._waiting.append(_Waiting(resource, given, calls, len(self.tasks)))
                raise TimeoutError
            case Repeat():
                self._attempt(resource, given)
        return self._attempt(resource, given)

    def _attempt(self, resource: str, given: Any, kill_at: int | None = None) -> dict[str, Any]:
        task, file = self._functions[resource]
        count = 0

        def reached(step: str) -> None:
            nonlocal count
            if count == kill_at:
                raise steps.Killed(f"{task} {step}")
            count += 1

        try:
            with self._environment(task), steps.watched(reached):
                result = handler(file)(given, context())
            if kill_at is not None:
                raise steps.Killed(f"{task} before its answer")
        except steps.Killed as death:
            return _failure("Runtime.ExitError", str(death))
        except Exception as error:
            return _failure(type(error).__name__, str(error))
        finally:
            self.steps.setdefault(task, count)
        return {"Payload": json.loads(json.dumps(result))}

    def _run_late(self, due: Callable[["_Waiting"], bool]) -> None:
        for waiting in [waiting for waiting in self._waiting if due(waiting)]:
            self._waiting.remove(waiting)
            self.late.append(self._attempt(waiting.resource, waiting.given)["Payload"])


@dataclass
class _Waiting:
    resource: str
    given: Any
    calls: int | None
    since: int


@functools.cache
def handler(file: Path) -> Callable[[Any, Any], Any]:
    """The Lambda handler `app` of a function file."""
    spec = importlib.util.spec_from_file_location(f"{file.parent.name}_{file.stem}", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    app: Callable[[Any, Any], Any] = module.app
    return app


def context() -> Any:
    """What Lambda tells a function about its attempt: 30 seconds are left."""
    return SimpleNamespace(
        function_name="task",
        memory_limit_in_mb=256,
        invoked_function_arn=f"{_LAMBDA}task",
        aws_request_id="00000000-0000-4000-8000-000000000000",
        get_remaining_time_in_millis=lambda: 30_000,
    )


def _failure(error: str, message: str) -> dict[str, Any]:
    return {"FunctionError": "Unhandled", "Payload": {"errorType": error, "errorMessage": message}}
