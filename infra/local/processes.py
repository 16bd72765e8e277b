"""A process in the background, remembered by its number and the moment it started.

A number alone is not enough: after a restart of the machine the same number belongs to somebody else's program, and
that one must never be stopped.
"""

import contextlib
import os
import subprocess
from pathlib import Path

import psutil

from infra.local.state import LocalError, read_json, write_json


class Background:
    """The process recorded in `record`, whose output goes to `log`."""

    def __init__(self, record: Path, log: Path) -> None:
        self.record = record
        self.log = log

    @property
    def process(self) -> psutil.Process | None:
        """The running process, or None when it ended or its number went to another program."""
        known = read_json(self.record)
        try:
            process = psutil.Process(known["pid"])
            ours = abs(process.create_time() - known["started"]) < 1 and process.status() != psutil.STATUS_ZOMBIE
        except (KeyError, psutil.NoSuchProcess, psutil.AccessDenied):
            return None
        return process if ours else None

    @property
    def died(self) -> bool:
        """Whether it ended without having been stopped: by a crash, or with the machine."""
        return self.record.exists() and self.process is None

    def start(self, command: list[str | Path], environment: dict[str, str], folder: Path) -> None:
        """Run `command` with nothing but `environment`, detached from this terminal."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            child = subprocess.Popen(
                command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
        started = psutil.Process(child.pid).create_time()
        write_json(self.record, {"pid": child.pid, "started": started})

    def stop(self, patience: float) -> None:
        """Ask it to end and wait `patience` seconds for it to put its data away; the record goes when it has."""
        process = self.process
        if process is not None:
            helpers = process.children(recursive=True)
            process.terminate()
            try:
                process.wait(patience)
            except psutil.TimeoutExpired:
                raise LocalError(
                    f"Process {process.pid} did not stop within {patience:.0f} s; its log is {self.log}."
                ) from None
            _end(helpers)
        self.record.unlink(missing_ok=True)

    def kill(self) -> None:
        """End it at once, losing what it has not put away."""
        process = self.process
        if process is not None:
            _end([process, *process.children(recursive=True)])
        self.record.unlink(missing_ok=True)

    def last_words(self, lines: int = 12) -> str:
        """The end of its log."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


def _end(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in psutil.wait_procs(processes, timeout=3)[1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def essentials() -> dict[str, str]:
    """The few variables that a program in the background gets from whoever starts it; no secrets."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "TZ") if name in os.environ}
