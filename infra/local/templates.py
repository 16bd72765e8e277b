"""Templates made ready for the emulator: SAM translated, code put into a bucket.

On AWS all of this is `sam build && sam deploy`. The emulator has SAM for root templates only and unpacks a function's
layers at each start, so here each template is translated before the upload and its functions are told to import the
mall's code from this checkout and third-party code from one folder. `localize` is the complete list of what differs.
"""

import hashlib
import io
import json
import logging
import os
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from infra.local.state import REGION, ROOT, LocalError

# It has warnings about its own settings and metrics only; what is wrong with a template it raises.
logging.getLogger("samtranslator").setLevel(logging.ERROR)

Template = dict[str, Any]
FUNCTION = "AWS::Serverless::Function"
LAYER = "AWS::Serverless::LayerVersion"
STACK = "AWS::CloudFormation::Stack"
# Where a resource names a file or folder of ours that has to be uploaded with it.
_FILES = {FUNCTION: "CodeUri", "AWS::Serverless::StateMachine": "DefinitionUri"}
_REFUSALS = "x-amazon-apigateway-gateway-responses"
MALL = ROOT / "layers" / "mall" / "python"


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms (`!Ref`, `!Sub`, …) and dates left as text."""


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        return {name: value.split(".", 1) if suffix == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _short_form)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(path: Path) -> Template:
    """The template (or any YAML with CloudFormation's short forms) in `path`."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  (a safe loader with tags)


def resources(template: Template, *types: str) -> dict[str, Any]:
    """The resources of `template` of these types, or all."""
    return {
        name: resource
        for name, resource in template.get("Resources", {}).items()
        if not types or resource["Type"] in types
    }


def nested(path: Path) -> dict[Path, Template]:
    """The template in `path` and all that it nests, by path."""
    found: dict[Path, Template] = {}
    waiting = [path.resolve()]
    while waiting:
        here = waiting.pop()
        if here in found:
            continue
        found[here] = load(here)
        for resource in resources(found[here], STACK).values():
            waiting.append((here.parent / resource["Properties"]["TemplateURL"]).resolve())
    return found


def localize(template: Template, endpoint: str, vendor: Path) -> None:
    """Change `template` in the ways in which the local mall differs from AWS.

    - functions import from this checkout and one vendor folder, not from layers, which are not made;
    - they run outside of any network, without SnapStart, and speak to the emulator;
    - what the emulator does not know is left out: archives of events, and alarms on a formula;
    - a queue feeds as many functions at once as this machine has processors: more would only time out together;
    - `MALL_RELEASE` changes with the code, so that warm functions of older code end.
    """
    for name, resource in resources(template).items():
        if resource["Type"] in {LAYER, "AWS::Events::Archive"} or "Metrics" in resource.get("Properties", {}):
            del template["Resources"][name]
    for parameters in (
        template.get("Parameters", {}),
        *(resource["Properties"].get("Parameters", {}) for resource in resources(template, STACK).values()),
    ):
        for name in [name for name in parameters if name.endswith("Layers")]:
            del parameters[name]
    processors = max(2, os.cpu_count() or 2)
    for mapping in resources(template, "AWS::Lambda::EventSourceMapping").values():
        # Where to begin is asked of streams only; of these, each part is read by one function anyway.
        if "StartingPosition" not in mapping["Properties"]:
            wanted = mapping["Properties"].get("ScalingConfig", {}).get("MaximumConcurrency", processors)
            mapping["Properties"]["ScalingConfig"] = {"MaximumConcurrency": min(wanted, processors)}
    functions = [resource["Properties"] for resource in resources(template, FUNCTION).values()]
    shared = template.get("Globals", {}).get("Function", {})
    for function in [shared, *functions]:
        for name in ("Layers", "VpcConfig", "SnapStart", "Architectures"):
            function.pop(name, None)
    for function in functions:
        function.setdefault("Environment", {}).setdefault("Variables", {}).update(
            PYTHONPATH=os.pathsep.join([str(MALL), str(vendor)]), AWS_ENDPOINT_URL=endpoint, MALL_RELEASE=release()
        )


@cache
def release() -> str:
    """A name for the code that functions share: it changes whenever that code does."""
    digest = hashlib.sha256()
    for path in sorted([*MALL.rglob("*"), ROOT / "layers" / "vendor" / "requirements.txt"]):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(str(path).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


class Artifacts:
    """The bucket with code and templates, under names that change with the content."""

    def __init__(self, s3: Any, bucket: str, endpoint: str) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._endpoint = endpoint
        self._there: set[str] | None = None
        self._uploaded: dict[Path, str] = {}

    def upload_code(self, template: Template, folder: Path) -> None:
        """Upload what `template`, which lies in `folder`, names of ours, and name the copies instead."""
        shared = template.get("Globals", {}).get("Function", {})
        for name, resource in resources(template, *_FILES).items():
            key = _FILES[resource["Type"]]
            properties = resource["Properties"]
            file = properties.get(key, shared.get(key) if resource["Type"] == FUNCTION else None)
            if isinstance(file, str) and "://" not in file:
                properties[key] = f"s3://{self._bucket}/{self._upload_path((folder / file).resolve(), name)}"

    def upload_template(self, template: Template, name: str) -> str:
        """Upload a finished template and return its address."""
        body = json.dumps(template, separators=(",", ":")).encode()
        return f"{self._endpoint}/{self._bucket}/{self._upload(body, f'{name}.json')}"

    def _upload_path(self, path: Path, name: str) -> str:
        if path not in self._uploaded:
            if not path.exists():
                raise LocalError(f"{name} names {path}, which is not there.")
            content = zipped(path) if path.is_dir() else path.read_bytes()
            self._uploaded[path] = self._upload(content, f"{path.name}.zip" if path.is_dir() else path.name)
        return self._uploaded[path]

    def _upload(self, content: bytes, name: str) -> str:
        if self._there is None:
            self._s3.create_bucket(Bucket=self._bucket)
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket)
            self._there = {item["Key"] for page in pages for item in page.get("Contents", [])}
        key = f"{hashlib.sha256(content).hexdigest()[:24]}/{name}"
        if key not in self._there:
            self._s3.put_object(Bucket=self._bucket, Key=key, Body=content)
            self._there.add(key)
        return key


def translate(template: Template, path: Path) -> Template:
    """The plain CloudFormation template that SAM makes of `template`."""
    parameters = {
        name: str(parameter["Default"])
        for name, parameter in template.get("Parameters", {}).items()
        if "Default" in parameter
    }
    session = boto3.Session(region_name=REGION)
    translator = Translator(managed_policy_map={}, sam_parser=Parser(), boto_session=session)
    try:
        return translator.translate(sam_template=template, parameter_values=parameters | {"AWS::Region": REGION})
    except Exception as error:
        message = getattr(error, "message", None) or str(error)
        raise LocalError(f"{path.relative_to(ROOT)} is not a valid SAM template: {message}") from error


def zipped(folder: Path) -> bytes:
    """The files of `folder` as a zip that is the same whenever they are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                entry = zipfile.ZipInfo(str(file.relative_to(folder)), date_time=(2020, 1, 1, 0, 0, 0))
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, file.read_bytes())
    return buffer.getvalue()


def spell_out_refusals(template: Template) -> None:
    """Make resources of a document's gateway responses, since the emulator reads them from nowhere else."""
    spelt: dict[str, Any] = {}
    for name, api in resources(template, "AWS::ApiGateway::RestApi").items():
        for kind, response in api["Properties"].get("Body", {}).get(_REFUSALS, {}).items():
            spelt[name + kind.title().replace("_", "")] = {
                "Type": "AWS::ApiGateway::GatewayResponse",
                "Properties": {
                    "RestApiId": {"Ref": name},
                    "ResponseType": kind,
                    "StatusCode": response["statusCode"],
                    "ResponseParameters": response.get("responseParameters", {}),
                    "ResponseTemplates": response.get("responseTemplates", {}),
                },
            }
    template["Resources"] |= spelt
    for deployment in resources(template, "AWS::ApiGateway::Deployment").values():
        # What is in effect is what was there when the API was deployed.
        deployment["DependsOn"] = [*_listed(deployment.get("DependsOn")), *spelt]


def inline_includes(node: Any, folder: Path) -> Any:
    """`node` with the documents that `AWS::Include` names in its place; `folder` is where its template lies."""
    if isinstance(node, list):
        return [inline_includes(item, folder) for item in node]
    if not isinstance(node, dict):
        return node
    match node:
        case {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": str(location)}}}:
            return load(folder / location)
    return {key: inline_includes(value, folder) for key, value in node.items()}


def _listed(names: Any) -> list[str]:
    return [names] if isinstance(names, str) else list(names or [])
