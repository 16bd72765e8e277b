"""The emulator of AWS (MiniStack): started on loopback with IAM enforced, stopped so that its data are kept."""

import json
import shutil
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config

from infra.local.processes import Background, essentials
from infra.local.state import DEFAULT_PORT, REGION, ROOT, LocalError, State, read_json

HOST = "127.0.0.1"
_PYTHON = ROOT / ".venv-emulator" / "bin" / "python"
_PROGRAM = ROOT / "infra" / "local" / "emulated.py"
_START_SECONDS = 60
# What it holds in memory is written on a clean stop only, one file a service.
_STOP_SECONDS = 120
# How often a bucket is emptied before it is given up.
_EMPTYINGS = 5


class Emulator:
    """The emulator of one local mall."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.background = Background(state.emulator / "process.json", state.emulator / "emulator.log")

    @property
    def port(self) -> int:
        """The port it was given the first time, and keeps: addresses of queues contain it."""
        return int(self._state.remembered().get("port", DEFAULT_PORT))

    @property
    def endpoint(self) -> str:
        """The address that AWS clients talk to."""
        return f"http://{HOST}:{self.port}"

    @property
    def running(self) -> bool:
        return self.background.process is not None and _answers(self.port)

    @property
    def saved_at(self) -> float | None:
        """When its data were last put away (seconds since 1970), None when never."""
        files = list((self._state.emulator / "state").glob("*.json"))
        return max((file.stat().st_mtime for file in files), default=None)

    def start(self, wanted_port: int | None, say: Callable[[str], None]) -> None:
        """Start it on the port that this mall always had, else on `wanted_port`, else on a free one."""
        if self.running:
            if wanted_port not in {None, self.port}:
                raise LocalError(
                    f"The mall runs on port {self.port}; `make down` it before moving it to {wanted_port}."
                )
            return
        if not _PYTHON.exists():
            raise LocalError("The emulator is not installed; `make up` installs it.")
        self.background.kill()
        port = self._choose_port(wanted_port, say)
        for folder in ("state", "s3", "tmp"):
            (self._state.emulator / folder).mkdir(parents=True, exist_ok=True)
        # Folders of function workers that an unclean end left behind.
        for leftover in (self._state.emulator / "tmp").iterdir():
            shutil.rmtree(leftover, ignore_errors=True)
        # -P: the folder of the program is no place to import from.
        self.background.start([_PYTHON, "-P", _PROGRAM], self._environment(port), self._state.emulator)
        self._wait(port)
        self._state.remember(port=port)

    def stop(self) -> None:
        """Stop it; returns when its data are on the disk."""
        self.background.stop(_STOP_SECONDS)

    def client(self, service: str) -> Any:
        """A client of `service` with the rights of the account's owner."""
        return client(service, self.endpoint)

    def forget_orphaned_buckets(self) -> None:
        """Delete the buckets that no stack knows.

        The emulator writes files down at once and stacks only at a clean stop, so after a death there may be buckets
        that a deployment would run into when it makes them again.
        """
        stacks, s3 = self.client("cloudformation"), self.client("s3")
        known = {
            resource["PhysicalResourceId"]
            for stack in stacks.describe_stacks()["Stacks"]
            for page in stacks.get_paginator("list_stack_resources").paginate(StackName=stack["StackName"])
            for resource in page["StackResourceSummaries"]
            if resource["ResourceType"] == "AWS::S3::Bucket"
        }
        for name in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]} - known:
            for left in reversed(range(_EMPTYINGS)):
                for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
                    for found in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                        s3.delete_object(Bucket=name, Key=found["Key"], VersionId=found["VersionId"])
                try:
                    s3.delete_bucket(Bucket=name)
                    break
                except s3.exceptions.ClientError as error:
                    # Somebody who was at work when the emulator died has put something into it meanwhile.
                    if error.response["Error"]["Code"] != "BucketNotEmpty" or not left:
                        raise
                time.sleep(0.5)

    def _environment(self, port: int) -> dict[str, str]:
        home = self._state.emulator
        return essentials() | {
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(port),
            "MINISTACK_REGION": REGION,
            "AUTH": "true",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(home / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(home / "s3"),
            "TMPDIR": str(home / "tmp"),
            "LOG_LEVEL": "INFO",
            # Without this it opens a port of MQTT, and without the next two one of SFTP, on every interface.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "SFTP_HOST": HOST,
            # Functions run as plain processes, also where there is a Docker.
            "LAMBDA_EXECUTOR": "local",
            "DOCKER_HOST": f"unix://{home}/no-docker",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def _choose_port(self, wanted: int | None, say: Callable[[str], None]) -> int:
        settled = self._state.remembered().get("port")
        if wanted or settled:
            port = int(wanted or settled or 0)
            if not _free(port):
                raise LocalError(
                    f"Port {port} is taken by another program; free it, or choose another one: make up MALL_PORT=4600."
                )
            return port
        if _free(DEFAULT_PORT):
            return DEFAULT_PORT
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            port = int(probe.getsockname()[1])
        say(f"Port {DEFAULT_PORT} is taken by another program, so this mall uses port {port}.")
        return port

    def _wait(self, port: int) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not _answers(port):
            if self.background.process is None:
                raise LocalError(
                    f"The emulator ended while it started. Its last words:\n{self.background.last_words()}"
                )
            if time.monotonic() > deadline:
                words = self.background.last_words()
                self.background.kill()
                raise LocalError(f"The emulator did not answer within {_START_SECONDS} s. Its last words:\n{words}")
            time.sleep(0.1)

    def explain_death(self) -> str:
        """One sentence and the end of the log, for when it stopped answering."""
        return f"The emulator died. Its last words:\n{self.background.last_words()}\nStart it again with `make up`."


def client(service: str, endpoint: str) -> Any:
    """A client of `service` on the emulator at `endpoint` with the rights of the account's owner."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106  (that is what it is called there, and nobody else can reach it)
        config=Config(retries={"total_max_attempts": 2}, read_timeout=120, max_pool_connections=32),
    )  # type: ignore[call-overload]


def running(state: State) -> Emulator:
    """The emulator of a mall that runs. Raises LocalError where it does not."""
    emulator = Emulator(state)
    if not emulator.running:
        raise LocalError("The mall is not running; start it with `make up`.")
    return emulator


def described(state: State) -> dict[str, Any]:
    """What `make up` wrote about the running mall."""
    description = read_json(state.description)
    if not description:
        raise LocalError("There is no mall here yet; `make up` builds it.")
    return description


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/_ministack/health", timeout=5) as response:
            return bool(json.load(response))
    except (OSError, ValueError, urllib.error.URLError):
        return False
