"""The relational tables of buyers: the classes describe what the migrations made."""

import pytest
from sqlalchemy import Table, create_engine, inspect

from mall.orders.tables import DeadlineRow, DiscountRow, EventRow, LineRow, OrderRow, TradeRow
from mall.users.address_book.tables import AddressRow
from mall.users.consents.tables import ConsentRow
from mall.users.erased.tables import ErasedRow

CLASSES = (AddressRow, ConsentRow, ErasedRow, TradeRow, OrderRow, LineRow, DiscountRow, EventRow, DeadlineRow)


@pytest.mark.parametrize("row", CLASSES)
@pytest.mark.parametrize("shard", [0, 1])
def test_columns_keys_and_indexes_are_those_of_the_class(database_urls: list[str], row: type, shard: int) -> None:
    table: Table = row.__table__  # type: ignore[attr-defined]
    engine = create_engine(database_urls[shard].replace("postgresql://", "postgresql+psycopg://"))
    there = inspect(engine)

    columns = {
        column["name"]: (column["type"].compile(engine.dialect), column["nullable"])
        for column in there.get_columns(table.name)
    }
    indexes = {
        (index["name"], tuple(index["column_names"]), bool(index["unique"])) for index in there.get_indexes(table.name)
    }
    key = there.get_pk_constraint(table.name)["constrained_columns"]
    engine.dispose()

    assert columns == {
        column.name: (column.type.compile(engine.dialect), bool(column.nullable)) for column in table.columns
    }
    assert indexes == {
        (index.name, tuple(column.name for column in index.columns), bool(index.unique)) for index in table.indexes
    }
    assert set(key) == {column.name for column in table.primary_key}
