"""Every state machine of the mall has a sound shape, and an unsound one is noticed."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from mall import saga
from tests.sagas import runner, shape

FIXTURES = Path(__file__).parent / "fixtures"
REAL = sorted((runner.ROOT / "statemachines").glob("*.asl.json"))
BUY = json.loads((FIXTURES / "buy.asl.json").read_text(encoding="utf-8"))
ORDER = json.loads((runner.ROOT / "statemachines" / "order_saga.asl.json").read_text(encoding="utf-8"))


def tasks_of(functions: Path) -> list[str]:
    return [f"{file.parent.name}.{file.stem}" for file in functions.glob("*/*.py")]


def with_change(path: str, value: Any, machine: dict[str, Any] = BUY) -> dict[str, Any]:
    changed = copy.deepcopy(machine)
    *parents, last = path.split("/")
    place = changed["States"]
    for parent in parents:
        place = place[int(parent) if parent.isdigit() else parent]
    key = int(last) if last.isdigit() else last
    if value is None:
        del place[key]
    else:
        place[key] = value
    return changed


@pytest.mark.parametrize("file", REAL, ids=lambda file: file.stem)
def test_a_state_machine_of_the_mall_retries_or_undoes_every_failure(file: Path) -> None:
    definition = json.loads(file.read_text(encoding="utf-8"))

    assert shape.problems(definition, tasks_of(runner.ROOT / "functions")) == []


def test_the_sound_machine_has_no_problems() -> None:
    assert shape.problems(BUY, tasks_of(FIXTURES / "functions")) == []


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        ("ReserveStock/TimeoutSeconds", None, "TimeoutSeconds"),
        ("ReserveStock/Resource", "${InventoryBurnStock}", "not the name of a task"),
        ("ReserveStock/Retry", None, "does not retry"),
        ("ReserveStock/Catch/1/Next", "NotBought", "must run inventory.release_stock, but runs nothing"),
        ("ChargeBuyer/Catch/0/Next", "NotBought", "must run inventory.release_stock"),
        ("ChargeBuyer/Catch/1/Next", "ReleaseStock", "must run payments.refund_buyer → inventory.release_stock"),
        ("ChargeBuyer/Catch", None, "neither catches nor retries"),
        ("ConfirmOrder/Retry/0/ErrorEquals", list(saga.RETRYABLE), "neither catches nor retries"),
        ("RefundBuyer/Next", "NotBought", "must run payments.refund_buyer → inventory.release_stock"),
        ("RefundBuyer/Retry/0/ErrorEquals", list(saga.RETRYABLE), "must retry States.ALL"),
    ],
)
def test_an_unsound_machine_is_noticed(path: str, value: Any, complaint: str) -> None:
    found = shape.problems(with_change(path, value), tasks_of(FIXTURES / "functions"))

    assert any(complaint in problem for problem in found), found


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        ("OpenPayment/TimeoutSecondsPath", None, "TimeoutSeconds"),
        ("OpenPayment/Catch", None, "does not catch the end of its time"),
        ("OpenPayment/Catch/1", None, "neither catches nor retries"),
        ("OpenPayment/Catch/1/Next", "UsedBenefits", "must run orders.close_payment"),
        # What was held is given back if, and only if, it was held.
        ("UsedBenefits/Choices/0/Next", "ReleaseStock", "must run orders.close_payment → orders.release_benefits"),
        ("UsedBenefits/Choices/0/BooleanEquals", False, "must run orders.close_payment → orders.release_benefits"),
        # After something was undone, there is no way back to what can still fail.
        ("WasPaid/Choices/0/Next", "OpenPayment", "must run orders.close_payment"),
        ("ConfirmPayment/Retry/0/ErrorEquals", list(saga.RETRYABLE), "neither catches nor retries"),
        ("IsPostponed/Default", "ReleaseStock", "must run orders.close_payment"),
    ],
)
def test_an_unsound_way_out_of_a_machine_with_choices_is_noticed(path: str, value: Any, complaint: str) -> None:
    found = shape.problems(with_change(path, value, ORDER), tasks_of(runner.ROOT / "functions"))

    assert any(complaint in problem for problem in found), found


def test_a_compensation_in_the_wrong_order_is_noticed() -> None:
    changed = with_change("ReleaseStock/Next", "RefundBuyer")
    changed["States"]["RefundBuyer"]["Next"] = "NotBought"
    for state in ("ReserveStock", "ChargeBuyer"):
        changed["States"][state]["Catch"][-1]["Next"] = "ReleaseStock"

    found = shape.problems(changed, tasks_of(FIXTURES / "functions"))

    assert any("must run payments.refund_buyer → inventory.release_stock" in problem for problem in found), found


def test_a_compensation_has_the_name_of_its_task_with_the_opposite_verb() -> None:
    assert saga.compensation_of("inventory.reserve_stock") == "inventory.release_stock"
    assert saga.compensation_of("orders.confirm_order") is None

    with pytest.raises(ValueError, match="by its name"):
        saga.task("inventory.free_stock", key="order_id", undoes="inventory.reserve_stock")
