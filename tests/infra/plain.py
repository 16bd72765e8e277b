"""The mall's templates as CloudFormation sees them, without SAM's abbreviations."""

from functools import cache
from pathlib import Path
from typing import Any

from infra.local import templates


@cache
def translated(path: Path) -> dict[str, Any]:
    """The plain template that SAM makes of the one in `path`."""
    template = templates.load(path)
    if "Transform" not in template:
        return template
    template["Globals"] = template.get("Globals", {})
    for resource in templates.resources(template, templates.FUNCTION, templates.LAYER).values():
        # What matters here is not the code; the translation only wants it to be in a bucket.
        key = "CodeUri" if resource["Type"] == templates.FUNCTION else "ContentUri"
        resource["Properties"][key] = "s3://bucket/code"
    for machine in templates.resources(template, "AWS::Serverless::StateMachine").values():
        machine["Properties"]["DefinitionUri"] = "s3://bucket/definition"
    return templates.translate(templates.inline_includes(template, path.parent), path)
