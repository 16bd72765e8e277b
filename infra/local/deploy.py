"""`template.yaml` onto the emulator: created the first time, afterwards updated where something changed.

On AWS, CloudFormation deploys the nested stacks. The emulator's loses attributes of resources when it updates a nested
stack, so here each nested stack is deployed as a stack of its own, what it hands out is filled in where it is used,
and stacks in which nothing changed are left alone.
"""

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.local.evaluate import Values
from infra.local.state import REGION, ROOT, STAGE, LocalError
from infra.local.templates import (
    STACK,
    Artifacts,
    Template,
    inline_includes,
    load,
    localize,
    resources,
    spell_out_refusals,
    translate,
)

TEMPLATE = ROOT / "template.yaml"
_NAME = "mall"
_BUCKET = "mall-artifacts"
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
_LONGEST_SECONDS = 300
_GOOD = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
_NEVER_MADE = {"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}


class Deployment:
    """One deployment of the template; `client` makes clients of AWS services, `say` shows the step that is done."""

    def __init__(self, client: Callable[[str], Any], endpoint: str, vendor: Path, say: Callable[[str], None]) -> None:
        self._cloudformation = client("cloudformation")
        self._lambda = client("lambda")
        self._artifacts = Artifacts(client("s3"), _BUCKET, endpoint)
        self._endpoint = endpoint
        self._vendor = vendor
        self._say = say
        account = client("sts").get_caller_identity()["Account"]
        self._pseudo = {
            "AWS::Region": REGION,
            "AWS::AccountId": account,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
        }
        self._seen: set[str] = set()
        self.changed: list[str] = []

    def run(self, parameters: Mapping[str, str]) -> dict[str, str]:
        """Bring everything to what the template says, and return what it hands out."""
        self._existing = {stack["StackName"]: stack for stack in self._stacks()}
        outputs = self._deploy(_NAME, TEMPLATE, {"Stage": STAGE, **parameters})
        for name in self._existing.keys() - self._seen:
            self._say(f"{name} is taken down")
            self._cloudformation.delete_stack(StackName=name)
            self._settled(name)
        if self.changed:
            self._say("former versions")
            self._forget_former_versions()
        return outputs

    def _deploy(self, name: str, path: Path, parameters: Mapping[str, str]) -> dict[str, str]:
        template = load(path)
        localize(template, self._endpoint, self._vendor)
        values = Values(template, parameters, self._pseudo)
        for child, nested in _in_order(template):
            del template["Resources"][child]
            if "Condition" in nested and not values.holds(nested["Condition"]):
                continue
            given = {key: str(values.of(value)) for key, value in nested["Properties"].get("Parameters", {}).items()}
            url = nested["Properties"]["TemplateURL"]
            values.learn(child, self._deploy(f"{name}-{child}", (path.parent / url).resolve(), given))
        if not template["Resources"]:
            return {key: values.of(output["Value"]) for key, output in template.get("Outputs", {}).items()}
        self._artifacts.upload_code(template, path.parent)
        template = values.fill_in(inline_includes(template, path.parent))
        if "Transform" in template:
            template = translate(template, path)
        spell_out_refusals(template)
        return self._apply(
            name, template, {key: parameters[key] for key in template.get("Parameters", {}) if key in parameters}
        )

    def _apply(self, name: str, template: Template, parameters: Mapping[str, str]) -> dict[str, str]:
        """Create or update one stack and return its outputs."""
        self._seen.add(name)
        url = self._artifacts.upload_template(template, name)
        # The address of the template contains a digest of it, and it a digest of its code.
        mark = hashlib.sha256(f"{url} {sorted(parameters.items())}".encode()).hexdigest()[:24]
        stack = self._existing.get(name)
        if stack and stack["StackStatus"] in _NEVER_MADE:
            self._cloudformation.delete_stack(StackName=name)
            self._settled(name)
            stack = None
        if stack and stack["StackStatus"] == "UPDATE_ROLLBACK_FAILED":
            self._end_rollback(stack)
        if not (stack and stack["StackStatus"] in _GOOD and {"Key": "digest", "Value": mark} in stack.get("Tags", [])):
            self._say(name)
            self._change(name, bool(stack), url, parameters, mark)
            self.changed.append(name)
            stack = self._settled(name)
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def _change(self, name: str, exists: bool, url: str, parameters: Mapping[str, str], mark: str) -> None:
        change = self._cloudformation.update_stack if exists else self._cloudformation.create_stack
        before = {event["EventId"] for event in self._events(name)} if exists else set()
        try:
            change(
                StackName=name,
                TemplateURL=url,
                Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
                Capabilities=_CAPABILITIES,
                Tags=[{"Key": "digest", "Value": mark}],
            )
        except ClientError as error:
            if "No updates" in str(error):
                return
            raise LocalError(f"The stack {name} was refused: {error.response['Error']['Message']}") from error
        # Right after the call the stack may still show the state before it.
        while not any(event["EventId"] not in before for event in self._events(name)):
            time.sleep(0.05)
        stack = self._settled(name)
        if stack.get("StackStatus") not in _GOOD:
            reasons = [
                f"{event['LogicalResourceId']}: {event['ResourceStatusReason']}"
                for event in self._events(name)
                if event["EventId"] not in before
                and event["ResourceStatus"].endswith("FAILED")
                and event.get("ResourceStatusReason")
            ]
            raise LocalError(f"The stack {name} failed and was rolled back:\n  " + "\n  ".join(dict.fromkeys(reasons)))

    def _forget_former_versions(self) -> None:
        """Delete the versions of functions that no alias names any more: each has a process, which idles for ever."""
        for page in self._lambda.get_paginator("list_functions").paginate():
            for function in page["Functions"]:
                name = function["FunctionName"]
                versions = self._lambda.list_versions_by_function(FunctionName=name)["Versions"]
                numbers = sorted(int(version["Version"]) for version in versions if version["Version"].isdigit())
                for number in numbers[:-1]:
                    self._lambda.delete_function(FunctionName=name, Qualifier=str(number))

    def _end_rollback(self, stack: Mapping[str, Any]) -> None:
        """Of an update that could not be undone either: leave what it touched as it is, and go on from there."""
        touched = re.findall(r"\[([^\]]+)\]", stack.get("StackStatusReason", ""))
        skipped = [name.strip() for group in touched for name in group.split(",")]
        self._cloudformation.continue_update_rollback(StackName=stack["StackName"], ResourcesToSkip=skipped)
        self._settled(stack["StackName"])

    def _stacks(self) -> Iterator[dict[str, Any]]:
        for page in self._cloudformation.get_paginator("describe_stacks").paginate():
            for stack in page["Stacks"]:
                if stack["StackName"].startswith(f"{_NAME}-") and stack["StackStatus"] != "DELETE_COMPLETE":
                    yield stack

    def _events(self, name: str) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = self._cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        return events[::-1]

    def _settled(self, name: str) -> dict[str, Any]:
        """The stack once nothing moves in it any more; an empty one when it is gone."""
        deadline = time.monotonic() + _LONGEST_SECONDS
        while time.monotonic() < deadline:
            try:
                stack = self._cloudformation.describe_stacks(StackName=name)["Stacks"][0]
            except ClientError:
                return {}
            if not stack["StackStatus"].endswith("_IN_PROGRESS"):
                return dict(stack) if stack["StackStatus"] != "DELETE_COMPLETE" else {}
            time.sleep(0.05)
        raise LocalError(f"The deployment of {name} did not end within {_LONGEST_SECONDS} s.")


def _in_order(template: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    """The nested stacks of `template`, each after those that it takes something from or waits for."""
    waiting = resources(template, STACK)
    while waiting:
        ready = [name for name, stack in waiting.items() if not _mentioned(stack) & waiting.keys()]
        if not ready:
            raise LocalError(f"The nested stacks {', '.join(waiting)} wait for each other.")
        for name in ready:
            yield name, waiting.pop(name)


def _mentioned(node: Any) -> set[str]:
    match node:
        case {"Fn::GetAtt": [str(name), _]}:
            return {name}
        case {"Fn::Sub": str(text)}:
            return set(re.findall(r"\$\{(\w+)\.", text))
        case dict():
            waits = node.get("DependsOn", [])
            named = {waits} if isinstance(waits, str) else set(waits)
            return named.union(*(_mentioned(value) for value in node.values()))
        case list():
            return set().union(*(_mentioned(item) for item in node))
    return set()
