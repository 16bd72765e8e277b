"""`python -m infra.web` writes what templates know of the assets; `--check` tells when that is stale."""

import argparse
import sys

from infra.web import build


def main() -> int:
    """Write or check `assets.json` and `modules.json` in `functions/pages/templates`."""
    parser = argparse.ArgumentParser(description="Write the addresses of the storefront's assets for the templates.")
    parser.add_argument("--check", action="store_true", help="only say whether they are up to date")
    wanted = {build.ADDRESSES: build.addresses_text(), build.MODULES: build.modules_text()}
    if not parser.parse_args().check:
        for path, text in wanted.items():
            path.write_text(text, encoding="utf-8")
        return 0
    if all(path.exists() and path.read_text(encoding="utf-8") == text for path, text in wanted.items()):
        return 0
    print("The addresses of the storefront's assets are not up to date: run `make assets`.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
