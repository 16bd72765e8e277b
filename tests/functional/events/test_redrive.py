"""Dead letters go back into the queue that they came from by one command."""

import json
from typing import Any

import boto3
import pytest

from mall import config
from mall.events.__main__ import main
from tests.fixtures.stacks import Mall


@pytest.fixture
def queue(aws: Mall) -> Any:
    client = boto3.client("sqs")
    name = f"{config.stage()}-shop-on_told"
    dead = client.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    arn = client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
    url = client.create_queue(QueueName=name, Attributes={"RedrivePolicy": policy})["QueueUrl"]
    for number in range(12):
        client.send_message(QueueUrl=dead, MessageBody=str(number))
    yield name
    for made in (url, dead):
        client.delete_queue(QueueUrl=made)


def waiting(name: str) -> int:
    client = boto3.client("sqs")
    attributes = client.get_queue_attributes(
        QueueUrl=client.get_queue_url(QueueName=name)["QueueUrl"], AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(attributes["Attributes"]["ApproximateNumberOfMessages"])


@pytest.mark.parametrize("arguments", [["QUEUE"], ["--all"]])
def test_every_dead_letter_goes_back_where_the_service_cannot_do_it_itself(
    queue: str, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["redrive", *[queue if argument == "QUEUE" else argument for argument in arguments]])

    assert status == 0
    assert (waiting(queue), waiting(f"{queue}-dead")) == (12, 0)
    assert f"{queue}: 12 messages go back" in capsys.readouterr().out


def test_a_queue_without_dead_letter_queue_is_refused_with_a_sentence(
    queue: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["redrive", f"{queue}-dead"]) == 1

    assert "has no dead-letter queue" in capsys.readouterr().err
