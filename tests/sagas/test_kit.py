"""The saga kit, on a state machine that reserves stock, charges a purse and confirms an order."""

import itertools
from collections.abc import Iterator

import pytest

from mall import errors, saga
from tests.sagas.fixtures import shop
from tests.sagas.runner import Delay, Fail, Fault, Kill, Repeat, Sagas, context

ORDER = {"order_id": "ord_1", "amount": 30}
TASKS = ["inventory.reserve_stock", "payments.charge_buyer", "orders.confirm_order"]
BOUGHT = {"reservation#ord_1", "charge#ord_1", "order#ord_1"}


@pytest.fixture(autouse=True)
def _shop(buying: Sagas) -> Iterator[None]:
    shop.open_shop()
    yield
    shop.close_shop()


def test_without_faults_every_task_runs_once_and_the_results_come_out(buying: Sagas) -> None:
    run = buying.run("buy", ORDER)

    assert run.succeeded, run.cause
    assert run.tasks == TASKS
    assert run.output["reservation"] == {"left": 4}
    assert (shop.amount("stock"), shop.amount("purse"), shop.rows()) == (4, 70, BOUGHT)


@pytest.mark.parametrize("task", TASKS)
def test_a_task_killed_at_any_of_its_steps_is_repeated_and_has_one_effect(buying: Sagas, task: str) -> None:
    steps = buying.run("buy", {"order_id": "ord_0", "amount": 0}).steps[task]
    stock = shop.amount("stock")
    assert steps == 6  # before and after: the lease, the task's own write, the note that it is done

    # After one write and before the next is the same to everybody else.
    for step in range(0, steps + 1, 2):
        order = {"order_id": f"ord_{step + 1}", "amount": 1}
        run = buying.run("buy", order, Kill(task, step))

        assert run.succeeded, (step, run.cause)
        stock -= 1
        assert shop.amount("stock") == stock, f"killed at step {step}"
        assert f"order#{order['order_id']}" in shop.rows()


def test_a_killed_attempt_is_repeated_only_when_its_lease_is_over(buying: Sagas) -> None:
    run = buying.run("buy", ORDER, Kill(TASKS[1], step=2))

    assert run.succeeded
    assert run.seconds > 30  # what the Lambda context said was left
    assert run.tasks.count(TASKS[1]) > 2


@pytest.mark.parametrize("task", TASKS)
def test_a_task_that_is_called_twice_answers_twice_the_same_and_has_one_effect(buying: Sagas, task: str) -> None:
    run = buying.run("buy", ORDER, Repeat(task))

    assert run.succeeded
    assert run.output["reservation"] == {"left": 4}
    assert (shop.amount("stock"), shop.amount("purse")) == (4, 70)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("task", TASKS)
def test_a_failure_that_may_pass_is_tried_again(buying: Sagas, task: str, after: bool) -> None:
    run = buying.run("buy", ORDER, Fail(task, "Lambda.TooManyRequestsException", after=after, attempts=(1, 2)))

    assert run.succeeded
    assert run.tasks.count(task) == 3
    assert (shop.amount("stock"), shop.amount("purse"), shop.rows()) == (4, 70, BOUGHT)


def test_a_refusal_reaches_the_state_machine_under_its_class_name_and_is_not_retried(buying: Sagas) -> None:
    run = buying.run("buy", {"order_id": "ord_1", "amount": shop.PURSE + 1})

    assert (run.status, run.error) == ("FAILED", "PurseEmpty")
    assert run.tasks == [*TASKS[:2], "inventory.release_stock"]
    assert (shop.amount("stock"), shop.amount("purse"), shop.rows()) == (shop.STOCK, shop.PURSE, set())


def test_a_refused_task_may_be_asked_again(buying: Sagas) -> None:
    for number in range(shop.STOCK):
        buying.run("buy", {"order_id": f"ord_a{number}", "amount": 1})
    refused = buying.run("buy", ORDER)
    shop.release("ord_a0")

    run = buying.run("buy", ORDER)

    assert refused.error == "SoldOut"
    assert run.succeeded


