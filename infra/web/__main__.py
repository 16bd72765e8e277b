"""`python -m infra.web` writes the addresses of the assets for the templates; `--check` tells when they are stale."""

import argparse
import sys

from infra.web import build


def main() -> int:
    """Write or check `functions/pages/templates/assets.json`."""
    parser = argparse.ArgumentParser(description="Write the addresses of the storefront's assets for the templates.")
    parser.add_argument("--check", action="store_true", help="only say whether they are up to date")
    text = build.addresses_text()
    if not parser.parse_args().check:
        build.ADDRESSES.write_text(text, encoding="utf-8")
        return 0
    if build.ADDRESSES.exists() and build.ADDRESSES.read_text(encoding="utf-8") == text:
        return 0
    print("The addresses of the storefront's assets are not up to date: run `make assets`.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
