"""What a revision must not do, because on a table with rows it would rewrite it, or lock people out while it reads it.

Each revision's SQL is generated without a database and given to squawk (https://squawkhq.com), which knows what each
statement locks and which tables the same revision has just made. The rules at the end of this file are those that
squawk has not. A revision that removes what an earlier one made superfluous says so: `contracts = "0004"`.

squawk is a tool for developers: it is no part of the layer, and only `lint` needs it.
"""

import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import Script, ScriptDirectory

from mall.sql import migrations
from mall.sql.migrations import ops

# Matters of taste, and what the runner does for every revision: it sets timeouts, and repeats what was interrupted.
_NOT_ASKED = (
    "prefer-bigint-over-int",
    "prefer-bigint-over-smallint",
    "prefer-identity",
    "prefer-robust-stmts",
    "prefer-text-field",
    "require-enum-value-ordering",
    "require-lock-timeout",
    "require-statement-timeout",
)
_REMOVALS = {"ban-drop-column", "ban-drop-constraint", "ban-drop-not-null", "ban-drop-table"}
_POSTGRES = "16"


@dataclass(frozen=True)
class Problem:
    """What is wrong with a revision: the `rule` it breaks, in words, and the statement."""

    revision: str
    rule: str
    message: str
    statement: str

    def __str__(self) -> str:
        return f"{self.revision}: {self.rule}: {self.message} [{' '.join(self.statement.split())[:120]}]"


class LintUnavailable(Exception):
    """squawk is not installed."""


def lint(folder: Path | None = None) -> list[Problem]:
    """What is wrong with the revisions in `folder`, or with our own."""
    directory = migrations.scripts(folder)
    heads = directory.get_heads()
    if len(heads) != 1:
        return [Problem(head, "one-line", "the revisions fork here", "") for head in heads]
    problems = []
    for script in reversed(list(directory.walk_revisions())):
        problems += _problems(directory, script)
    return problems


def statements(directory: ScriptDirectory, script: Script) -> list[str]:
    """The SQL of one revision, a statement an entry."""
    written: list[str] = []

    class Paper(io.StringIO):
        def write(self, statement: str) -> int:
            written.append(statement)
            return len(statement)

    def plan(_: Any, __: Any) -> Any:
        return directory._upgrade_revs(script.revision, script.down_revision)  # type: ignore[arg-type]

    with EnvironmentContext(
        Config(), directory, fn=plan, as_sql=True, starting_rev=script.down_revision, destination_rev=script.revision
    ) as environment:
        environment.configure(dialect_name="postgresql", output_buffer=Paper(), transaction_per_migration=True)
        with environment.begin_transaction():
            environment.run_migrations()
    return [statement.strip() for statement in written if statement.strip() and "alembic_version" not in statement]


def _problems(directory: ScriptDirectory, script: Script) -> list[Problem]:
    try:
        found = statements(directory, script)
    except Exception as error:
        return [Problem(script.revision, "offline", f"its SQL depends on a database: {error}", "")]
    contracts = getattr(script.module, "contracts", None)
    removes = contracts is not None and _is_earlier(directory, script, contracts)
    problems = [
        Problem(script.revision, rule, message, statement)
        for rule, message, statement in (*_squawk(found), *_own(found))
        if not (rule in _REMOVALS and removes)
    ]
    if contracts is not None and not removes:
        problems.append(Problem(script.revision, "contracts", f"{contracts!r} is no earlier revision", ""))
    if hasattr(script.module, "downgrade"):
        problems.append(Problem(script.revision, "forward-only", "revisions only go forward; write a new one", ""))
    return problems


def _is_earlier(directory: ScriptDirectory, script: Script, other: object) -> bool:
    earlier = {one.revision for one in directory.walk_revisions(head=script.revision)} - {script.revision}
    return other in earlier


