"""The deployed mall as a whole: its ways in, what its functions may do, and what they start."""

import io
import json
import zipfile
from collections.abc import Iterator

import pytest
import requests

from infra.local.state import REGION
from tests.local.conftest import LocalMall


def test_the_mall_answers_through_the_gateway_and_through_its_one_address(mall: LocalMall) -> None:
    direct = mall.visitor.call("GET", "/api/health")
    through_site = _through_site(mall, "/api/health")

    assert direct.body == {"status": "ok", "stage": "local"}
    assert through_site.json() == direct.body
    assert "cloudfront" in through_site.headers["Via"]


def test_the_page_of_the_api_and_the_contract_are_part_of_the_site(mall: LocalMall) -> None:
    page = _through_site(mall, "/docs/")
    contract = _through_site(mall, "/docs/openapi.json")

    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "swagger" in page.text
    assert "/api/health" in contract.json()["paths"]


def test_pictures_are_part_of_the_site(mall: LocalMall) -> None:
    bucket = f"local-media-{mall.client('sts').get_caller_identity()['Account']}"
    mall.client("s3").put_object(Bucket=bucket, Key="tests/picture.webp", Body=b"RIFF", ContentType="image/webp")

    picture = _through_site(mall, "/media/tests/picture.webp")

    assert picture.status_code == 200
    assert picture.content == b"RIFF"


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/p/prd_01KAQ3Z5J8M0T1V2W3X4Y5Z6ZZ/", "找不到这个页面"),
        ("/en/p/prd_01KAQ3Z5J8M0T1V2W3X4Y5Z6ZZ/", "This page is not here"),
        ("/no/page/at/all/", "找不到这个页面"),
    ],
    ids=["never a product", "in English", "no page"],
)
def test_an_address_that_never_was_a_page_says_so(mall: LocalMall, path: str, title: str) -> None:
    answer = _through_site(mall, path)

    assert answer.status_code == 404
    assert title in answer.content.decode()
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_the_api_says_itself_what_it_has_not(mall: LocalMall) -> None:
    answer = _through_site(mall, "/api/products/prd_01KAQ3Z5J8M0T1V2W3X4Y5Z6ZZ")

    assert (answer.status_code, answer.json()["Code"]) == (404, "NoSuchProduct")


def _through_site(mall: LocalMall, path: str) -> requests.Response:
    # Browsers find *.cloudfront.localhost by themselves, Python does not.
    host = mall.description["site"].removeprefix("http://").split(":")[0]
    return requests.get(f"{mall.description['endpoint']}{path}", headers={"Host": host}, timeout=30)


@pytest.mark.parametrize(
    ("path", "token", "status", "code"),
    [
        ("/api/users/me", "", 401, "Unauthenticated"),
        ("/api/users/me", "not.a.token", 401, "Unauthenticated"),
        ("/api/no/such/thing", "", 404, "NotFound"),
    ],
)
def test_the_gateways_own_refusals_have_the_malls_one_shape(
    mall: LocalMall, path: str, token: str, status: int, code: str
) -> None:
    reply = mall.visitor.call("GET", path, token=token)

    assert reply.status == status
    assert reply.body.keys() == {"Code", "Message"}
    assert reply.code == code


def test_a_signed_in_person_is_known_to_the_function_behind_the_authorizer(mall: LocalMall) -> None:
    reply = mall.visitor.call("GET", "/api/users/me", token=mall.token("customer"))

    assert reply.status == 200


def test_every_function_runs_the_code_of_this_checkout_and_answers_as_its_alias(mall: LocalMall) -> None:
    client = mall.client("lambda")
    functions = [
        function for page in client.get_paginator("list_functions").paginate() for function in page["Functions"]
    ]

    assert functions
    for function in functions:
        alias = client.get_alias(FunctionName=function["FunctionName"], Name="live")
        live = client.get_function_configuration(FunctionName=function["FunctionName"], Qualifier="live")
        versions = client.list_versions_by_function(FunctionName=function["FunctionName"])["Versions"]
        # A former version would keep a process of the emulator for ever.
        assert [version["Version"] for version in versions] == ["$LATEST", alias["FunctionVersion"]]
        assert (
            live["Environment"]["Variables"]["MALL_RELEASE"] == (function["Environment"]["Variables"]["MALL_RELEASE"])
        )


@pytest.fixture
def curious(mall: LocalMall) -> Iterator[str]:
    """A function with the role of one that may do nothing with the users table."""
    client = mall.client("lambda")
    role = client.get_function_configuration(FunctionName="local-ops-check_health")["Role"]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr(
            "curious.py",
            "import boto3\n"
            "def app(event, context):\n"
            "    client = boto3.client('dynamodb')\n"
            "    try:\n"
            "        return str(client.get_item(TableName='local-users', Key={'pk': {'S': 'a'}, 'sk': {'S': 'b'}}))\n"
            "    except client.exceptions.ClientError as error:\n"
            "        return error.response['Error']['Code']\n",
        )
    name = "test-curious"
    client.create_function(
        FunctionName=name, Role=role, Runtime="python3.13", Handler="curious.app", Code={"ZipFile": archive.getvalue()}
    )
    yield name
    client.delete_function(FunctionName=name)


def test_a_function_without_the_permission_that_it_needs_is_refused_here_as_on_aws(
    mall: LocalMall, curious: str
) -> None:
    answer = mall.client("lambda").invoke(FunctionName=curious)

    assert json.loads(answer["Payload"].read()) == "AccessDeniedException"


def test_nothing_is_deployed_that_no_template_describes(mall: LocalMall) -> None:
    again = mall.run("deploy")

    stacks = mall.client("cloudformation").describe_stacks()["Stacks"]
    assert again.returncode == 0, again.stdout
    assert {stack["StackStatus"] for stack in stacks} <= {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    assert REGION in stacks[0]["StackId"]
