"""Slots that can move, the outbox and the inbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from mall.sql.migrations import ops

revision = "0001"
down_revision = None

# Runs for every row written to a sharded table, so in the usual case it does one look-up in a table that is empty.
# Names are qualified because a setting of the search path on the function would cost more than all the rest.
GUARD = """
CREATE FUNCTION guard_slot() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    this smallint;
    state text;
BEGIN
    IF TG_OP = 'DELETE' THEN this := OLD.slot; ELSE this := NEW.slot; END IF;
    IF TG_OP = 'UPDATE' THEN
        IF OLD.slot <> NEW.slot THEN
            RAISE EXCEPTION 'a row of % keeps its slot', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF EXISTS (SELECT FROM public.slot_fence f WHERE f.slot = this)
        AND current_setting('mall.moving_slot', true) IS DISTINCT FROM this::text
    THEN
        -- The mover takes this lock alone to cut over. Waiting for it is fair: it is not overtaken by later writers.
        PERFORM pg_advisory_xact_lock_shared(20748, this);
        -- Locking the row shows its newest state, and fails a transaction whose snapshot is older than that.
        SELECT f.state INTO state FROM public.slot_fence f WHERE f.slot = this FOR SHARE;
        IF state = 'leaving' THEN
            IF TG_OP <> 'INSERT' THEN
                INSERT INTO public.slot_change (slot, relation, key)
                SELECT this, TG_ARGV[0], jsonb_object_agg(name, to_jsonb(OLD) -> name)
                FROM unnest(TG_ARGV[1:]) AS k (name);
            END IF;
            IF TG_OP <> 'DELETE' THEN
                INSERT INTO public.slot_change (slot, relation, key)
                SELECT this, TG_ARGV[0], jsonb_object_agg(name, to_jsonb(NEW) -> name)
                FROM unnest(TG_ARGV[1:]) AS k (name);
            END IF;
        ELSIF state IS NOT NULL THEN
            RAISE EXCEPTION 'slot % is not on this shard', this USING ERRCODE = 'ML001';
        END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    """The machinery that `mall.sql.moves` describes, then the two tables of `mall.sql.tables`."""
    op.create_table(
        "slot_map",
        sa.Column("slot", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("shard", sa.SmallInteger, nullable=False),
        sa.Column("moving", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("moved_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=sa.func.now()),
    )
    op.create_table(
        "slot_fence",
        sa.Column("slot", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("mover", sa.Text, nullable=False),
        sa.Column("changed_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint("state IN ('leaving', 'arriving', 'elsewhere')", name="ck_slot_fence_state"),
    )
    op.create_table(
        "slot_change",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("slot", sa.SmallInteger, nullable=False),
        sa.Column("relation", sa.Text, nullable=False),
        sa.Column("key", JSONB, nullable=False),
    )
    op.create_index("ix_slot_change_slot", "slot_change", ["slot"])
    op.create_table(
        "slot_move",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("slot", sa.SmallInteger, nullable=False),
        sa.Column("source", sa.SmallInteger, nullable=False),
        sa.Column("target", sa.SmallInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("started_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("moved_at", sa.TIMESTAMP(timezone=True)),
        sa.CheckConstraint("state IN ('copying', 'moved', 'done', 'undone')", name="ck_slot_move_state"),
    )
    op.create_index(
        "uq_slot_move_unfinished",
        "slot_move",
        ["slot"],
        unique=True,
        postgresql_where=sa.text("state IN ('copying', 'moved')"),
    )
    op.execute(GUARD)

    op.execute("CREATE SEQUENCE outbox_seq AS bigint")
    ops.create_sharded_table(
        "outbox",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("aggregate", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False, server_default=sa.text("nextval('outbox_seq')")),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("data", JSONB, nullable=False),
        sa.Column("occurred_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("published_at", sa.TIMESTAMP(timezone=True)),
    )
    op.execute("ALTER SEQUENCE outbox_seq OWNED BY outbox.seq")
    op.create_index(
        "ix_outbox_unpublished", "outbox", ["aggregate", "seq"], postgresql_where=sa.text("published_at IS NULL")
    )
    ops.create_sharded_table(
        "inbox",
        sa.Column("consumer", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        key=("consumer", "event_id"),
    )
