"""The ledger, which nobody changes, and wallets."""

import sqlalchemy as sa
from alembic import op

from mall.sql.migrations import ops

revision = "0006"
down_revision = "0005"

# `guard_slot` (0001) for tables to which rows are only ever added: but for the mover, who copies a slot and clears away
# what it left behind, nobody changes or deletes any.
GUARD = """
CREATE FUNCTION guard_appended() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    state text;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        IF current_setting('mall.moving_slot', true) IS DISTINCT FROM OLD.slot::text THEN
            RAISE EXCEPTION 'rows of % are never changed', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT FROM public.slot_fence f WHERE f.slot = NEW.slot)
        AND current_setting('mall.moving_slot', true) IS DISTINCT FROM NEW.slot::text
    THEN
        PERFORM pg_advisory_xact_lock_shared(20748, NEW.slot);
        SELECT f.state INTO state FROM public.slot_fence f WHERE f.slot = NEW.slot FOR SHARE;
        IF state = 'leaving' THEN
            INSERT INTO public.slot_change (slot, relation, key)
            SELECT NEW.slot, TG_ARGV[0], jsonb_object_agg(name, to_jsonb(NEW) -> name)
            FROM unnest(TG_ARGV[1:]) AS k (name);
        ELSIF state IS NOT NULL THEN
            RAISE EXCEPTION 'slot % is not on this shard', NEW.slot USING ERRCODE = 'ML001';
        END IF;
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    """The tables of `mall.ledger` and `mall.wallet`."""
    op.execute(GUARD)
    ops.create_sharded_table(
        "ledger_transaction",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        guard_by="guard_appended",
    )
    op.create_index("uq_ledger_transaction_key", "ledger_transaction", ["slot", "key"], unique=True)
    op.create_index("ix_ledger_transaction_reference", "ledger_transaction", ["reference"])
    ops.create_sharded_table(
        "ledger_entry",
        sa.Column("transaction_id", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("debit", sa.Text, nullable=False),
        sa.Column("credit", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.CheckConstraint("amount > 0", name="ck_ledger_entry_amount"),
        sa.CheckConstraint("debit <> credit", name="ck_ledger_entry_accounts"),
        sa.ForeignKeyConstraint(
            ["slot", "transaction_id"],
            ["ledger_transaction.slot", "ledger_transaction.id"],
            name="fk_ledger_entry_transaction",
        ),
        key=("transaction_id", "number"),
        guard_by="guard_appended",
    )
    op.create_index("ix_ledger_entry_debit", "ledger_entry", ["debit", "transaction_id"])
    op.create_index("ix_ledger_entry_credit", "ledger_entry", ["credit", "transaction_id"])

    ops.create_sharded_table(
        "wallet",
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("balance", sa.BigInteger, nullable=False),
        sa.Column("held", sa.BigInteger, nullable=False),
        sa.Column("spent_on", sa.Date, nullable=False),
        sa.Column("spent", sa.BigInteger, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("failures", sa.BigInteger, nullable=False),
        sa.Column("locked_until", sa.TIMESTAMP(timezone=True)),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("balance >= 0", name="ck_wallet_balance"),
        sa.CheckConstraint("held >= 0", name="ck_wallet_held"),
        key=("user_id",),
    )
    ops.create_sharded_table(
        "wallet_hold",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("trade_id", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True)),
        sa.CheckConstraint("amount > 0", name="ck_wallet_hold_amount"),
        sa.CheckConstraint("state IN ('held', 'captured', 'released')", name="ck_wallet_hold_state"),
    )
    op.create_index("uq_wallet_hold_trade_id", "wallet_hold", ["slot", "trade_id"], unique=True)
    ops.create_sharded_table(
        "wallet_entry",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("balance", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("amount <> 0", name="ck_wallet_entry_amount"),
        sa.CheckConstraint("balance >= 0", name="ck_wallet_entry_balance"),
        guard_by="guard_appended",
    )
    op.create_index("uq_wallet_entry_key", "wallet_entry", ["slot", "key"], unique=True)
    op.create_index("ix_wallet_entry_user_id", "wallet_entry", ["user_id", "id"])