@pytest.mark.parametrize(("task", "after"), list(itertools.product(TASKS[:2], (False, True))))
def test_when_a_task_fails_for_good_everything_is_undone_in_reverse(buying: Sagas, task: str, after: bool) -> None:
    run = buying.run("buy", ORDER, Fail(task, after=after, attempts=range(1, 99)))

    undoing = [name for name in run.tasks if name not in TASKS]
    assert run.status == "FAILED"
    assert undoing == [saga.compensation_of(name) for name in reversed(TASKS[: TASKS.index(task) + 1])]
    assert (shop.amount("stock"), shop.amount("purse"), shop.rows()) == (shop.STOCK, shop.PURSE, set())


@pytest.mark.parametrize("task", ["payments.refund_buyer", "inventory.release_stock"])
@pytest.mark.parametrize("fault", [Repeat, Kill, *(lambda task, n=n: Kill(task, n) for n in (2, 4, 6, -1))])
def test_undoing_survives_deaths_and_repetitions(buying: Sagas, task: str, fault: type[Fault]) -> None:
    give_up = Fail(TASKS[1], after=True, attempts=range(1, 99))

    run = buying.run("buy", ORDER, give_up, fault(task))

    assert run.status == "FAILED"
    assert (shop.amount("stock"), shop.amount("purse"), shop.rows()) == (shop.STOCK, shop.PURSE, set())


@pytest.mark.parametrize("task", TASKS[:2])
@pytest.mark.parametrize("calls", [None, 1, 2, 3])
def test_a_task_that_is_late_finds_itself_done_or_undone(buying: Sagas, task: str, calls: int | None) -> None:
    run = buying.run("buy", ORDER, Delay(task, calls=calls))

    assert run.succeeded
    assert (shop.amount("stock"), shop.amount("purse"), shop.rows()) == (4, 70, BOUGHT)


@pytest.mark.parametrize("task", TASKS[:2])
def test_a_task_that_runs_after_its_compensation_changes_nothing(buying: Sagas, task: str) -> None:
    run = buying.run("buy", ORDER, Delay(task, attempts=range(1, 99)))

    assert run.status == "FAILED"
    assert run.late
    assert {answer["errorType"] for answer in run.late} == {"AlreadyUndone"}
    assert (shop.amount("stock"), shop.amount("purse"), shop.rows()) == (shop.STOCK, shop.PURSE, set())


def test_a_task_without_its_business_key_is_refused(buying: Sagas) -> None:
    run = buying.run("buy", {"amount": 30})

    assert run.status == "FAILED"
    assert shop.rows() == set()


def test_while_an_attempt_is_at_work_another_one_and_the_compensation_have_to_wait() -> None:
    @saga.task("inventory.reserve_stock", key="order_id")
    def reserve(order: saga.Input) -> saga.Result:
        for app in (reserve, release):
            with pytest.raises(saga.Retryable):
                app(order, context())
        return {"reserved": (1, 2)}

    @saga.task("inventory.release_stock", key="order_id", undoes="inventory.reserve_stock")
    def release(order: saga.Input) -> saga.Result:
        return {"released": True}

    first = reserve(ORDER, context())

    assert first == reserve(ORDER, context()) == {"reserved": [1, 2]}  # remembered as JSON, answered as JSON
    assert release(ORDER, context()) == {"released": True}
    with pytest.raises(saga.AlreadyUndone):
        reserve(ORDER, context())


def test_what_may_pass_is_raised_as_retryable_and_a_refusal_under_its_own_name(buying: Sagas) -> None:
    def failing(error: Exception) -> saga.Task:
        @saga.task("payments.charge_buyer", key="order_id")
        def app(order: saga.Input) -> saga.Result:
            raise error

        return app

    for passing in (errors.Unavailable(), errors.TooManyRequests(retry_after=1), RuntimeError("connection lost")):
        with pytest.raises(saga.Retryable):
            failing(passing)(ORDER, context())
    with pytest.raises(shop.PurseEmpty):
        failing(shop.PurseEmpty())(ORDER, context())
