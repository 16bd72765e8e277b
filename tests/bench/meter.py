"""The mall in this process, its events handed on by hand, with everything counted that its functions spend.

Functions run one at a time in this thread; what counts is the thread's CPU, less what moto takes below botocore to
stand for the services that AWS runs. PostgreSQL's CPU is that of its processes. What else a function causes is kept
until it is asked for, so that it can be told what belongs to which step:

    nudges      of the relay of the outbox       `mall.relay()` runs it
    news        that came to the bus             `mall.deliver("orders.on_payment_succeeded")` feeds their consumers
    tasks       that a state machine started     `mall.work("orders.open_payment")` runs them until that one

The state machines are the real ones, interpreted by moto; each state that is entered is a transition.
"""

import contextlib
import json
import queue
import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import thread_time
from typing import Any

import psycopg
from moto.core.botocore_stubber import BotocoreStubber

from infra.local.postgres import Postgres
from mall import clock
from tests.bench import units
from tests.bench.prices import Bill
from tests.bench.surroundings import Counted, ServerCpu
from tests.fixtures import aws, gateway, stacks

ROOT = Path(__file__).resolve().parents[2]
_PATIENCE_SECONDS = 20
_SERVICES = {
    "DynamoDB": "dynamodb", "AmazonSQS": "sqs", "AWSEvents": "events", "AWSStepFunctions": "states",
    "TrentService": "kms", "AmazonSSM": "ssm", "secretsmanager": "secretsmanager",
}  # fmt: skip


@dataclass
class Step:
    """What a part of an operation took so far."""

    name: str
    functions: float = 0.0
    postgres: float = 0.0
    statements: int = 0
    transitions: int = 0
    invocations: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    bill: Bill = field(default_factory=Bill)

    @property
    def cpu(self) -> float:
        """Seconds of CPU of functions and of PostgreSQL."""
        return self.functions + self.postgres


