"""Starting, stopping and dying: what a person at the keyboard sees, and what is still there afterwards."""

import os
import signal
import socket
import time
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from infra.local.emulator import HOST, Emulator
from infra.local.postgres import Postgres
from infra.local.state import State
from tests.local.conftest import LocalMall, free_port
from tests.local.test_people import ME, eventually, register

pytestmark = pytest.mark.skipif(bool(os.environ.get("MALL_USE_RUNNING")), reason="would stop the running mall")


def test_a_mall_that_was_stopped_comes_back_with_its_data_at_its_addresses_and_news_travel(mall: LocalMall) -> None:
    before = mall.description
    bucket, name = f"local-media-{mall.client('sts').get_caller_identity()['Account']}", uuid4().hex
    mall.client("s3").put_object(Bucket=bucket, Key=f"{name}.webp", Body=b"kept")
    mall.client("dynamodb").put_item(TableName="local-inbox", Item={"id": {"S": name}, "ttl": {"N": "9999999999"}})

    down = mall.run("down")
    stopped = not Emulator(mall.state).running and not Postgres(mall.state.postgres).running
    up = mall.run("up")

    assert down.returncode == 0, down.stdout
    assert stopped
    assert up.returncode == 0, up.stdout + up.stderr
    assert mall.description == before
    assert mall.client("s3").get_object(Bucket=bucket, Key=f"{name}.webp")["Body"].read() == b"kept"
    assert "Item" in mall.client("dynamodb").get_item(TableName="local-inbox", Key={"id": {"S": name}})
    assert mall.visitor.call("GET", "/api/users/me", token=mall.token("customer")).status == 200
    person = register(mall)
    consents = {"terms", "privacy"}
    eventually(lambda: consents <= {one["kind"] for one in person("GET", f"{ME}/consents")["current"] if one["last"]})


def test_after_the_emulator_died_up_says_what_is_lost_and_the_mall_works_again(mall: LocalMall) -> None:
    process = Emulator(mall.state).background.process
    assert process is not None
    process.send_signal(signal.SIGKILL)
    process.wait(10)

    up = mall.run("up")

    assert up.returncode == 0, up.stdout + up.stderr
    assert "did not stop cleanly" in up.stdout
    assert mall.visitor.call("GET", "/api/users/me", token=mall.token("customer")).status == 200


def test_it_listens_on_loopback_only(mall: LocalMall) -> None:
    emulator = Emulator(mall.state).background.process
    postmaster = int((mall.state.postgres / "data" / "postmaster.pid").read_text().split("\n")[0])
    assert emulator is not None
    processes = [
        member
        for process in (emulator, psutil.Process(postmaster))
        for member in (process, *process.children(recursive=True))
    ]

    listening = [
        connection.laddr
        for process in processes
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]

    assert {address.ip for address in listening} == {HOST}


def test_a_second_up_of_a_running_mall_changes_nothing_and_is_quick(mall: LocalMall) -> None:
    before, process = mall.description, Emulator(mall.state).background.process

    started = time.monotonic()
    up = mall.run("up")

    assert up.returncode == 0, up.stdout
    assert time.monotonic() - started < 60
    assert mall.description == before
    assert Emulator(mall.state).background.process == process


def test_a_taken_port_is_told_in_one_sentence(tmp_path: Path) -> None:
    other = LocalMall(State(tmp_path))
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]

        up = other.run("up", "--port", str(port))

    other.run("clean")
    assert up.returncode == 1
    assert f"Port {port} is taken by another program" in " ".join(up.stdout.split())
    assert "Traceback" not in up.stderr


def test_a_program_that_got_the_number_of_a_dead_emulator_is_left_alone(tmp_path: Path) -> None:
    emulator = Emulator(State(tmp_path))
    emulator.background.record.parent.mkdir(parents=True)
    emulator.background.record.write_text(f'{{"pid": {os.getpid()}, "started": 12345.0}}')

    emulator.stop()

    assert psutil.Process(os.getpid()).is_running()
    assert not emulator.background.record.exists()


def test_a_mall_that_is_not_there_is_told_in_one_sentence(tmp_path: Path) -> None:
    nothing = LocalMall(State(tmp_path)).run("status", MALL_PORT=str(free_port()))

    assert nothing.returncode == 1
    assert "There is no mall here yet" in nothing.stdout
    assert "Traceback" not in nothing.stderr
