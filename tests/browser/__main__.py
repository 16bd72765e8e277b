"""`make storefront [PORT=…]` serves the storefront of the demonstration's goods, to be looked at."""

import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from tests.browser.site import Storefront


def main() -> None:
    """Serve until somebody has seen enough, and print the address."""
    port = int((sys.argv[1:] or ["0"])[0])
    with tempfile.TemporaryDirectory() as folder, suppress(KeyboardInterrupt):
        try:
            storefront = Storefront(Path(folder), port)
        except OSError as error:
            sys.exit(f"Port {port} cannot be had: {error.strerror}. Without PORT a free one is chosen.")
        with storefront as shop:
            print(shop.address, flush=True)  # noqa: T201
            while True:
                time.sleep(60)


if __name__ == "__main__":
    main()
