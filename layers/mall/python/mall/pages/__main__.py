"""The command line of pages: `python -m mall.pages publish FOLDER` renders every page here and now.

FOLDER holds the templates; tables, bucket and databases come from the environment, as for the function that renders.
A line tells how far it is after every hundred pages. A mall on AWS does the same by itself when the back office
publishes `all`.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mall import config
from mall.pages import rendering, service
from mall.pages.shop import MallShop


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the result is the exit status."""
    parser = argparse.ArgumentParser(prog="python -m mall.pages", description="Look after the pages.")
    commands = parser.add_subparsers(dest="command", required=True)
    publish = commands.add_parser("publish", help="render and publish every page")
    publish.add_argument("templates", type=Path)
    templates = parser.parse_args(arguments).templates
    try:
        pages = service.every_page(MallShop())
        outcomes = rendering.render_all(
            pages,
            lambda: rendering.press(templates, MallShop()),
            say=lambda done, _: _say(f"{done} of {len(pages)}"),
        )
    except config.ConfigurationMissing as error:
        sys.stderr.write(f"{error}\n")
        return 1
    _say(", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())))
    return 1 if outcomes["failed"] else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
