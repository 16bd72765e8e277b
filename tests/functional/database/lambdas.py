"""A process that stands for Lambda's execution environments, to be killed with SIGKILL and started again.

A small process is forked once, loads everything, and forks the environment, which takes calls through a pipe. When
the environment dies, it says so and forks the next one, in a few milliseconds. `kill_at` names the step (see
tests/steps.py) at which the environment kills itself.

AWS stays in the test's process, where moto keeps it alive: the environment sends its requests through the same pipe.
"""

import contextlib
import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from moto.core.models import botocore_stubber

from mall import aws, nosql
from mall.observability import logger
from mall.sql import shards
from tests import steps

PATIENCE = 20.0


class Died(Exception):
    """The environment was killed before it answered."""


class Failed(Exception):
    """The function raised; the message is its traceback."""


@dataclass(frozen=True)
class Context:
    """Lambda's context object."""

    aws_request_id: str = "00000000-0000-4000-8000-000000000000"
    function_name: str = "tests"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:tests"

    def get_remaining_time_in_millis(self) -> int:
        """Enough."""
        return 30_000


class Environments:
    """Execution environments in which the `functions` run, with the environment variables `settings`.

    `first` are calls made before the first environment is forked, so that each finds everything loaded.
    """

    def __init__(
        self,
        functions: Mapping[str, Callable[[Any, Any], Any]],
        settings: Mapping[str, str],
        first: Sequence[tuple[str, Any]],
    ) -> None:
        self._functions = functions
        self._pipe, self._other_end = Pipe()
        shards.dispose()
        self._process = os.fork()
        if self._process == 0:
            self._pipe.close()
            _never_return(lambda: self._keep_one_alive(settings, first))
        self._other_end.close()
        self._answer("the first calls")

    def call(self, function: str, event: Any, kill_at: int | None = None) -> Any:
        """The function's answer. Raises Died when it reached the step `kill_at`, Failed when it raised."""
        self._pipe.send((function, event, kill_at))
        return self._answer(function)

    def close(self) -> None:
        """End both processes."""
        with contextlib.suppress(OSError):
            self._pipe.send(None)
        self._pipe.close()
        os.waitpid(self._process, 0)

    def _answer(self, function: str) -> Any:
        while True:
            if not self._pipe.poll(PATIENCE):
                raise AssertionError(f"{function} does not answer")
            outcome, value = self._pipe.recv()
            match outcome:
                case "aws":
                    method, url, headers, body = value
                    request = AWSPreparedRequest(method, url, headers, body, stream_output=False)
                    self._pipe.send(botocore_stubber.process_request(request))
                case "died":
                    raise Died
                case "failed":
                    raise Failed(value)
                case "done":
                    return value

    # --- in the other processes

    def _keep_one_alive(self, settings: Mapping[str, str], first: Sequence[tuple[str, Any]]) -> None:
        os.environ.update(settings)
        aws.forget()
        nosql.forget()
        logger.setLevel("CRITICAL")
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115  (for the rest of its life)
        botocore_stubber.process_request = self._ask_aws  # type: ignore[method-assign]
        for function, event in first:
            self._functions[function](event, Context())
        shards.dispose()
        gc.freeze()
        self._other_end.send(("done", None))
        while True:
            child = os.fork()
            if child == 0:
                _never_return(self._serve)
            _, status = os.waitpid(child, 0)
            if not os.WIFSIGNALED(status):
                return
            assert os.WTERMSIG(status) == signal.SIGKILL
            self._other_end.send(("died", None))

    def _serve(self) -> None:
        while (job := self._other_end.recv()) is not None:
            function, event, kill_at = job
            self._other_end.send(self._run(function, event, kill_at))

    def _run(self, function: str, event: Any, kill_at: int | None) -> tuple[str, Any]:
        count = 0

        def reached(step: str) -> None:
            nonlocal count
            if count == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            count += 1

        try:
            with steps.watched(reached):
                return "done", self._functions[function](event, Context())
        except Exception:
            return "failed", traceback.format_exc()

    def _ask_aws(self, request: AWSPreparedRequest) -> Any:
        self._other_end.send(("aws", (request.method, request.url, request.headers, request.body)))
        return self._other_end.recv()


def _never_return(work: Callable[[], None]) -> None:
    # Neither pytest's clean-up nor anything else of the parent may run in a forked process.
    try:
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
