"""The slot map, the tokens of transactions, and what loading the package must not bring along."""

import subprocess
import sys
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall import config, errors
from mall.ids import SLOTS
from mall.sql import slots
from mall.sql.session import parse_token


def test_every_slot_is_where_the_setting_says() -> None:
    found = slots.parse("0-511=0, 512-1022=1,1023=2")

    assert [found.shard_of(slot) for slot in (0, 511, 512, 1022, 1023)] == [0, 0, 1, 1, 2]
    assert found.slots_of(2) == (1023,)
    assert found.ranges_of(1) == ((512, 1022),)


@pytest.mark.parametrize("setting", ["0-1022=0", "0-1023=0,5=1", "0-1024=0", "-1=0"])
def test_a_setting_that_does_not_give_each_slot_once_is_refused(setting: str) -> None:
    with pytest.raises((config.ConfigurationMissing, ValueError)):
        slots.parse(setting)


def test_slots_are_divided_evenly_without_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALL_DATABASE_URLS", "a,b,c")
    monkeypatch.delenv("MALL_SLOTS", raising=False)

    assert [len(slots.configured().slots_of(shard)) for shard in range(3)] == [342, 341, 341]


def test_a_setting_that_names_a_shard_without_an_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALL_DATABASE_URLS", "a,b")
    monkeypatch.setenv("MALL_SLOTS", "0-1023=2")

    with pytest.raises(config.ConfigurationMissing):
        slots.configured()


@given(st.integers(), st.integers(1, 4))
def test_ranges_hold_exactly_the_slots_of_a_shard(seed: int, shards: int) -> None:
    found = slots.SlotMap(tuple(Random(seed).choices(range(shards), k=SLOTS)))

    for shard in range(4):
        ranges = found.ranges_of(shard)
        assert [slot for first, last in ranges for slot in range(first, last + 1)] == list(found.slots_of(shard))


def test_a_token_names_its_shard_and_transaction() -> None:
    assert parse_token("1:752") == {1: 752}
    assert parse_token(None) == {}
    with pytest.raises(errors.Invalid):
        parse_token("1:752; DROP TABLE")


def test_loading_the_package_brings_the_driver_and_neither_other_drivers_nor_aws_nor_migrations() -> None:
    code = (
        "import sys, mall.sql\n"
        "unwanted = ('asyncpg', 'boto3', 'alembic', 'sqlalchemy.ext.asyncio', 'rich')\n"
        "assert not [name for name in unwanted if name in sys.modules], sys.modules.keys()\n"
        "assert 'psycopg' in sys.modules, 'the first caller would wait for it'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": "layers/mall/python"})
