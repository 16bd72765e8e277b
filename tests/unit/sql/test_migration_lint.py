"""A revision that would rewrite or lock a big table is refused before it ever meets one."""

from pathlib import Path

import pytest

from mall.sql.migrations.lint import lint

_FIRST = """
import sqlalchemy as sa
from alembic import op
from mall.sql.migrations import ops

revision = "0001"
down_revision = None


def upgrade():
    ops.create_sharded_table("parcel", sa.Column("id", sa.Text, nullable=False), sa.Column("weight", sa.Integer))
    op.create_table("carrier", sa.Column("name", sa.Text, primary_key=True), sa.Column("phone", sa.Text))
    op.create_index("ix_carrier_phone", "carrier", ["phone"])
"""

_SECOND = """
import sqlalchemy as sa
from alembic import op
from mall.sql.migrations import ops

revision = "0002"
down_revision = "0001"
{extra}

def upgrade():
    {body}
"""

REFUSED = {
    "a volatile default": 'op.execute("ALTER TABLE parcel ADD COLUMN token uuid DEFAULT gen_random_uuid()")',
    "a random default": 'op.add_column("parcel", sa.Column("x", sa.Float, server_default=sa.text("random()")))',
    "not null without default": 'op.add_column("parcel", sa.Column("x", sa.Text, nullable=False))',
    "a generated column": 'op.add_column("parcel", sa.Column("x", sa.Integer, sa.Computed("weight * 2")))',
    "a serial column": 'op.execute("ALTER TABLE carrier ADD COLUMN x bigserial")',
    "another type": 'op.alter_column("parcel", "weight", type_=sa.BigInteger)',
    "an index that stops writers": 'op.create_index("ix_weight", "parcel", ["weight"])',
    "a unique index that stops writers": 'op.create_index("ix_name", "carrier", ["phone"], unique=True)',
    "a concurrent index in a transaction": 'op.create_index("i", "carrier", ["phone"], postgresql_concurrently=True)',
    "dropping an index under a lock": 'op.drop_index("ix_carrier_phone")',
    "rebuilding an index under a lock": 'op.execute("REINDEX TABLE carrier")',
    "a check that reads every row": 'op.create_check_constraint("c", "parcel", "weight > 0")',
    "a check that is valid at once": (
        'op.execute("ALTER TABLE parcel ADD CONSTRAINT c CHECK (weight > 0) NOT VALID"); '
        'op.execute("ALTER TABLE parcel VALIDATE CONSTRAINT c")'
    ),
    "a foreign key that reads every row": 'op.create_foreign_key("f", "carrier", "carrier", ["phone"], ["name"])',
    "a unique constraint": 'op.create_unique_constraint("u", "carrier", ["phone"])',
    "a primary key": 'op.execute("ALTER TABLE carrier ADD PRIMARY KEY (phone)")',
    "a check inside a new column": 'op.execute("ALTER TABLE parcel ADD COLUMN x integer CHECK (x > 0)")',
    "a reference inside a new column": 'op.execute("ALTER TABLE parcel ADD COLUMN x text REFERENCES carrier")',
    "a unique new column": 'op.execute("ALTER TABLE carrier ADD COLUMN x text UNIQUE")',
    "not null without proof": 'op.alter_column("parcel", "weight", nullable=False)',
    "not null proven by a check on another table": (
        'ops.add_check("c", "carrier", "phone IS NOT NULL"); op.alter_column("parcel", "weight", nullable=False)'
    ),
    "dropping a column": 'op.drop_column("parcel", "weight")',
    "dropping a table": 'op.drop_table("carrier")',
    "renaming a column": 'op.alter_column("parcel", "weight", new_column_name="grams")',
    "renaming a table": 'op.rename_table("carrier", "haulier")',
    "updating rows": 'op.execute("UPDATE parcel SET weight = 0 WHERE weight IS NULL")',
    "deleting rows": 'op.execute("DELETE FROM parcel WHERE weight IS NULL")',
    "inserting rows": "op.bulk_insert(sa.table('carrier', sa.column('name')), [{'name': 'SF'}])",
    "emptying a table": 'op.execute("TRUNCATE parcel")',
    "rewriting a table": 'op.execute("ALTER TABLE carrier SET UNLOGGED")',
    "moving a table": 'op.execute("ALTER TABLE carrier SET TABLESPACE fast")',
    "clustering": 'op.execute("CLUSTER carrier USING pk_carrier")',
    "locking a table": 'op.execute("LOCK TABLE parcel IN EXCLUSIVE MODE")',
    "switching the guard off": 'op.execute("ALTER TABLE parcel DISABLE TRIGGER guard_slot")',
    "dropping the guard": 'op.execute("DROP TRIGGER guard_slot ON parcel")',
    "detaching a partition under a lock": 'op.execute("ALTER TABLE parcel DETACH PARTITION parcel_p0")',
    "a divided table without a guard": (
        'op.execute("CREATE TABLE letter (slot smallint NOT NULL, id text, PRIMARY KEY (slot, id)) '
        'PARTITION BY HASH (slot)")'
    ),
    "asking the database what to do": 'op.get_bind().scalar(sa.text("SELECT 1"))',
}

