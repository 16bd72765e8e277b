"""Working on moves and merges, in however many pieces."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from mall import config
from mall.catalog.categories.jobs import service
from mall.catalog.products import store
from mall.catalog.products.upkeep.service import move_products
from tests.fixtures import goods
from tests.fixtures.gateway import Answer

pytestmark = pytest.mark.usefixtures("database")
Ask = Callable[..., Answer]


def asked() -> int:
    """How often the queue asks for work on jobs."""
    attributes = boto3.client("sqs").get_queue_attributes(
        QueueUrl=config.queue("category-jobs"), AttributeNames=["ApproximateNumberOfMessages"]
    )["Attributes"]
    return int(attributes["ApproximateNumberOfMessages"])


@pytest.fixture
def merger(add: Ask, manage: Ask) -> tuple[str, str, list[str]]:
    """The merge of a category with three products: the job, the category it goes to, and the products."""
    tea, leaves = add().body["id"], add(name={"en": "Leaves"}).body["id"]
    owner = goods.merchant()
    made = [goods.draft(owner, leaves, attributes={}, skus=()).id for _ in range(3)]
    return manage("merge_category", leaves, into=tea).body["id"], tea, made


def test_what_time_does_not_suffice_for_is_asked_for_again(merger: tuple[str, str, list[str]], job: Ask) -> None:
    job_id, tea, made = merger
    before = asked()

    def one_at_a_time(category_id: str, into: str, *, most: int) -> tuple[int, int]:
        return move_products(category_id, into, most=1)

    for done in (1, 2, 3):
        service.work(job_id, move_products=one_at_a_time, go_on=lambda: False)
        assert (job(job_id).body["state"], job(job_id).body["products"]) == ("working", done)
    service.work(job_id, move_products=one_at_a_time, go_on=lambda: False)

    assert asked() == before + 3
    assert job(job_id).body["state"] == "finished"
    assert set(store.in_category(tea, most=10)) == set(made)


def test_a_worker_that_died_is_followed_by_one_that_goes_on(
    merger: tuple[str, str, list[str]], work: Callable[[str], Any], job: Ask
) -> None:
    job_id, tea, made = merger

    def dies(category_id: str, into: str, *, most: int) -> tuple[int, int]:
        move_products(category_id, into, most=1)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        service.work(job_id, move_products=dies, go_on=lambda: True)
    work(job_id)

    assert job(job_id).body["state"] == "finished"
    assert set(store.in_category(tea, most=10)) == set(made)


def test_a_job_that_is_over_is_left_alone(
    merger: tuple[str, str, list[str]], work: Callable[[str], Any], job: Ask
) -> None:
    job_id, _, _ = merger
    work(job_id)
    done = job(job_id).body

    assert work(job_id) == {"batchItemFailures": []}
    assert job(job_id).body == done


def test_a_job_that_is_not_there_is_no_mistake(work: Callable[[str], Any]) -> None:
    assert work("cjb_01KAQ3Z5J8M0T1V2W3X4Y5Z6ZZ") == {"batchItemFailures": []}
