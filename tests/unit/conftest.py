"""Unit tests need nothing but Python: whoever opens a socket here fails."""

import pytest


@pytest.fixture(autouse=True)
def _closed(socket_disabled: None) -> None:
    """Close sockets for every test of this rung."""
