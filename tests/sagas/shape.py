"""Reads a state machine and says what is wrong with its shape: whether every failure is retried or undone.

`problems(definition)` walks every path and returns sentences, none for a sound machine:

- a task has a `TimeoutSeconds`, and its `Retry` names everything in `saga.RETRYABLE` (or `States.ALL`);
- when a task fails for good, what was done before it is undone in reverse order, each task by the one that has its
  name with the opposite verb (`saga.compensation_of`);
- a catch of `States.ALL` (or of a crash) does not know whether the task did its work, so it undoes that task as well;
- after something that can be undone, a task either catches `States.ALL` or retries it: then the only way is forward;
- what undoes retries `States.ALL`;
- a way out may lead back to the main path (what is reached without a failure): to any state of it before something was
  undone, and after that only to where there is no way back, a task that nothing undoes and that retries `States.ALL`;
- a choice that was made on the way in is made again on the way out: both Choice states say the same, word by word;
- what waits for a token has a `TimeoutSecondsPath` and catches the end of its time.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mall import saga

_ANYTHING = {"States.ALL", "States.TaskFailed", *saga.RETRYABLE}
_RESOURCE = re.compile(r"\$\{(\w+)\}")
_WAITING = ".waitForTaskToken"
_BACK = "(back to the main path)"
Facts = Mapping[str, bool]
"""Which conditions of choices were found to hold, by their JSON."""


def problems(definition: dict[str, Any], tasks: Sequence[str]) -> list[str]:
    """What is wrong with `definition`; `tasks` are the names of all tasks that there are."""
    return list(dict.fromkeys(_Walk(definition, {saga.resource_of(task): task for task in tasks}).all()))


class _Walk:
    def __init__(self, definition: dict[str, Any], tasks: dict[str, str]) -> None:
        self._states: dict[str, dict[str, Any]] = definition["States"]
        self._start: str = definition["StartAt"]
        self._tasks = tasks
        self._undoing = {saga.compensation_of(task) for task in tasks.values()} - {None}
        main = _reached(self._states, self._start)
        # Where something is undone without a failure, the main path is no place to come back to.
        self._main = frozenset() if self._undoing & {self._task(self._states[name]) for name in main} else main

    def all(self) -> Iterator[str]:
        for name, state in self._states.items():
            for inner in _machines_in(state):
                yield from _Walk(inner, self._tasks).all()
            if state["Type"] == "Task":
                yield from self._manners(name, state)
        undoing = {saga.compensation_of(task) for task in self._tasks.values()}
        yield from self._paths(self._start, [], frozenset(), undoing, {})

    def _manners(self, name: str, state: dict[str, Any]) -> Iterator[str]:
        if self._task(state) is None:
            yield f"{name}: {_resource(state)} is not the name of a task"
        waiting = state["Resource"].endswith(_WAITING)
        if ("TimeoutSecondsPath" if waiting else "TimeoutSeconds") not in state:
            yield f"{name}: has no TimeoutSeconds"
        missing = set(saga.RETRYABLE) - _retried(state)
        if waiting:
            missing -= {"States.Timeout"}
            caught = {error for catch in state.get("Catch", []) for error in catch["ErrorEquals"]}
            if not caught & {"States.Timeout", "States.ALL"}:
                yield f"{name}: does not catch the end of its time"
        if missing and "States.ALL" not in _retried(state):
            yield f"{name}: does not retry {', '.join(sorted(missing))}"

    def _paths(
        self, name: str, done: list[str], seen: frozenset[str], undoing: set[str | None], facts: Facts
    ) -> Iterator[str]:
        state = self._states[name]
        if name in seen:
            return
        inside = [task for machine in _machines_in(state) for task in _tasks_in(machine, self._tasks)]
        own = [task for task in [self._task(state), *inside] if task and saga.compensation_of(task) in self._used()]
        if state["Type"] in ("Task", "Parallel", "Map") and self._task(state) not in undoing:
            yield from self._failures(name, state, done, own, facts)
        for following, known in _ways_on(state, facts):
            yield from self._paths(following, done + own, seen | {name}, undoing, known)

    def _failures(
        self, name: str, state: dict[str, Any], done: list[str], own: list[str], facts: Facts
    ) -> Iterator[str]:
        caught: set[str] = set()
        for catch in state.get("Catch", []):
            errors = set(catch["ErrorEquals"])
            caught |= errors
            unsure = own if errors & _ANYTHING else []
            needed = [saga.compensation_of(task) for task in reversed(done + unsure)]
            for path in self._ways_out(catch["Next"], frozenset(), facts, undone=False):
                if path and path[-1] == _BACK:
                    continue
                if not _in_order(needed, path):
                    yield (
                        f"{name}: a failure with {', '.join(sorted(errors))} must run "
                        f"{' → '.join(str(task) for task in needed)}, but runs {' → '.join(path) or 'nothing'}"
                    )
                for task in path:
                    if task in needed and "States.ALL" not in _retried(self._state_of(task)):
                        yield f"{task}: undoes something, so it must retry States.ALL"
        if done and "States.ALL" not in caught | _retried(state):
            yield f"{name}: neither catches nor retries States.ALL, though {done[-1]} was done before"

    def _ways_out(self, name: str, seen: frozenset[str], facts: Facts, *, undone: bool) -> Iterator[list[str]]:
        """The tasks on each way from `name` to an end, or `_BACK` at the end of a way to where it may go on."""
        state = self._states[name]
        task = self._task(state)
        if name in self._main:
            yield [_BACK] if not undone or self._no_way_back(state) else []
            return
        following = [] if name in seen else list(_ways_on(state, facts))
        head = [task] if task else []
        if not following:
            yield head
        undoes = task in self._undoing
        for successor, known in following:
            for rest in self._ways_out(successor, seen | {name}, known, undone=undone or undoes):
                yield head + rest

    def _no_way_back(self, state: dict[str, Any]) -> bool:
        """Whether a state of the main path is a task that nothing undoes and that is tried until it is done."""
        task = self._task(state)
        return task is not None and saga.compensation_of(task) not in self._used() and "States.ALL" in _retried(state)

    def _used(self) -> set[str | None]:
        return {self._task(state) for state in self._states.values()} - {None}

    def _state_of(self, task: str) -> dict[str, Any]:
        return next(state for state in self._states.values() if self._task(state) == task)

    def _task(self, state: dict[str, Any]) -> str | None:
        return self._tasks.get(_resource(state))


def _in_order(needed: Sequence[str | None], path: Sequence[str]) -> bool:
    rest = iter(path)
    return all(any(task == step for step in rest) for task in needed)


def _resource(state: dict[str, Any]) -> str:
    place = state.get("Resource", "")
    if place.startswith("arn:aws:states:::lambda:invoke"):
        place = state["Parameters"]["FunctionName"]
    found = _RESOURCE.search(place)
    return found.group(1) if found else str(place)


def _retried(state: dict[str, Any]) -> set[str]:
    return {error for retry in state.get("Retry", []) if retry.get("MaxAttempts", 3) for error in retry["ErrorEquals"]}


def _ways_on(state: dict[str, Any], facts: Facts) -> Iterator[tuple[str, Facts]]:
    """What may follow on a state that does not fail, as far as `facts` allow, and what is known then."""
    written = state.get("ResultPath", "$") if state["Type"] in ("Task", "Parallel", "Map", "Pass") else None
    # What was known of something that is written anew is known no longer.
    known = {condition: holds for condition, holds in facts.items() if not written or f'"{written}' not in condition}
    for choice in state.get("Choices", []):
        condition = json.dumps({key: value for key, value in choice.items() if key != "Next"}, sort_keys=True)
        if facts.get(condition, True):
            yield choice["Next"], known | {condition: True}
        if facts.get(condition):
            return
        known[condition] = False
    for key in ("Next", "Default"):
        if key in state:
            yield state[key], known


def _reached(states: dict[str, dict[str, Any]], start: str) -> frozenset[str]:
    """The states that are reached where no state fails."""
    found: set[str] = set()
    left = [start]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += [following for following, _ in _ways_on(states[name], {})]
    return frozenset(found)


def _machines_in(state: dict[str, Any]) -> list[dict[str, Any]]:
    inner = [*state.get("Branches", []), state.get("ItemProcessor"), state.get("Iterator")]
    return [machine for machine in inner if machine]


def _tasks_in(machine: dict[str, Any], tasks: dict[str, str]) -> list[str]:
    return [tasks[_resource(state)] for state in machine["States"].values() if _resource(state) in tasks]
