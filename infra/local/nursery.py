"""Processes of functions, forked from one that has imported what every function imports.

On AWS, what people wait for starts from a snapshot (SnapStart). Here every function does: the emulator starts a process
for each, and for each call that comes while another is at work, and each would import the same hundred packages for
half a second. What belongs to a subsystem, its functions import themselves, as on AWS, so that who forgets an import
finds out.

Run as a program, this is the parent: it takes requests from the emulator and answers each with the number of a child.
"""

import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

# Packages of `mall` that are no subsystem.
_SHARED = ("events", "sql")
_SERVICES = ("dynamodb", "events", "kms", "s3", "secretsmanager", "sqs", "ssm", "stepfunctions")
_LONGEST_REQUEST = 1 << 20
POSSIBLE = hasattr(os, "pidfd_open")
"""Whether there is a way here to look after a process that is not one's own child: on Linux."""


class Nursery:
    """The parent of all functions that run with this `path` (`PYTHONPATH`)."""

    def __init__(self, python: str, path: str) -> None:
        self._turn = threading.Lock()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            # -P: the folder of this file is no place to import from.
            self._process = subprocess.Popen(
                [python, "-P", __file__, str(theirs.fileno())],
                env=os.environ | {"PYTHONPATH": path},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    def start(self, script: str, folder: str, environment: dict[str, str]) -> "Child":
        """Run the Python program `script` in a process of its own. Raises OSError when there is no parent any more."""
        pipes = [os.pipe() for _ in range(3)]
        theirs = [pipes[0][0], pipes[1][1], pipes[2][1]]
        ours = [pipes[0][1], pipes[1][0], pipes[2][0]]
        try:
            request = json.dumps({"script": script, "folder": folder, "environment": environment}).encode()
            with self._turn:
                socket.send_fds(self._socket, [request], theirs)
                answer = self._socket.recv(64)
            if not answer:
                raise ConnectionResetError("the parent of functions has ended")
            return Child(int(answer), *ours)
        except BaseException:
            for end in ours:
                os.close(end)
            raise
        finally:
            for end in theirs:
                os.close(end)

    def close(self) -> None:
        """Start no more; what was started goes on."""
        self._socket.close()
        self._process.wait()


class Child:
    """A process as `subprocess.Popen` shows one that is somebody else's child."""

    def __init__(self, pid: int, stdin: int, stdout: int, stderr: int) -> None:
        self.pid = pid
        self.stdin: IO[str] = os.fdopen(stdin, "w", buffering=1, encoding="utf-8")
        self.stdout: IO[str] = os.fdopen(stdout, encoding="utf-8")
        self.stderr: IO[str] = os.fdopen(stderr, encoding="utf-8")
        try:
            self._handle = os.pidfd_open(pid)
        except ProcessLookupError:
            self._handle = -1

    def __del__(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)

    def poll(self) -> int | None:
        """Something, whatever it is, once it has ended."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises subprocess.TimeoutExpired."""
        ended = self._ended(timeout)
        if ended is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return ended

    def terminate(self) -> None:
        """Ask it to end."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self._send(signal.SIGKILL)

    def _ended(self, timeout: float | None) -> int | None:
        if self._handle < 0:
            return 0
        events = select.poll()
        events.register(self._handle, select.POLLIN)
        return 0 if events.poll(None if timeout is None else timeout * 1000) else None

    def _send(self, number: signal.Signals) -> None:
        if self._handle >= 0:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)


def shared() -> Iterator[str]:
    """The modules that are imported before any function is known: what subsystems share, and what that imports."""
    yield "botocore.handlers"
    import mall  # noqa: PLC0415  (found where functions find it, by the parent alone)

    for module in pkgutil.iter_modules(mall.__path__):
        if not module.ispkg or module.name in _SHARED:
            yield f"mall.{module.name}"


def main() -> None:
    """Import what is shared, then have children until the emulator has ended."""
    requests = socket.socket(fileno=int(sys.argv[1]))
    given = set(os.environ)
    # What is written by whoever kept this stream goes where the emulator reads a function's log.
    sys.stdout = sys.stderr
    for module in shared():
        importlib.import_module(module)
    _read_services()
    gc.collect()
    # What is there now stays; looking through it would copy it into every child.
    gc.freeze()
    signal.signal(signal.SIGCHLD, _reap)
    while True:
        content, streams, _, _ = socket.recv_fds(requests, _LONGEST_REQUEST, 3)
        if not content:
            return
        request = json.loads(content)
        child = os.fork()
        if not child:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            requests.close()
            _live(request, streams, given)
        for stream in streams:
            os.close(stream)
        requests.send(str(child).encode())


def _read_services() -> None:
    """Read what botocore knows of services that most functions call: megabytes, which children then have in common."""
    from botocore import loaders, session  # noqa: PLC0415  (as `mall` above)

    loader = loaders.create_loader()
    for name in ("endpoints", "partitions", "sdk-default-configuration"):
        loader.load_data_with_path(name)
    for service in _SERVICES:
        for kind in ("service-2", "endpoint-rule-set-1"):
            loader.load_service_model(service, kind, api_version=None)
    session.create_loader = lambda *_: loader


def _live(request: dict[str, Any], streams: list[int], given: set[str]) -> None:
    """Be the process that was asked for, to its end."""
    status = 1
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        # Not what modules have added: they would not add it again.
        for name in given:
            os.environ.pop(name, None)
        os.environ.update(request["environment"])
        os.chdir(request["folder"])
        sys.argv = [request["script"]]
        sys.stdout = sys.__stdout__
        code = compile(Path(request["script"]).read_bytes(), request["script"], "exec")
        exec(code, {"__name__": "__main__"})  # noqa: S102  (what the emulator would have started an interpreter with)
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(status)


def _reap(*_: object) -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


if __name__ == "__main__":
    main()
