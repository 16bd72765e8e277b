"""The platform's own pictures, read by its staff."""

from collections.abc import Callable

import pytest

from tests.fixtures.gateway import Answer
from tests.fixtures.pictures import merchant, operator, taken

pytestmark = pytest.mark.usefixtures("aws")
Invoke = Callable[..., Answer]


def test_whoever_works_for_the_platform_reads_its_pictures(invoke: Invoke) -> None:
    id = taken(operator())

    answer = invoke("images.get_platform_picture", caller=operator(), path={"id": id})

    assert (answer.status, answer.body["state"]) == (200, "ready")


def test_a_merchants_pictures_are_not_among_them(invoke: Invoke) -> None:
    answer = invoke("images.get_platform_picture", caller=operator(), path={"id": taken(merchant())})

    assert (answer.status, answer.code) == (404, "NoSuchPicture")


def test_a_merchant_does_not_read_them(invoke: Invoke) -> None:
    id = taken(operator())

    assert invoke("images.get_platform_picture", caller=merchant(), path={"id": id}).status == 403
