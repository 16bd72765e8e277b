"""What the tests of pictures share."""

from collections.abc import Iterator

import pytest

from mall.images.sizes import service as sizes


@pytest.fixture(autouse=True)
def _nothing_is_remembered(aws: object) -> Iterator[None]:
    """Each test starts with an execution environment that remembers no picture."""
    sizes.forget()
    yield
    sizes.forget()
