"""Functions of the local mall, forked from one process that has imported what they share, are each on their own."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.nursery import POSSIBLE, Child, Nursery
from infra.local.templates import MALL

# What the emulator runs: a line in, a line out, and everything that is printed is a line of the log.
_PROGRAM = """
import json, os, sys
out, sys.stdout = sys.stdout, sys.stderr
for line in sys.stdin:
    print("a line of the log")
    out.write(json.dumps(eval(line, {"os": os, "sys": sys})) + "\\n")
    out.flush()
"""

pytestmark = pytest.mark.skipif(not POSSIBLE, reason="functions are forked on Linux only")
Start = Callable[..., Child]


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """The parent."""
    parent = Nursery(sys.executable, str(MALL))
    yield parent
    parent.close()


@pytest.fixture
def start(nursery: Nursery, tmp_path: Path) -> Iterator[Start]:
    """Have a child with these variables in its environment."""
    script = tmp_path / "program.py"
    script.write_text(_PROGRAM)
    children = []

    def born(**environment: str) -> Child:
        children.append(nursery.start(str(script), str(tmp_path), environment))
        return children[-1]

    yield born
    for child in children:
        child.kill()
        child.wait(5)


def ask(child: Child, question: str) -> Any:
    """What a child says to a question, an expression of Python."""
    child.stdin.write(question + "\n")
    child.stdin.flush()
    return json.loads(child.stdout.readline())


def test_a_child_has_the_environment_the_folder_and_the_streams_that_it_was_given(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = start(MALL_STAGE="one"), start(MALL_STAGE="other", MALL_BUS="a bus")

    assert ask(one, "[os.environ.get('MALL_STAGE'), os.environ.get('MALL_BUS'), 'HOME' in os.environ]") == [
        "one",
        None,
        False,
    ]
    assert ask(other, "[os.environ['MALL_STAGE'], os.environ['MALL_BUS']]") == ["other", "a bus"]
    assert ask(one, "os.getcwd()") == str(tmp_path)
    assert one.stderr.readline() == "a line of the log\n"
    assert ask(one, "sys.argv[0]") == str(tmp_path / "program.py")


def test_a_child_knows_what_all_functions_share_and_has_to_import_its_own_subsystem(start: Start) -> None:
    known = ask(start(), "[name for name in sys.modules if name.startswith('mall.')]")

    assert {"mall.http", "mall.sql", "mall.events"} <= set(known)
    folders = {path.name for path in MALL.joinpath("mall").iterdir() if (path / "service.py").exists()}
    assert folders and not {f"mall.{name}" for name in folders} & set(known)


def test_what_becomes_of_one_child_is_nothing_to_the_other(start: Start) -> None:
    one, other = start(), start()
    assert (one.poll(), other.poll()) == (None, None)

    one.terminate()

    assert one.wait(5) is not None
    assert one.poll() is not None
    assert one.stdout.readline() == ""
    one.terminate()
    assert ask(other, "1 + 1") == 2


def test_a_child_ends_with_who_started_it(start: Start) -> None:
    child = start()
    ask(child, "os.getpid()")

    child.stdin.close()

    assert child.wait(5) is not None


def test_children_outlive_their_parent_and_it_has_no_more(tmp_path: Path) -> None:
    parent, script = Nursery(sys.executable, str(MALL)), tmp_path / "program.py"
    script.write_text(_PROGRAM)
    child = parent.start(str(script), str(tmp_path), {})

    parent.close()

    assert ask(child, "1 + 1") == 2
    with pytest.raises(OSError):
        parent.start(str(script), str(tmp_path), {})
    child.kill()
    child.wait(5)


def test_a_parent_that_cannot_import_what_functions_share_has_no_children(tmp_path: Path) -> None:
    (tmp_path / "mall").mkdir()
    (tmp_path / "mall" / "__init__.py").write_text("")
    (tmp_path / "mall" / "broken.py").write_text("raise ImportError('on purpose')")
    parent = Nursery(sys.executable, os.pathsep.join([str(tmp_path), str(MALL)]))

    with pytest.raises(OSError):
        parent.start(str(tmp_path / "program.py"), str(tmp_path), {})
