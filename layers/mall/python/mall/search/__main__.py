"""The command line of search: `python -m mall.search rebuild` makes the index anew from the catalog.

The addresses and tables come from the environment, as for the functions.
"""

import argparse
import sys
from collections.abc import Sequence

from mall import config
from mall.search.index import service
from mall.search.suggestions import service as suggestions


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the result is the exit status."""
    parser = argparse.ArgumentParser(prog="python -m mall.search", description="Look after the search index.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("rebuild", help="make the index anew from the catalog, while searches go on")
    parser.parse_args(arguments)
    try:
        failed = service.rebuild(lambda done: _say(f"{done:,} products"))
        suggestions.refresh()
    except config.ConfigurationMissing as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for product_id in sorted(failed):
        sys.stderr.write(f"{product_id} could not be indexed.\n")
    _say("The index is as the catalog is." if not failed else f"{len(failed):,} products are missing.")
    return 1 if failed else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
