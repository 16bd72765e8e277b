"""What the emulator does with our repairs, asked of the interpreter that runs it."""

import json
import subprocess
from typing import Any

import pytest

from infra.local.state import ROOT

PYTHON, FOLDER = ROOT / ".venv-emulator" / "bin" / "python", ROOT / "infra" / "local"


def said(code: str) -> Any:
    """The JSON that Python code prints last which has imported the emulator."""
    run = subprocess.run(
        [PYTHON, "-c", f"import json, emulated\n{code}"],
        cwd=FOLDER,
        env={"LAMBDA_STRICT": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(run.stdout.splitlines()[-1])


def gathered(waiting: list[float], **batch: float) -> bool:
    """What the emulator says of a batch at second 100."""
    return bool(said(f"print(json.dumps(emulated.gathered({waiting!r}, now=100, **{batch!r})))"))


@pytest.mark.parametrize(
    ("waiting", "complete"),
    [([], False), ([99.5], False), ([98.9, 99.5], True), ([99.5] * 49, False), ([99.5] * 50, True)],
    ids=["nothing", "fresh", "old enough", "not enough", "enough"],
)
def test_a_batch_is_complete_when_it_is_full_or_its_first_message_has_waited(
    waiting: list[float], complete: bool
) -> None:
    assert gathered(waiting, wanted=50, window=1) is complete


def test_who_does_not_wait_for_a_batch_gets_what_is_there() -> None:
    assert gathered([100], wanted=50, window=0)


def test_roles_sessions_begin_while_it_looks_which_are_over() -> None:
    begun = said(
        """
from ministack.services import sts

class Looked(dict):
    def get(self, name, default=None):
        if "meanwhile" not in sts._sessions:
            sts._sessions["meanwhile"] = {}
        return dict.get(self, name, default)

sts.register_session("first", Looked())
sts.register_session("over", {"Expiration": 1})
sts.register_session("last", {})
print(json.dumps(sorted(sts._sessions)))
"""
    )

    assert begun == ["first", "last", "meanwhile"]
