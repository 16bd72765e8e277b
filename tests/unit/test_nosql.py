"""DynamoDB: cursors that cannot be forged, transactions that are all or nothing."""

import base64
import json
from collections.abc import Iterator
from functools import partial

import pytest
from botocore.exceptions import ClientError
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, UpdateError
from pynamodb.transactions import TransactWrite

from mall import aws, errors, nosql


class Shelf(nosql.Model):
    class Meta(nosql.Table):
        logical = "shelves"

    owner = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    amount = NumberAttribute(default=0)


@pytest.fixture(autouse=True)
def _table(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    request.getfixturevalue("aws")
    monkeypatch.setenv("MALL_TABLE_SHELVES", "test-shelves")
    client = aws.client("dynamodb")
    client.create_table(
        TableName="test-shelves",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("owner", "id")],
        KeySchema=[{"AttributeName": "owner", "KeyType": "HASH"}, {"AttributeName": "id", "KeyType": "RANGE"}],
    )
    yield
    client.delete_table(TableName="test-shelves")


def fill(owner: str, count: int) -> None:
    with Shelf.batch_write() as batch:
        for number in range(count):
            batch.save(Shelf(owner, f"{number:03d}", amount=number))


def listed(owner: str, after: str | None, limit: int = 10) -> tuple[list[str], str | None]:
    start = nosql.start_of(after, owner=owner)
    found, cursor = nosql.page(Shelf.query(owner, limit=limit, last_evaluated_key=start))
    return [shelf.id for shelf in found], cursor


# ── Pages ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 25])
def test_following_the_cursors_shows_everything_once(count: int) -> None:
    fill("anna", count)

    seen, after = listed("anna", None)
    while after:
        found, after = listed("anna", after)
        seen += found

    assert seen == [f"{number:03d}" for number in range(count)]


def test_a_cursor_of_one_owner_does_not_open_anothers_list() -> None:
    fill("anna", 20)
    _, cursor = listed("anna", None)

    with pytest.raises(errors.Invalid):
        nosql.start_of(cursor, owner="ben")


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        pytest.param(base64.urlsafe_b64encode(b"[" * 3_000).decode(), id="nested too deeply"),
        "x",
        "!!!!",
        "é",
        "\udc80",
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        encoded("text"),
        encoded([1]),
        encoded(None),
        encoded(7),
        encoded({}),
        encoded({"owner": "anna"}),
        encoded({"owner": {"S": "ben"}, "id": {"S": "1"}}),
        encoded({"owner": {"N": "1"}, "id": {"S": "1"}}),
        encoded({"owner": {"S": "anna"}, "id": {"S": "x" * 5000}}),
        "A" * 100_000,
        encoded({"owner": {"S": "anna"}})[:-3],
    ],
)
def test_what_is_not_a_cursor_of_this_list_is_refused(cursor: str) -> None:
    with pytest.raises(errors.Invalid):
        nosql.start_of(cursor, owner="anna")


@pytest.mark.parametrize(
    "key", [{"S": 7}, {"S": {"S": "x"}}, "001", {"X": "y"}, {"S": "001", "N": "1"}, [], None, {"N": "x"}]
)
def test_a_cursor_whose_key_has_another_form_is_refused_before_it_reaches_dynamodb(key: object) -> None:
    with pytest.raises(errors.Invalid):
        nosql.start_of(encoded({"owner": {"S": "anna"}, "id": key}), owner="anna")


def test_no_cursor_starts_at_the_beginning() -> None:
    assert nosql.start_of(None, owner="anna") is None
    assert nosql.start_of("", owner="anna") is None


# ── Writes ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def amount(owner: str, id_: str = "001") -> float | None:
    try:
        return Shelf.get(owner, id_).amount
    except Shelf.DoesNotExist:
        return None


def test_a_transaction_writes_all() -> None:
    with nosql.transaction() as writes:
        writes.save(Shelf("anna", "001", amount=1))
        writes.save(Shelf("ben", "001", amount=2))

    assert (amount("anna"), amount("ben")) == (1, 2)


def test_a_transaction_whose_condition_fails_writes_nothing_and_says_where() -> None:
    Shelf("ben", "001", amount=5).save()

    with pytest.raises(nosql.ConditionFailed) as caught, nosql.transaction() as writes:
        writes.save(Shelf("anna", "001", amount=1))
        writes.save(Shelf("ben", "001", amount=6), condition=Shelf.id.does_not_exist())

    assert caught.value.positions == [1]
    assert (amount("anna"), amount("ben")) == (None, 5)


