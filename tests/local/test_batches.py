"""Batches of messages, gathered as Lambda gathers them, by the interpreter that runs the emulator."""

import json
import subprocess

import pytest

from infra.local.state import ROOT

PYTHON, FOLDER = ROOT / ".venv-emulator" / "bin" / "python", ROOT / "infra" / "local"


def gathered(waiting: list[float], **batch: float) -> bool:
    """What the emulator says of a batch at second 100."""
    code = f"import emulated; print(emulated.gathered({waiting!r}, now=100, **{batch!r}))"
    said = subprocess.run(
        [PYTHON, "-c", code], cwd=FOLDER, env={"LAMBDA_STRICT": "0"}, capture_output=True, text=True, check=True
    )
    return bool(json.loads(said.stdout.splitlines()[-1].lower()))


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
