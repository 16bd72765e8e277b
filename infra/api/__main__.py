"""Write `openapi.yaml` and `docs/`, or say that they are stale: `python -m infra.api [--check | --docs FOLDER]`."""

import argparse
import difflib
import sys
from pathlib import Path
from typing import Any

import yaml

from infra.api import docs, machines
from infra.api.contract import contract
from infra.api.gateway import deployable

PATH = Path(__file__).with_name("openapi.yaml")
_HEADER = "# Written by `make api` from the routes in functions/; change them, not this file.\n"


class _Dumper(yaml.SafeDumper):
    """Lists indented, text of several lines as a block, nothing abbreviated by anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def written() -> str:
    """What `openapi.yaml` has to say."""
    document = deployable(contract())
    return _HEADER + yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m infra.api", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail when the document is stale")
    parser.add_argument("--docs", type=Path, metavar="FOLDER", help="write the page that shows the contract")
    options = parser.parse_args()
    if options.docs:
        docs.build(options.docs)
        return 0
    new = written()
    old = PATH.read_text(encoding="utf-8") if PATH.exists() else ""
    if not options.check:
        PATH.write_text(new, encoding="utf-8")
        machines.write()
        return 0
    if machines.FILE.read_text(encoding="utf-8") != machines.page():
        print("docs/orders.md is stale: run `make api`.", file=sys.stderr)
        return 1
    if new != old:
        difference = list(difflib.unified_diff(old.splitlines(), new.splitlines(), "openapi.yaml", "the routes", n=2))
        print("\n".join(difference[:60]), file=sys.stderr)
        print("infra/api/openapi.yaml is stale: run `make api`.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
