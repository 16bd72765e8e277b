"""What every template keeps to, so that a function is found, watched, cheap to run and safe wherever it is."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.local import templates
from infra.local.deploy import TEMPLATE
from infra.local.state import ROOT
from infra.local.templates import FUNCTION, resources
from tests.infra.plain import translated

ALL = templates.nested(TEMPLATE)
MODULES = {path: templates.load(path) for path in sorted((ROOT / "infra" / "modules").glob("*.yaml"))}
STACKS = {path: template for path, template in ALL.items() if path.parent.name == "stacks"}
# Tables of which nothing has to be recovered, and why.
SHORT_LIVED = {"Codes": "one-time codes and counters, gone within two days"}


FUNCTIONS = [
    pytest.param(
        path,
        name,
        {**template.get("Globals", {}).get("Function", {}), **function["Properties"]},
        id=f"{path.stem}.{name}",
    )
    for path, template in STACKS.items()
    for name, function in resources(template, FUNCTION).items()
]


def _all(type_: str) -> list[Any]:
    return [
        pytest.param(name, resource, id=f"{path.stem}.{name}")
        for path, template in ALL.items()
        for name, resource in resources(template, type_).items()
    ]


def test_every_template_is_part_of_the_mall() -> None:
    there = set((ROOT / "infra" / "stacks").glob("*.yaml")) | set((ROOT / "infra" / "modules").glob("*.yaml"))

    assert there <= ALL.keys()


def test_the_root_template_is_a_table_of_contents() -> None:
    kinds = {resource["Type"] for resource in ALL[TEMPLATE]["Resources"].values()}

    assert kinds == {"AWS::CloudFormation::Stack", "AWS::Serverless::LayerVersion"}


@pytest.mark.parametrize(("path", "name", "function"), FUNCTIONS)
def test_a_function_goes_by_one_name(path: Path, name: str, function: dict[str, Any]) -> None:
    verb_noun = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()

    assert function["Handler"] == f"{verb_noun}.app"
    assert function["FunctionName"] == {"Fn::Sub": f"${{Stage}}-{path.stem}-{verb_noun}"}
    assert (path.parent / function["CodeUri"]).resolve() == ROOT / "functions" / path.stem


@pytest.mark.parametrize(("path", "name", "function"), FUNCTIONS)
def test_a_function_has_a_log_group_of_its_own_that_forgets(path: Path, name: str, function: dict[str, Any]) -> None:
    log = STACKS[path]["Resources"][f"{name}Log"]

    assert log["Type"] == "AWS::Logs::LogGroup"
    assert log["Properties"]["LogGroupName"] == {"Fn::Sub": f"/aws/lambda/{function['FunctionName']['Fn::Sub']}"}
    assert log["Properties"]["RetentionInDays"] == {"Ref": "LogRetention"}


@pytest.mark.parametrize(("path", "name", "function"), FUNCTIONS)
def test_a_function_runs_on_the_malls_platform(path: Path, name: str, function: dict[str, Any]) -> None:
    assert function["Runtime"] == "python3.13"
    assert function["Architectures"] == ["arm64"]
    assert function["Tracing"] == "Active"
    assert function["AutoPublishAlias"] == "live"
    assert function["AutoPublishAliasAllProperties"] is True
    assert function["Layers"]["Ref"].endswith("Layers")


@pytest.mark.parametrize(("path", "name", "function"), FUNCTIONS)
def test_a_function_that_talks_to_the_databases_is_in_their_network(
    path: Path, name: str, function: dict[str, Any]
) -> None:
    variables = STACKS[path].get("Globals", {}).get("Function", {}).get("Environment", {}).get("Variables", {})
    variables = variables | function.get("Environment", {}).get("Variables", {})

    assert ("VpcConfig" in function) == ("MALL_DATABASE_URLS" in variables)


def test_functions_that_people_wait_for_start_from_a_snapshot() -> None:
    contract = yaml.safe_load((ROOT / "infra" / "api" / "openapi.yaml").read_text())
    served = {
        operation["operationId"]
        for operations in contract["paths"].values()
        for operation in operations.values()
        if "operationId" in operation
    }
    # The gateway's authorizer, and what the distribution calls.
    served |= {"users.authorize", "images.get_size", "pages.show_missing"}
    # What a buyer waits for between placing an order and paying for it.
    served |= {"inventory.reserve_stock", "orders.hold_benefits", "orders.open_payment"}

    from_snapshot = {
        f"{parameter.values[0].stem}.{parameter.values[2]['Handler'].removesuffix('.app')}"
        for parameter in FUNCTIONS
        if parameter.values[2].get("SnapStart", {}).get("ApplyOn") == "PublishedVersions"
    }

    # A snapshot is paid for by the hour, so nothing else has one.
    assert from_snapshot == served


@pytest.mark.parametrize(("name", "table"), _all("AWS::DynamoDB::Table"))
def test_a_table_is_kept_encrypted_and_recoverable(name: str, table: dict[str, Any]) -> None:
    properties = table["Properties"]

    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["SSESpecification"] == {"SSEEnabled": True}
    assert properties["TableName"]["Fn::Sub"].startswith("${Stage}-")
    if name in SHORT_LIVED:
        assert properties["TimeToLiveSpecification"]["Enabled"]
    else:
        assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["DeletionPolicy"] in {"Retain", "RetainExceptOnCreate"}
        assert table["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize(("name", "bucket"), _all("AWS::S3::Bucket"))
def test_a_bucket_is_private_and_encrypted(name: str, bucket: dict[str, Any]) -> None:
    properties = bucket["Properties"]

    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert properties["BucketEncryption"]


@pytest.mark.parametrize(("name", "queue"), _all("AWS::SQS::Queue"))
def test_a_queue_is_encrypted_and_has_somewhere_for_what_cannot_be_handled(name: str, queue: dict[str, Any]) -> None:
    properties = queue["Properties"]
    own = properties["QueueName"].get("Fn::Sub", "")

    assert properties["SqsManagedSseEnabled"] is True
    assert properties["MessageRetentionPeriod"] == 14 * 24 * 3600
    assert own.endswith("-dead") or "RedrivePolicy" in properties


@pytest.mark.parametrize(("name", "mapping"), _all("AWS::Lambda::EventSourceMapping"))
def test_a_consumer_takes_its_messages_as_its_alias(name: str, mapping: dict[str, Any]) -> None:
    assert mapping["Properties"]["FunctionName"]["Ref"].endswith(".Alias")


@pytest.mark.parametrize(("path", "name", "function"), FUNCTIONS)
def test_a_function_is_fed_by_a_mapping_of_its_own(path: Path, name: str, function: dict[str, Any]) -> None:
    # SAM's events for queues and streams give the function's role a right to read every queue and every stream.
    kinds = {event["Type"] for event in function.get("Events", {}).values()}

    assert not kinds & {"SQS", "DynamoDB", "Kinesis"}


@pytest.mark.parametrize(("name", "alarm"), _all("AWS::CloudWatch::Alarm"))
def test_an_alarm_tells_somebody_what_it_means(name: str, alarm: dict[str, Any]) -> None:
    assert alarm["Properties"]["AlarmActions"] == [{"Ref": "Alarms"}]
    assert alarm["Properties"]["AlarmDescription"].endswith(".")


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_a_stack_is_within_what_aws_allows(path: Path) -> None:
    template = translated(path)

    # CloudFormation's quotas, with room left for the next change.
    assert len(template["Resources"]) <= 475
    assert len(template.get("Parameters", {})) <= 200
    assert len(template.get("Outputs", {})) <= 200


def test_the_api_is_within_what_a_gateway_allows() -> None:
    contract = yaml.safe_load((ROOT / "infra" / "api" / "openapi.yaml").read_text())
    parts = {
        "/".join(path.split("/")[:depth]) for path in contract["paths"] for depth in range(1, len(path.split("/")) + 1)
    }

    assert len(parts) <= 300
