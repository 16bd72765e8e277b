"""CloudFormation's intrinsic functions, as far as they can be answered without CloudFormation."""

import re
from collections.abc import Mapping
from typing import Any

from infra.local.state import LocalError


class Values:
    """What the names in one template stand for: parameters, pseudo parameters, and outputs of nested stacks."""

    def __init__(self, template: dict[str, Any], parameters: Mapping[str, str], pseudo: Mapping[str, str]) -> None:
        self._conditions = template.get("Conditions", {})
        defaults = {
            name: str(parameter["Default"])
            for name, parameter in template.get("Parameters", {}).items()
            if "Default" in parameter
        }
        self._names = {**pseudo, **defaults, **parameters}
        self._outputs: dict[str, Mapping[str, str]] = {}

    def learn(self, stack: str, outputs: Mapping[str, str]) -> None:
        """From now on `!GetAtt stack.Outputs.…` is answered."""
        self._outputs[stack] = outputs

    def holds(self, condition: str) -> bool:
        """Whether the template's condition of that name is true."""
        return bool(self.of(self._conditions[condition]))

    def of(self, node: Any) -> Any:  # noqa: PLR0911  (one case a function)
        """`node` with every function answered. Raises LocalError for one that takes a deployed resource."""
        match node:
            case {"Ref": str(name)}:
                return self._known(name)
            case {"Fn::GetAtt": [str(stack), str(output)]}:
                return self._output(stack, output)
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{([\w:.]+)\}", lambda match: self._named(match[1]), text)
            case {"Fn::If": [str(condition), then, otherwise]}:
                return self.of(then if self.holds(condition) else otherwise)
            case {"Fn::Join": [str(separator), parts]}:
                return separator.join(self.of(parts))
            case {"Fn::Equals": [left, right]}:
                return self.of(left) == self.of(right)
            case {"Fn::Not": [condition]}:
                return not self.of(condition)
            case {"Fn::And": conditions}:
                return all(self.of(condition) for condition in conditions)
            case {"Fn::Or": conditions}:
                return any(self.of(condition) for condition in conditions)
            case {"Condition": str(name)} if len(node) == 1:
                return self.holds(name)
            case dict():
                return {key: self.of(value) for key, value in node.items()}
            case list():
                return [self.of(item) for item in node]
        return node

    def fill_in(self, node: Any) -> Any:
        """`node` with the outputs of nested stacks in their places and everything else as it was."""
        match node:
            case {"Fn::GetAtt": [str(stack), str(output)]} if stack in self._outputs:
                return self._output(stack, output)
            case {"Fn::Sub": str(text)}:
                return {"Fn::Sub": re.sub(r"\$\{(\w+)\.(Outputs\.\w+)\}", self._inline, text)}
            case dict():
                return {key: self.fill_in(value) for key, value in node.items()}
            case list():
                return [self.fill_in(item) for item in node]
        return node

    def _inline(self, match: re.Match[str]) -> str:
        return self._output(match[1], match[2]) if match[1] in self._outputs else match[0]

    def _named(self, name: str) -> str:
        stack, dot, output = name.partition(".")
        return self._output(stack, output) if dot else self._known(name)

    def _known(self, name: str) -> str:
        try:
            return str(self._names[name])
        except KeyError:
            raise LocalError(
                f"'{name}' is known only after the deployment, so a nested stack cannot take it."
            ) from None

    def _output(self, stack: str, output: str) -> str:
        try:
            return str(self._outputs[stack][output.removeprefix("Outputs.")])
        except KeyError:
            raise LocalError(f"The nested stack '{stack}' has no output '{output}', or comes later.") from None