class MeteredMall:
    """`with MeteredMall(server, stacks.read()) as mall:` inside `mock_aws`, with the mall's resources provided."""

    def __init__(self, server: Postgres, description: stacks.Mall, log: Counted) -> None:
        self._cpu = ServerCpu(server)
        self._url = server.url("mall_0").replace("+psycopg", "")
        self._description, self._log = description, log
        self._memory = _memory()
        self._listeners = _listeners()
        self._store_seconds = 0.0
        self._answering = False
        self._statements = 0
        self._commits = 0
        self._tasks: queue.Queue[_Invocation] = queue.Queue()
        self._executions: deque[str] = deque()
        self.nudges: deque[str] = deque()
        self.news: deque[tuple[str, dict[str, Any]]] = deque()
        self.steps: dict[str, Step] = {}
        self.step = Step("")

    # ── What happens ────────────────────────────────────────────────────────────────────────────────────────────────

    @contextlib.contextmanager
    def during(self, name: str) -> Iterator[None]:
        """Whatever runs inside belongs to the step of that name; to no step at all where it is empty."""
        before, self.step = self.step, self.steps.setdefault(name, Step(name)) if name else Step("")
        try:
            yield
        finally:
            self.step = before

    def ask(self, name: str, **request: Any) -> gateway.Answer:
        """Call an endpoint as the gateway does; the arguments are those of `gateway.request`."""
        operation = aws.function(name).app.operation
        response = self.call(name, gateway.request(operation.method, operation.path, **request))
        self.step.bill.charge("gateway_rest_requests", 1)
        self.step.bill.charge("transfer_out_gb", len(response["body"] or "") / 1e9)
        return gateway.Answer.of(response)

    def relay(self) -> None:
        """Run the relay of the outbox once for each nudge so far."""
        while self.nudges:
            self.step.bill.message()
            self.call("database.relay_outbox", _batch(self.nudges.popleft()))

    def deliver(self, *consumers: str) -> None:
        """Hand the news so far to these consumers, or to all; what others are to hear stays."""
        for _ in range(len(self.news)):
            consumer, envelope = self.news.popleft()
            if consumers and consumer not in consumers:
                self.news.append((consumer, envelope))
                continue
            self.step.bill.message()
            answer = self.call(consumer, _batch(json.dumps(envelope)))
            assert not answer["batchItemFailures"], (consumer, envelope)

    def work(self, last: str) -> None:
        """Run what state machines have to do, until the task `last` has been done."""
        task = ""
        while task != last:
            try:
                invocation = self._tasks.get(timeout=_PATIENCE_SECONDS)
            except queue.Empty:
                raise AssertionError(f"no state machine came to {last}") from None
            task = invocation.task
            self._run(invocation)

    def _run(self, invocation: "_Invocation") -> None:
        try:
            invocation.answer = {"Payload": self.call(invocation.task, invocation.given)}
        finally:
            # A refusal is none of what is measured: it is raised here, and the state machine gets no answer.
            invocation.done.set()

    def finish(self) -> None:
        """Run what state machines still have to do, until all of them are over, and count their transitions."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while self._executions:
            with contextlib.suppress(queue.Empty):
                self._run(self._tasks.get(timeout=0.001))
            with self.during(""):
                status = self._machines.describe_execution(executionArn=self._executions[0])["status"]
            assert time.monotonic() < until, "the state machine does not come to its end"
            if status != "RUNNING":
                assert status == "SUCCEEDED", f"the state machine ended as {status}"
                self._count_transitions(self._executions.popleft())

    def _count_transitions(self, execution: str) -> None:
        with self.during(""):
            pages = self._machines.get_paginator("get_execution_history").paginate(executionArn=execution)
            entered = sum(event["type"].endswith("StateEntered") for page in pages for event in page["events"])
        # The step into the first state counts, and so does the one to the end.
        self.step.transitions += entered + 1
        self.step.bill.charge("workflow_transitions", entered + 1)

    def call(self, name: str, event: Mapping[str, Any]) -> Any:
        """Call a function with an event as it is, and count what that takes."""
        function, context, step = aws.function(name), gateway.Context(name), self.step
        calls, statements, commits, logged = step.calls.total(), self._statements, self._commits, self._log.count
        # In this order: what the observer asks is none of what the function causes.
        written = self._written()
        server = self._cpu.seconds()
        with aws._environment(self._description.environments[name]):
            self._store_seconds, started = 0.0, thread_time()
            try:
                return function.app(dict(event), context)
            finally:
                spent = thread_time() - started - self._store_seconds
                statements = self._statements - statements
                step.functions += spent
                step.postgres += (database := self._cpu.seconds() - server)
                step.statements += statements
                step.invocations[name] += 1
                step.bill.run(
                    cpu=spent,
                    megabytes=self._memory[name],
                    store_calls=step.calls.total() - calls,
                    statements=statements,
                )
                step.bill.database(cpu=database, written=self._written() - written, commits=self._commits - commits)
                step.bill.charge("log_gb", (self._log.count - logged) / 1e9)

    # ── How it is counted ───────────────────────────────────────────────────────────────────────────────────────────

    def __enter__(self) -> "MeteredMall":
        from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
        from sqlalchemy import Engine
        from sqlalchemy import event as hooks

        self._stack = contextlib.ExitStack()
        # Autocommitting, so that it sees what others write and holds nothing open.
        self._observer = self._stack.enter_context(psycopg.connect(self._url, autocommit=True))
        for owner, attribute, replacement in (
            (BotocoreStubber, "process_request", self._answer(BotocoreStubber.process_request)),
            (lambda_eval_utils, "_invoke_lambda_function", self._invoked),
            (threading.Thread, "start", self._start(threading.Thread.start)),
        ):
            self._stack.callback(setattr, owner, attribute, getattr(owner, attribute))
            setattr(owner, attribute, replacement)
        for name, hook in (("before_cursor_execute", self._executing), ("commit", self._committing)):
            hooks.listen(Engine, name, hook)
            self._stack.callback(hooks.remove, Engine, name, hook)
        self._machines = aws.boto3.client("stepfunctions")
        _install_machines(self._machines, self._description)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _answer(self, ask: Callable[..., Any]) -> Callable[..., Any]:
        def process_request(stubber: BotocoreStubber, request: Any) -> Any:
            if threading.current_thread() is not threading.main_thread() or self._answering or not self.step.name:
                return ask(stubber, request)
            started, self._answering = thread_time(), True
            try:
                service, operation, body = _asked(request)
                sizes = units.before(operation, body) if service == "dynamodb" else {}
                answer = ask(stubber, request)
                self._note(service, operation, body, answer, sizes)
                return answer
            finally:
                self._answering = False
                self._store_seconds += thread_time() - started

        return process_request

    def _note(self, service: str, operation: str, body: dict[str, Any], answer: Any, sizes: dict[str, int]) -> None:
        self.step.calls[f"{service}.{operation}"] += 1
        bill, answered = self.step.bill, json.loads(answer[2] or "{}")
        match service, operation:
            case "dynamodb", _:
                cost = units.of(operation, body, answered, sizes)
                bill.charge("dynamodb_read_units", cost.read)
                bill.charge("dynamodb_write_units", cost.write)
            case "events", "PutEvents":
                for entry in body["Entries"]:
                    bill.charge("bus_events", 1)
                    envelope = {"detail-type": entry["DetailType"], "detail": json.loads(entry["Detail"])}
                    self.news += [(name, envelope) for name in self._listeners.get(entry["DetailType"], ())]
            case "sqs", "SendMessage" if body["QueueUrl"].endswith("database-relay_outbox"):
                self.nudges.append(body["MessageBody"])
            case "states", "StartExecution":
                self._executions.append(answered["executionArn"])
            case "states" | "ssm" | "secretsmanager", _:
                pass
            case _:
                raise AssertionError(f"{service}.{operation} has neither a price nor a follower here")

    def _invoked(self, parameters: dict[str, Any], region: str, state_credentials: Any) -> dict[str, Any]:
        """In a thread of the interpreter: have the function run by the thread that is measured."""
        resource = parameters["FunctionName"].rpartition(":")[2]
        invocation = _Invocation(_tasks()[resource], json.loads(parameters["Payload"]))
        self._tasks.put(invocation)
        assert invocation.done.wait(_PATIENCE_SECONDS), f"nobody has run {invocation.task}"
        return {"StatusCode": 200, **invocation.answer}

    def _start(self, start: Callable[..., None]) -> Callable[..., None]:
        def refuse(thread: threading.Thread) -> None:
            running = self.step.name and threading.current_thread() is threading.main_thread()
            assert not running or self._answering, "a function starts a thread, whose CPU would not be counted"
            start(thread)

        return refuse

    def _executing(self, *_: Any) -> None:
        self._statements += 1

    def _committing(self, *_: Any) -> None:
        self._commits += 1

    def _written(self) -> int:
        found = self._observer.execute("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint").fetchone()
        assert found is not None
        return int(found[0])


@dataclass
class _Invocation:
    task: str
    given: dict[str, Any]
    done: threading.Event = field(default_factory=threading.Event)
    answer: dict[str, Any] = field(default_factory=dict)


def _asked(request: Any) -> tuple[str, str, dict[str, Any]]:
    """The service, the operation and what it is given, of a request in one of AWS's JSON protocols."""
    target = request.headers.get("X-Amz-Target") or b""
    target = target.decode() if isinstance(target, bytes) else target
    family, _, operation = target.partition(".")
    service = _SERVICES.get(family.partition("_")[0], family or request.url)
    body = request.body.decode() if isinstance(request.body, bytes) else request.body
    return service, operation, json.loads(body or "{}")


