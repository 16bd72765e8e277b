"""The guarantee across both kinds of store: whatever dies and whatever comes twice, both agree in the end.

Two commands write in one store each, and news of them reaches the other:

    deposit   PostgreSQL: purse of a user   ──► DynamoDB: total and latest balance of that user
    like      DynamoDB: likes of a product  ──► PostgreSQL: number and latest count of likes of that product

Each schedule is a random order of commands, relays and deliveries. Functions run in a process of their own, which is
killed with SIGKILL at random steps, before or after any write; every message, nudge and stream record is delivered
twice, and messages in any order. Then everything runs until nothing is left to do, as the sweep would have it a minute
later, and the stores are compared.
"""

import functools
import json
import os
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import jsonpath_ng.ext
import psycopg
import pytest
from moto import mock_aws
from moto.backends import get_backend
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from sqlalchemy import text

from infra.local.postgres import Postgres
from mall import events, ids, nosql, sql
from tests.fixtures.aws import function
from tests.functional.database.lambdas import Died, Environments, Failed

SCHEDULES = 200
CHUNKS = 8
REGION = "eu-west-3"  # another one than that of the other tests, whose tables stay
ACCOUNT = "123456789012"
BUS = "guarantee"


class Balance(nosql.Model):
    """What DynamoDB knows of a purse: the sum of all deposits, and the balance last heard of."""

    class Meta(nosql.Table):
        logical = "balances"

    id = UnicodeAttribute(hash_key=True)
    total = NumberAttribute(default=0)
    latest = NumberAttribute(null=True)
    sequence = NumberAttribute(null=True)


class Product(nosql.Model):
    """A product with its likes; `version` grows with each."""

    class Meta(nosql.Table):
        logical = "products"

    id = UnicodeAttribute(hash_key=True)
    likes = NumberAttribute(default=0)


def deposit(given: dict[str, Any], context: Any) -> None:
    """Put something into the purse of a user."""
    user, amount = given["user"], given["amount"]
    with sql.session(key=user) as session:
        row = session.execute(
            text(
                "INSERT INTO purse AS p (user_id, amount, version) VALUES (:user, :amount, 1) ON CONFLICT (user_id) "
                "DO UPDATE SET amount = p.amount + :amount, version = p.version + 1 RETURNING amount, version"
            ),
            {"user": user, "amount": amount},
        ).one()
        data = {"amount": amount, "balance": row.amount}
        events.record(session, events.Event.of("shop.Deposited", aggregate=user, data=data, sequence=row.version))


def like(given: dict[str, Any], context: Any) -> None:
    """Like a product."""
    product = Product.get(given["product"], consistent_read=True)
    event = events.Event.of(
        "shop.Liked", aggregate=product.id, data={"likes": product.likes + 1}, sequence=int(product.likes + 1)
    )
    with nosql.transaction() as writes:
        writes.update(product, [Product.likes.set(product.likes + 1)], condition=Product.likes == product.likes)
        writes.save(events.outbox_item(event))


@events.consumer("shop.on_deposited")
def on_deposited(event: events.Event) -> None:
    """Add the deposit to the total, once, and keep the latest balance."""
    with events.once("shop.on_deposited", event) as writes:
        writes.update(Balance(event.aggregate), [Balance.total.add(event.data["amount"])])
    try:
        with nosql.conditional():
            Balance(event.aggregate).update(
                [Balance.latest.set(event.data["balance"]), Balance.sequence.set(event.sequence)],
                condition=events.newer(Balance.sequence, event),
            )
    except nosql.ConditionFailed:
        pass  # older news


@events.consumer("shop.on_liked")
def on_liked(event: events.Event) -> None:
    """Count the like, once, and keep the latest number."""
    with sql.session(key=event.aggregate) as session:
        if not events.inbox_row(session, "shop.on_liked", event):
            return
        known = session.execute(
            text(
                "INSERT INTO popularity AS p (product_id, number) VALUES (:product, 1) "
                "ON CONFLICT (product_id) DO UPDATE SET number = p.number + 1 RETURNING sequence"
            ),
            {"product": event.aggregate},
        ).scalar_one()
        if event.supersedes(known):
            session.execute(
                text("UPDATE popularity SET latest = :likes, sequence = :sequence WHERE product_id = :product"),
                {"likes": event.data["likes"], "sequence": event.sequence, "product": event.aggregate},
            )


