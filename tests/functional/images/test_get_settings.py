"""What a merchant holds and may hold, and its watermark."""

from collections.abc import Callable

import pytest

from mall.images.model import Quota
from tests.fixtures.drawings import encoded, halves
from tests.fixtures.gateway import Answer
from tests.fixtures.pictures import merchant, taken

pytestmark = pytest.mark.usefixtures("aws")


def test_a_merchant_sees_what_it_holds(invoke: Callable[..., Answer]) -> None:
    me, file = merchant(), encoded(halves())
    taken(me, file)

    body = invoke("images.get_settings", caller=me).body

    assert body == {
        "pictures": 1,
        "bytes": len(file),
        "max_pictures": Quota().pictures,
        "max_bytes": Quota().bytes,
        "watermark": None,
    }
