"""`python -m tests.browser [PORT]` serves the storefront of the demonstration's goods, to be looked at."""

import sys
import tempfile
import time
from pathlib import Path

from tests.browser.site import Storefront


def main() -> None:
    """Serve, and print the address."""
    with tempfile.TemporaryDirectory() as folder, Storefront(Path(folder), int((sys.argv[1:] or ["0"])[0])) as shop:
        print(shop.address, flush=True)  # noqa: T201
        while True:
            time.sleep(60)


if __name__ == "__main__":
    main()