FUNCTIONS = {
    "deposit": deposit,
    "like": like,
    "on_deposited": on_deposited,
    "on_liked": on_liked,
    "relay_outbox": function("database.relay_outbox").app,
    "relay_changes": function("database.relay_changes").app,
}
DDL = """
CREATE TABLE purse (user_id text PRIMARY KEY, amount bigint NOT NULL, version bigint NOT NULL);
CREATE TABLE popularity (product_id text PRIMARY KEY, number bigint NOT NULL, latest bigint, sequence bigint)
"""


@dataclass
class Cloud:
    """AWS and the database as the functions see them, and Lambda's part in it: polling, delivering, trying again."""

    lambdas: Environments
    urls: list[str]
    kills: Counter[str] = field(default_factory=Counter)
    position: int = 0
    delivered: Counter[str] = field(default_factory=Counter)
    chance: random.Random = field(default_factory=random.Random)
    danger: float = 0.0

    def call(self, function: str, event: Any) -> Any:
        """Call a function, which may be killed; None when it was, or when it failed."""
        kill_at = self.chance.randrange(6) if self.chance.random() < self.danger else None
        try:
            return self.lambdas.call(function, event, kill_at) or {}
        except Died:
            self.kills[function] += 1
            return None
        except Failed:
            if kill_at is None and function not in ("deposit", "like"):
                raise
            return None

    def deliver_messages(self, queue_name: str, function: str) -> bool:
        """Deliver a batch of a queue; a message leaves the queue when it was taken in twice. False: it was empty."""
        messages = get_backend("sqs")[ACCOUNT][REGION].get_queue(queue_name)._messages
        batch = self.chance.sample(messages, min(len(messages), 10))
        if not batch:
            return False
        records = [
            {"messageId": message.id, "body": message.body, "eventSourceARN": f"arn:aws:sqs:::{queue_name}"}
            for message in batch
        ]
        answer = self.call(function, {"Records": records})
        if answer is not None:
            failed = {failure["itemIdentifier"] for failure in answer.get("batchItemFailures", [])}
            for message in batch:
                self.delivered[message.id] += message.id not in failed
                if self.delivered[message.id] == 2:
                    messages.remove(message)
        return True

    def deliver_changes(self) -> bool:
        """Deliver what the outbox table's stream holds, twice. False: nothing was new."""
        shard = get_backend("dynamodb")[ACCOUNT][REGION].tables["outbox"].stream_shard
        records = [item.to_json() for item in shard.items[self.position :]]
        if not records:
            return False
        batch = {"Records": [record | {"dynamodb": _plain(record["dynamodb"])} for record in records]}
        if self.call("relay_changes", batch) is not None and self.call("relay_changes", batch) is not None:
            self.position += len(records)
        return True

    def settle(self) -> None:
        """Let everything run undisturbed until there is nothing left to do."""
        self.danger = 0.0
        self.call("relay_outbox", {})
        busy = True
        while busy:
            busy = self.deliver_changes()
            busy |= self.deliver_messages("nudges", "relay_outbox")
            busy |= self.deliver_messages("deposited", "on_deposited")
            busy |= self.deliver_messages("liked", "on_liked")

    def clear(self) -> None:
        """Empty the tables, since moto copies all of them in every transaction, and the queues."""
        for queue in get_backend("sqs")[ACCOUNT][REGION].queues.values():
            queue._messages.clear()
        for table in get_backend("dynamodb")[ACCOUNT][REGION].tables.values():
            table.items.clear()
            if table.stream_shard is not None:
                table.stream_shard.items.clear()
        self.position = 0

    def published(self) -> list[events.Event]:
        """Everything that went over the bus since the last time, in its order."""
        messages = get_backend("sqs")[ACCOUNT][REGION].get_queue("everything")._messages
        found = [events.Event.of_envelope(json.loads(message.body)) for message in messages]
        messages.clear()
        return found


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    """pytest's monkeypatch for the length of this module."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def cloud(
    postgres: Postgres, database_urls: list[str], worker_id: str, monkeypatch_module: pytest.MonkeyPatch
) -> Iterator[Cloud]:
    """Two shards and an AWS of its own, both shared by all processes that are killed."""
    names = [f"guarantee_{worker_id}_{shard}" for shard in range(2)]
    urls = [postgres.clone("template_mall", name) for name in names]
    for url in urls:
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            connection.execute(DDL)
    tables = ("outbox", "inbox", "balances", "products")
    settings = {
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "MALL_BUS": BUS,
        "MALL_QUEUE_NUDGES": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/nudges",
        "MALL_DATABASE_URLS": ",".join(urls),
        "MALL_SLOTS": os.environ["MALL_SLOTS"],
        **{f"MALL_TABLE_{name.upper()}": name for name in tables},
    }
    # Two thirds of the time would go into parsing the same eight paths again for every event.
    monkeypatch_module.setattr(jsonpath_ng.ext, "parse", functools.cache(jsonpath_ng.ext.parse))
    mock = mock_aws()
    mock.start(reset=False)
    try:
        _create()
        lambdas = Environments(FUNCTIONS, settings, first=_everything_twice())
        yield Cloud(lambdas, urls)
        lambdas.close()
    finally:
        for service in ("dynamodb", "dynamodbstreams", "sqs", "events"):
            get_backend(service)[ACCOUNT][REGION].reset()
        mock.stop(remove_data=False)
        postgres.drop(*names)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_both_stores_agree_whatever_dies_and_whatever_comes_twice(cloud: Cloud, chunk: int) -> None:
    before = sum(cloud.kills.values())

    for seed in range(chunk, SCHEDULES, CHUNKS):
        run_schedule(cloud, seed)

    assert sum(cloud.kills.values()) - before > SCHEDULES // CHUNKS, "hardly anything was killed"


def run_schedule(cloud: Cloud, seed: int) -> None:
    """One random schedule, from the first command to the comparison."""
    cloud.chance = chance = random.Random(seed)
    users = [ids.new("usr", slot=chance.randrange(ids.SLOTS)) for _ in range(chance.randint(1, 2))]
    products = [ids.new("prd", slot=chance.randrange(ids.SLOTS)) for _ in range(chance.randint(1, 2))]
    dynamodb = get_backend("dynamodb")[ACCOUNT][REGION]
    cloud.clear()
    for product in products:
        dynamodb.put_item("products", {"id": {"S": product}, "likes": {"N": "0"}})
    commands: list[Callable[[], Any]] = [
        *[lambda: cloud.call("deposit", {"user": chance.choice(users), "amount": chance.randint(1, 9)})]
        * chance.randint(2, 3),
        *[lambda: cloud.call("like", {"product": chance.choice(products)})] * chance.randint(1, 2),
    ]
    deliveries: list[Callable[[], Any]] = [
        lambda: cloud.deliver_messages("nudges", "relay_outbox"),
        cloud.deliver_changes,
        lambda: cloud.deliver_messages("deposited", "on_deposited"),
        lambda: cloud.deliver_messages("liked", "on_liked"),
    ]

    cloud.danger = 0.6
    for action in chance.sample(commands + deliveries[:2], len(commands) + 2):
        action()
    for action in chance.sample(deliveries * 2, len(deliveries) * 2):
        action()
    cloud.settle()

    purses, popularity = _read(cloud.urls, users, products)
    balances = {user: _numbers(dynamodb, "balances", user) for user in users}
    likes = {product: _numbers(dynamodb, "products", product)["likes"] for product in products}
    for user in users:
        amount, version = purses.get(user, (None, 0))
        known = balances[user]
        assert (known.get("total"), known.get("latest")) == (amount, amount), f"schedule {seed}: {user}"
        assert known.get("sequence", 0) == version
    for product in products:
        number, latest = popularity.get(product, (0, 0))
        assert (number, latest) == (likes[product], likes[product]), f"schedule {seed}: {product}"
    versions = {user: purses.get(user, (0, 0))[1] for user in users} | likes
    assert first_sightings(cloud.published()) == {
        aggregate: list(range(1, count + 1)) for aggregate, count in versions.items() if count
    }, f"schedule {seed}: lost, or out of order"


def first_sightings(published: list[events.Event]) -> dict[str, list[int]]:
    """For each aggregate the sequence numbers of its events, in the order in which the bus first saw them."""
    seen: dict[str, list[int]] = defaultdict(list)
    for event in published:
        if event.sequence not in seen[event.aggregate]:
            seen[event.aggregate].append(event.sequence)
    return dict(seen)


def _everything_twice() -> list[tuple[str, Any]]:
    user, product = (ids.new(prefix, slot=0) for prefix in ("usr", "prd"))
    get_backend("dynamodb")[ACCOUNT][REGION].put_item("products", {"id": {"S": product}, "likes": {"N": "0"}})
    deposited = events.Event.of("shop.Deposited", aggregate=user, data={"amount": 1, "balance": 1})
    liked = events.Event.of("shop.Liked", aggregate=product, data={"likes": 1})
    calls = [("deposit", {"user": user, "amount": 1}), ("like", {"product": product}), ("relay_outbox", {})]
    for name, event in (("on_deposited", deposited), ("on_liked", liked)):
        body = json.dumps({"detail-type": event.name, "detail": json.loads(event.detail())})
        calls.append((name, {"Records": [{"messageId": "1", "body": body, "eventSourceARN": "arn:aws:sqs:::warm"}]}))
    return calls * 2


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key in ("SequenceNumber", "NewImage", "Keys")}


def _numbers(dynamodb: Any, table: str, key: str) -> dict[str, int]:
    item = dynamodb.get_item(table, {"id": {"S": key}})
    attributes = item.to_json()["Attributes"] if item else {}
    return {name: int(value["N"]) for name, value in attributes.items() if "N" in value}


def _read(urls: list[str], users: list[str], products: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    purses: dict[str, Any] = {}
    popularity: dict[str, Any] = {}
    for url in urls:
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            for user, *rest in connection.execute(
                "SELECT user_id, amount, version FROM purse WHERE user_id = ANY(%s)", [users]
            ):
                purses[user] = tuple(rest)
            for product, *rest in connection.execute(
                "SELECT product_id, number, latest FROM popularity WHERE product_id = ANY(%s)", [products]
            ):
                popularity[product] = tuple(rest)
    return purses, popularity


def _create() -> None:
    dynamodb, sqs, bus = (boto3.client(service, region_name=REGION) for service in ("dynamodb", "sqs", "events"))
    for name, keys in {"outbox": "pk sk", "inbox": "id", "balances": "id", "products": "id"}.items():
        dynamodb.create_table(
            TableName=name,
            KeySchema=[
                {"AttributeName": key, "KeyType": kind}
                for key, kind in zip(keys.split(), ("HASH", "RANGE"), strict=False)
            ],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys.split()],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
            if name == "outbox"
            else {"StreamEnabled": False},
        )
    bus.create_event_bus(Name=BUS)
    sqs.create_queue(QueueName="nudges")
    for queue, pattern in {
        "deposited": {"detail-type": ["shop.Deposited"]},
        "liked": {"detail-type": ["shop.Liked"]},
        "everything": {"source": ["mall.shop"]},
    }.items():
        sqs.create_queue(QueueName=queue)
        bus.put_rule(Name=queue, EventBusName=BUS, EventPattern=json.dumps(pattern))
        bus.put_targets(
            Rule=queue, EventBusName=BUS, Targets=[{"Id": queue, "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"}]
        )