def test_where_a_condition_failed_is_told_in_the_order_of_the_code_whatever_the_kinds_of_writes() -> None:
    Shelf("ben", "001", amount=5).save()

    for failing in range(3):
        with pytest.raises(nosql.ConditionFailed) as caught, nosql.transaction() as writes:
            fails = [None, None, None]
            fails[failing] = Shelf.amount == 6
            writes.update(Shelf("ben", "001"), actions=[Shelf.amount.set(7)], condition=fails[0])
            writes.save(Shelf("anna", "001", amount=1), condition=fails[1])
            writes.delete(Shelf("cleo", "001"), condition=fails[2])

        assert caught.value.positions == [failing]
    assert amount("ben") == 5


def test_an_exception_inside_a_transaction_leaves_nothing_behind() -> None:
    with pytest.raises(RuntimeError), nosql.transaction() as writes:
        writes.save(Shelf("anna", "001"))
        raise RuntimeError

    assert amount("anna") is None


def test_a_failed_condition_of_a_single_write_is_named() -> None:
    shelf = Shelf("anna", "001")
    with nosql.conditional():
        shelf.save(condition=Shelf.id.does_not_exist())

    for write in (
        lambda: shelf.save(condition=Shelf.id.does_not_exist()),
        lambda: shelf.update(actions=[Shelf.amount.set(3)], condition=Shelf.amount > 5),
        lambda: shelf.delete(condition=Shelf.amount > 5),
    ):
        with pytest.raises(nosql.ConditionFailed), nosql.conditional():
            write()


def test_other_failures_of_a_single_write_stay_what_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    aws.client("dynamodb").delete_table(TableName="test-shelves")
    try:
        with pytest.raises(PutError), nosql.conditional():
            Shelf("anna", "001").save()
    finally:
        aws.client("dynamodb").create_table(
            TableName="test-shelves",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "owner", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "owner", "KeyType": "HASH"}],
        )


def test_a_single_write_that_meets_a_transaction_is_a_conflict() -> None:
    answer = {"Error": {"Code": "TransactionConflictException", "Message": "Transaction is ongoing for the item"}}

    with pytest.raises(errors.Conflict), nosql.conditional():
        raise PutError("Failed to put item", ClientError(answer, "PutItem"))  # type: ignore[arg-type]


# ── Erasing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_erasing_takes_everything_of_one_owner_and_nothing_of_others() -> None:
    fill("anna", 60)
    fill("ben", 3)

    assert nosql.erase(Shelf, "anna") == 60
    assert nosql.erase(Shelf, "anna") == 0
    assert listed("anna", None)[0] == []
    assert len(listed("ben", None)[0]) == 3


def test_erasing_leaves_what_must_be_kept() -> None:
    fill("anna", 10)

    assert nosql.erase(Shelf, "anna", keep=lambda shelf: shelf.amount >= 8) == 8
    assert listed("anna", None)[0] == ["008", "009"]


def test_a_model_needs_its_table_only_when_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MALL_TABLE_SHELVES")

    class Drawer(nosql.Model):
        class Meta(nosql.Table):
            logical = "drawers"

        id = UnicodeAttribute(hash_key=True)

    with pytest.raises(errors.Unavailable, match="MALL_TABLE_DRAWERS"):
        Drawer.get("1")


def test_of_many_writes_those_whose_conditions_hold_are_done() -> None:
    fill("anna", 250)

    def take(number: int, writes: TransactWrite) -> None:
        writes.update(Shelf("anna", f"{number:03d}"), actions=[Shelf.amount.set(-1)], condition=Shelf.amount >= 100)

    done = nosql.each_that_holds({number: partial(take, number) for number in range(250)})

    assert done == set(range(100, 250))
    assert {int(shelf.id) for shelf in Shelf.query("anna") if shelf.amount == -1} == done
    assert nosql.each_that_holds({number: partial(take, number) for number in range(250)}) == set()
    assert nosql.each_that_holds({}) == set()


def test_one_item_that_others_keep_changing_keeps_no_other_from_being_written() -> None:
    fill("anna", 3)

    def write(number: int, writes: TransactWrite) -> None:
        if number == 1:
            raise errors.Conflict
        writes.update(Shelf("anna", f"{number:03d}"), actions=[Shelf.amount.set(9)])

    with pytest.raises(errors.Conflict):
        nosql.each_that_holds({number: partial(write, number) for number in range(3)})

    assert [shelf.amount for shelf in Shelf.query("anna")] == [9, 1, 9]


def test_a_write_in_the_middle_of_anothers_transaction_is_a_conflict() -> None:
    busy = ClientError({"Error": {"Code": "TransactionConflictException", "Message": "busy"}}, "UpdateItem")

    with pytest.raises(errors.Conflict), nosql.conditional():
        raise UpdateError("no", busy)