ACCEPTED = {
    "a column that may be null": 'op.add_column("parcel", sa.Column("x", sa.Text))',
    "a column with a constant default": (
        'op.add_column("parcel", sa.Column("x", sa.Text, nullable=False, server_default="new"))'
    ),
    "a column that starts at the time of the migration": (
        'op.add_column("parcel", sa.Column("x", sa.TIMESTAMP(True), nullable=False, server_default=sa.func.now()))'
    ),
    "an index built while people write": 'ops.create_index("ix_phone", "carrier", "phone DESC", sharded=False)',
    "an index built partition by partition": (
        'ops.create_index("ix_weight", "parcel", "slot, weight", where="weight > 0", sharded=True)'
    ),
    "a check that is proven afterwards": 'ops.add_check("ck_weight", "parcel", "weight > 0")',
    "not null with its proof": 'ops.set_not_null("parcel", "weight")',
    "dropping an index while people write": 'ops.drop_index("ix_carrier_phone", sharded=False)',
    "another default": 'op.alter_column("parcel", "weight", server_default="1")',
    "anything on a new table": (
        'op.create_table("label", sa.Column("id", sa.Text)); op.create_index("i", "label", ["id"]); '
        'op.create_check_constraint("c", "label", "id IS NOT NULL")'
    ),
    "a new sharded table with an index": (
        'ops.create_sharded_table("label", sa.Column("id", sa.Text, nullable=False), sa.Column("user_id", sa.Text)); '
        'op.create_index("ix_label_user_id", "label", ["user_id"])'
    ),
}


def _lint(folder: Path, body: str, extra: str = "") -> list[str]:
    (folder / "0001_first.py").write_text(_FIRST)
    (folder / "0002_second.py").write_text(_SECOND.format(body=body, extra=extra))
    return [str(problem) for problem in lint(folder)]


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED.keys())
def test_what_rewrites_or_locks_a_table_in_use_is_refused(tmp_path: Path, body: str) -> None:
    problems = _lint(tmp_path, body)

    assert problems
    assert all(problem.startswith("0002: ") for problem in problems)


@pytest.mark.parametrize("body", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_what_lets_everybody_work_on_is_accepted(tmp_path: Path, body: str) -> None:
    assert _lint(tmp_path, body) == []


@pytest.mark.parametrize("body", [REFUSED["dropping a column"], REFUSED["dropping a table"]])
def test_removing_is_accepted_when_it_completes_an_earlier_revision(tmp_path: Path, body: str) -> None:
    assert _lint(tmp_path, body, 'contracts = "0001"') == []


@pytest.mark.parametrize("named", ["0002", "0099"])
def test_removing_needs_a_revision_that_is_really_earlier(tmp_path: Path, named: str) -> None:
    problems = _lint(tmp_path, REFUSED["dropping a column"], f'contracts = "{named}"')

    assert any("contracts" in problem for problem in problems)
    assert any("ban-drop-column" in problem for problem in problems)


def test_completing_an_earlier_revision_excuses_nothing_but_removals(tmp_path: Path) -> None:
    assert _lint(tmp_path, REFUSED["another type"], 'contracts = "0001"')


def test_a_revision_has_no_way_back(tmp_path: Path) -> None:
    problems = _lint(tmp_path, "pass\n\n\ndef downgrade():\n    pass")

    assert [problem.split(": ")[1] for problem in problems] == ["forward-only"]


def test_two_newest_revisions_are_refused(tmp_path: Path) -> None:
    _lint(tmp_path, "pass")
    (tmp_path / "0002_other.py").write_text(
        _SECOND.format(body="pass", extra="").replace('revision = "0002"', 'revision = "0003"', 1)
    )

    assert {problem.rule for problem in lint(tmp_path)} == {"one-line"}


def test_our_own_revisions_pass() -> None:
    assert [str(problem) for problem in lint()] == []