def _squawk(found: list[str]) -> Iterator[tuple[str, str, str]]:
    program = shutil.which("squawk", path=str(Path(sys.executable).parent)) or shutil.which("squawk")
    if program is None:
        raise LintUnavailable("squawk is not installed; it is in the development dependencies (squawk-cli).")
    text = "\n".join(found)
    result = subprocess.run(  # noqa: S603  (our own tool, our own text)
        [program, "--reporter=json", f"--pg-version={_POSTGRES}", *(f"--exclude={rule}" for rule in _NOT_ASKED)],
        input=text, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    if result.returncode not in (0, 1) or not result.stdout.strip():
        raise LintUnavailable(f"squawk failed: {' '.join(result.stderr.split())}")
    lines = text.splitlines()
    for one in json.loads(result.stdout):
        yield one["rule_name"], one["message"], "\n".join(lines[one["line"] : one["line_end"] + 1])


# --- what squawk has no rule for

_LITERAL = re.compile(r"'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$|--[^\n]*", re.DOTALL)
_NAME = r'(?:(?:"[^"]+"|\w+)\.)?"?(?P<table>[^"\s(.;]+)"?'


def _own(found: list[str]) -> Iterator[tuple[str, str, str]]:
    made: set[str] = set()
    validated: set[str] = set()
    for statement in found:
        plain = _LITERAL.sub("''", statement).strip()
        if match := re.match(
            rf"CREATE (?:TEMPORARY |UNLOGGED )?TABLE (?:IF NOT EXISTS )?{_NAME}", plain, re.IGNORECASE
        ):
            made.add(match["table"])
        if match := re.match(rf"ALTER TABLE (?:ONLY )?{_NAME} VALIDATE CONSTRAINT", plain, re.IGNORECASE):
            validated.add(match["table"])
        for rule, pattern, message, excused in _RULES:
            match = re.search(pattern, plain, re.IGNORECASE | re.DOTALL)
            if match is not None and not excused(match.groupdict().get("table") or "", made, validated):
                yield rule, message, statement
        divided = re.match(rf"CREATE TABLE {_NAME}.*PARTITION BY HASH \(slot\)", plain, re.IGNORECASE | re.DOTALL)
        if divided is not None and not any(_guards(other, divided["table"]) for other in found):
            yield "unguarded-table", "a table divided by slot needs its guard: use ops.create_sharded_table", statement


def _guards(statement: str, table: str) -> bool:
    return re.match(rf'CREATE TRIGGER {ops.GUARD} .* ON "?{re.escape(table)}"? ', statement) is not None


def _never(table: str, made: set[str], validated: set[str]) -> bool:
    return False


def _if_made(table: str, made: set[str], validated: set[str]) -> bool:
    return table in made


def _if_validated(table: str, made: set[str], validated: set[str]) -> bool:
    return table in made or table in validated


_RULES: list[tuple[str, str, str, Callable[[str, set[str], set[str]], bool]]] = [
    (
        "set-not-null",
        rf"^ALTER TABLE (?:ONLY )?{_NAME} .*SET NOT NULL",
        "every row is read under an exclusive lock, unless a validated check proves it: use ops.set_not_null",
        _if_validated,
    ),
    (
        "rows-in-a-migration",
        rf"^(?:WITH .*)?(?:UPDATE(?: ONLY)?|DELETE FROM(?: ONLY)?|INSERT INTO|MERGE INTO) {_NAME}",
        "rows are written by a job in small batches, not in a revision: a fresh mall has none, a big one too many",
        _never,
    ),
    (
        "rows-in-a-migration",
        rf"^(?:TRUNCATE|COPY)\b(?: TABLE)? {_NAME}",
        "rows are no business of a revision",
        _never,
    ),
    (
        "rewrite",
        rf"^ALTER TABLE (?:ONLY )?{_NAME} .*SET (?:UNLOGGED|LOGGED|TABLESPACE|ACCESS METHOD)\b",
        "the whole table is rewritten under an exclusive lock",
        _if_made,
    ),
    (
        "rewrite",
        rf"^ALTER TABLE (?:ONLY )?{_NAME} ADD (?!CONSTRAINT\b).*\b(?:(?:BIG|SMALL)?SERIAL|AS IDENTITY)\b",
        "every row gets a number of its own, so the whole table is rewritten under an exclusive lock",
        _if_made,
    ),
    ("rewrite", r"^(?:VACUUM\b.*\bFULL|CLUSTER)\b", "the whole table is rewritten under an exclusive lock", _never),
    ("explicit-lock", r"^LOCK\b", "everybody else waits until the revision is done", _never),
    (
        "refresh-blocks-readers",
        r"^REFRESH MATERIALIZED VIEW (?!CONCURRENTLY)",
        "readers wait until it is done: use CONCURRENTLY",
        _never,
    ),
    (
        "inline-constraint",
        rf"^ALTER TABLE (?:ONLY )?{_NAME} ADD (?:COLUMN )?(?:IF NOT EXISTS )?(?!CONSTRAINT\b)\S+ .*"
        r"\b(?:REFERENCES|UNIQUE|PRIMARY KEY|CHECK)\b",
        "a constraint written with the column is checked under an exclusive lock: add it by itself, NOT VALID first",
        _if_made,
    ),
    (
        "trigger-switched-off",
        r"^ALTER TABLE .*\bDISABLE (?:TRIGGER|RULE)\b|session_replication_role",
        "while the guard is off, a slot that moves loses writes",
        _never,
    ),
    ("trigger-switched-off", rf"^DROP TRIGGER (?:IF EXISTS )?{ops.GUARD}\b", "a slot could no longer move", _never),
]
