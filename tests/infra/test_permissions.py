"""Least privilege: a function may use what its code can reach, and nothing else.

The upper bound is proven here, by comparing each function's policies with its imports. The lower bound, that it may do
all it needs, is proven by the deployed mall, which runs with IAM enforced.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import grimp
import pytest

from infra.local.state import ROOT
from infra.local.templates import FUNCTION, STACK, resources
from tests.fixtures import stacks
from tests.infra.plain import translated

TREE = stacks.tree()
LAYER = ROOT / "layers" / "mall" / "python"
# AWS's own policies that SAM attaches: they write logs and traces and make network interfaces, which name no resource.
HARMLESS = {"AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess", "AWSLambdaVPCAccessExecutionRole"}
# A text message has no resource; a letter's sender is a condition instead of one.
WITHOUT_RESOURCE = {"sns:Publish", "ses:SendEmail"}
# How a policy's ARN, a function's setting and a line of code name the same thing.
_ARN = {
    "dynamodb": ("table", re.compile(r":table/([^/*]+)")),
    "s3": ("bucket", re.compile(r":::([^/*]+)")),
    "sqs": ("queue", re.compile(r":([^:*]+)$")),
    "kms": ("key", re.compile(r":key/(.+)$")),
    "secretsmanager": ("secret", re.compile(r":secret:([^*]+?)-?\*?$")),
    "states": ("machine", re.compile(r":stateMachine:([^:*]+)$")),
}
FUNCTIONS = [
    pytest.param(stack, name, id=f"{stack.path.stem}.{name}")
    for stack in TREE
    for name in resources(stack.template, FUNCTION)
]
Thing = tuple[str, str]


def _statements(stack: Any, function: str) -> Iterator[dict[str, Any]]:
    """What the function's role allows: its own policies, and those that it names, here or in another stack."""
    template = translated(stack.path)
    role = template["Resources"][f"{function}Role"]["Properties"]
    documents = [(stack, policy["PolicyDocument"]) for policy in role.get("Policies", [])]
    for managed in role["ManagedPolicyArns"]:
        match managed:
            case {"Ref": str(name)} if name in template["Resources"]:
                documents.append((stack, template["Resources"][name]["Properties"]["PolicyDocument"]))
            case {"Ref": str(name)} if handed := _handed(stack, name):
                documents.append(handed)
            case {"Fn::If": [str(condition), _, _]} if not stack.holds(condition):
                continue
            case str() | {"Fn::Sub": _}:
                assert str(stack.value(managed)).rpartition("/")[2] in HARMLESS
            case _:
                raise AssertionError(f"{function} has the policy {managed}, of which this test knows nothing")
    for owner, document in documents:
        for statement in document["Statement"]:
            yield {
                "actions": _listed(statement["Action"]),
                "resources": [str(resource) for resource in _listed(owner.value(statement["Resource"]))],
            }


def _handed(stack: Any, parameter: str) -> tuple[Any, dict[str, Any]] | None:
    """The policy of another stack that `template.yaml` hands to this one, and that stack."""
    root = TREE[0]
    for name, nested in resources(root.template, STACK).items():
        match nested["Properties"].get("Parameters", {}).get(parameter):
            case {"Fn::GetAtt": [str(other), str(output)]} if root.child(name).path == stack.path:
                owner = root.child(other)
                match owner.template["Outputs"][output.removeprefix("Outputs.")]["Value"]:
                    case {"Ref": str(policy)} if policy in owner.template["Resources"]:
                        return owner, owner.template["Resources"][policy]["Properties"]["PolicyDocument"]
    return None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _thing(arn: str) -> Thing | None:
    """What an ARN is about: ("table", its physical name)."""
    service = arn.split(":")[2]
    if service not in _ARN:
        return None
    kind, pattern = _ARN[service]
    found = pattern.search(arn)
    assert found, f"{arn} does not say which {kind}"
    return kind, found[1]


@cache
def _settings() -> dict[Thing, set[str]]:
    """By which names the functions' settings, and so the code, know each physical thing."""
    names: dict[Thing, set[str]] = {}
    for variables in stacks.read().environments.values():
        for variable, values in variables.items():
            found = re.fullmatch(r"MALL_(TABLE|BUCKET|QUEUE|KEY|MACHINE)_(\w+)", variable)
            for value in values.split(",") if found else ():
                assert found is not None
                kind, logical = found[1].lower(), found[2].lower()
                physical = re.split(r"[/:]", value)[-1]
                names.setdefault((kind, physical), set()).add(logical)
    return names