def _batch(*bodies: str) -> dict[str, Any]:
    """The messages of a queue as Lambda gets them."""
    sent = str(int(clock.now().timestamp() * 1000))
    return {
        "Records": [
            {
                "messageId": str(uuid.uuid4()),
                "receiptHandle": "of the measurement",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": sent},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:{stacks.REGION}:{stacks.ACCOUNT}:of-the-measurement",
                "awsRegion": stacks.REGION,
            }
            for body in bodies
        ]
    }


def _listeners() -> dict[str, list[str]]:
    """Which consumers hear which news: a rule goes by the name of the function that its queue feeds."""
    found: dict[str, list[str]] = {}
    for stack in stacks.tree():
        for resource in stack.template["Resources"].values():
            if resource["Type"] == "AWS::Events::Rule" and _there(stack, resource):
                properties = stack.value(resource["Properties"])
                subsystem, name = properties["Name"].removeprefix(f"{stacks.STAGE}-").split("-", 1)
                for news in _split(properties["EventPattern"].get("detail-type", [])):
                    found.setdefault(news, []).append(f"{subsystem}.{name}")
    return found


def _there(stack: Any, resource: Mapping[str, Any]) -> bool:
    return "Condition" not in resource or bool(stack.holds(resource["Condition"]))


def _split(names: Any) -> list[str]:
    return names.split(",") if isinstance(names, str) else list(names)


def _memory() -> dict[str, int]:
    """The megabytes that each function is given."""
    found = {}
    for stack in stacks.tree():
        usual = stack.template.get("Globals", {}).get("Function", {}).get("MemorySize", 128)
        for resource in stack.template["Resources"].values():
            if resource["Type"] == "AWS::Serverless::Function":
                properties = resource["Properties"]
                found[stack.function(properties)] = int(stack.value(properties.get("MemorySize", usual)))
    return found


def _tasks() -> dict[str, str]:
    from mall import saga

    files = (ROOT / "functions").glob("*/*.py")
    return {saga.resource_of(name): name for file in files for name in [f"{file.parent.name}.{file.stem}"]}


def _install_machines(client: Any, description: stacks.Mall) -> None:
    """Put the real definitions into the state machines that the fixtures made, to which the templates' names lead."""
    for machine in description.resources:
        if machine.type == "AWS::Serverless::StateMachine":
            text = (ROOT / "statemachines" / Path(machine.properties["DefinitionUri"]).name).read_text(encoding="utf-8")
            for name in machine.properties.get("DefinitionSubstitutions", {}):
                arn = f"arn:aws:lambda:{stacks.REGION}:{stacks.ACCOUNT}:function:{name}"
                text = text.replace(f"${{{name}}}", arn)
            client.update_state_machine(stateMachineArn=_arn(client, machine.name), definition=text)


def _arn(client: Any, name: str) -> str:
    pages = client.get_paginator("list_state_machines").paginate()
    return next(
        str(found["stateMachineArn"]) for page in pages for found in page["stateMachines"] if found["name"] == name
    )
