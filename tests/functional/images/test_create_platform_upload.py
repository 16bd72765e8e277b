"""Letting the platform's staff upload a picture."""

from collections.abc import Callable

import pytest

from mall.auth import NOBODY
from mall.images.model import PLATFORM, upload_of
from tests.fixtures.gateway import Answer
from tests.fixtures.pictures import merchant, operator

pytestmark = pytest.mark.usefixtures("aws")
BODY = {"content_type": "image/png", "file_name": "banner.png"}


def test_the_form_leads_into_the_platforms_folder(invoke: Callable[..., Answer]) -> None:
    answer = invoke("images.create_platform_upload", caller=operator(), body=BODY)

    assert answer.status == 201
    assert upload_of(answer.body["fields"]["key"]) == (PLATFORM, answer.body["id"])


def test_nobody_else_gets_one(invoke: Callable[..., Answer]) -> None:
    statuses = [invoke("images.create_platform_upload", caller=who, body=BODY).status for who in (NOBODY, merchant())]

    assert statuses == [401, 403]