@cache
def _mentions() -> dict[str, set[Thing]]:
    """Which tables, buckets, queues, keys, machines and secrets each module of the mall asks for by name."""
    return {
        ".".join(path.relative_to(LAYER).with_suffix("").parts).removesuffix(".__init__"): set(_asked_for(path))
        for path in LAYER.rglob("*.py")
    }


def _asked_for(path: Path) -> Iterator[Thing]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="config"), attr=kind), args=[ast.Constant(value=str(name))]
            ):
                yield kind, name.replace("-", "_")
            case ast.Assign(targets=[ast.Name(id="logical")], value=ast.Constant(value=str(name))):
                yield "table", name


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph("mall", exclude_type_checking_imports=True, cache_dir=None)


@cache
def _reach(path: Path) -> frozenset[Thing]:
    """What the code of a function file can ask for, through all that it imports, also inside functions."""
    graph = _graph()
    direct: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                direct |= {name.name for name in names}
            case ast.ImportFrom(module=str(module), names=names):
                direct |= {module, *(f"{module}.{name.name}" for name in names)}
    imported = {module for module in direct if module in graph.modules}
    for module in list(imported):
        imported |= graph.find_upstream_modules(module)
    # A module's packages are imported before it.
    imported |= {module.rpartition(".")[0] for module in imported if "." in module}
    for module in list(imported):
        imported |= graph.find_upstream_modules(module)
    return frozenset(thing for module in imported for thing in _mentions().get(module, ()))


def _fed_by(stack: Any, function: str) -> set[str]:
    """The ARNs that the function's event source mappings read from and put failures to."""
    fed = set()
    for mapping in resources(stack.template, "AWS::Lambda::EventSourceMapping").values():
        properties = mapping["Properties"]
        if properties["FunctionName"] == {"Ref": f"{function}.Alias"}:
            failures = properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
            fed |= {str(stack.value(properties["EventSourceArn"])), *([str(stack.value(failures))] if failures else [])}
    return fed


@pytest.mark.parametrize(("stack", "name"), FUNCTIONS)
def test_a_function_may_use_only_what_its_code_can_reach(stack: Any, name: str) -> None:
    properties = stack.template["Resources"][name]["Properties"]
    handler = properties["Handler"].removesuffix(".app")
    reach = _reach(ROOT / "functions" / stack.path.stem / f"{handler}.py")
    fed = {_thing(arn) for arn in _fed_by(stack, name)}

    for statement in _statements(stack, name):
        for arn in statement["resources"]:
            if arn == "*":
                continue
            thing = _thing(arn)
            if thing is None or thing in fed:
                continue
            kind, physical = thing
            known_as = (
                {physical.partition("/")[2].replace("-", "_")}
                if kind == "secret"
                else _settings().get(thing, {physical})
            )
            assert {(kind, logical) for logical in known_as} & reach, (
                f"{name} may use the {kind} {physical}, but nothing that it imports asks for it"
            )


@pytest.mark.parametrize(("stack", "name"), FUNCTIONS)
def test_no_permission_is_for_everything(stack: Any, name: str) -> None:
    for statement in _statements(stack, name):
        assert not [action for action in statement["actions"] if action.endswith(":*") or action == "*"]
        if "*" in statement["resources"]:
            assert set(statement["actions"]) <= WITHOUT_RESOURCE


def test_the_gateway_may_call_the_malls_functions_and_no_others() -> None:
    api = next(stack for stack in TREE if stack.path.stem == "api")
    role = api.template["Resources"]["InvokeRole"]["Properties"]
    statements = [statement for policy in role["Policies"] for statement in policy["PolicyDocument"]["Statement"]]

    assert [statement["Action"] for statement in statements] == ["lambda:InvokeFunction"]
    assert str(api.value(statements[0]["Resource"])).endswith(f":function:{stacks.STAGE}-*:live")


def test_state_machines_call_functions_by_their_alias() -> None:
    # Only published versions start from a snapshot, and the alias is what a deployment moves to a new one.
    called = [
        str(stack.value(resource))
        for stack in TREE
        for machine in stack.template["Resources"].values()
        if machine["Type"] == "AWS::Serverless::StateMachine"
        for resource in machine["Properties"]["DefinitionSubstitutions"].values()
    ]

    assert len(called) > 20
    assert [resource for resource in called if not (":function:" in resource and resource.endswith(":live"))] == []


def test_the_comparison_sees_what_code_reaches() -> None:
    reach = _reach(ROOT / "functions" / "users" / "sign_in.py")

    assert ("table", "sessions") in reach
    assert ("key", "access_tokens") in reach
    assert ("table", "inbox") not in _reach(ROOT / "functions" / "users" / "get_jwks.py")
