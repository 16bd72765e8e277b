"""Hanging a banner up on the home page."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from mall.auth import NOBODY, Caller
from mall.content import service
from mall.content.model import ContentChangedMeanwhile
from mall.content.schemas import BannerBody
from tests.fixtures.gateway import Answer

BODY: dict[str, Any] = {"title": {"zh-CN": "春季新品", "en": "New for spring"}, "href": "/search/?sort=new"}
PICTURE = f"pic_{'0' * 32}"


@pytest.fixture
def put(invoke: Callable[..., Answer], editor: Caller) -> Callable[..., Answer]:
    """Hang a banner up as somebody who may."""
    return lambda banner="spring", **changes: invoke(
        "content.put_banner", caller=editor, path={"banner_id": banner}, body=BODY | changes
    )


def test_a_banner_hangs_and_is_changed(put: Callable[..., Answer]) -> None:
    answer = put(picture_id=PICTURE, text={"en": "Ten teas"})
    assert answer.status == 200
    assert (answer.body["id"], answer.body["version"], answer.body["picture_id"]) == ("spring", 1, PICTURE)

    answer = put(picture_href="/assets/spring.webp", version=1)

    assert (answer.body["picture_id"], answer.body["picture_href"]) == (None, "/assets/spring.webp")
    assert [banner.version for banner in service.banners()] == [2]


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "//evil.example/", "/\\evil.example", "http://a.example/", "data:,x", "/a b", ""]
)
@pytest.mark.parametrize("field", ["href", "picture_href"])
def test_a_banner_leads_nowhere_unsafe(put: Callable[..., Answer], href: str, field: str) -> None:
    answer = put(**{field: href})

    assert (answer.status, answer.code) == (400, "NotAnAddress")


@pytest.mark.parametrize(
    "changes",
    [{"title": {}}, {"picture_id": "pic_1"}, {"picture_id": PICTURE, "picture_href": "/x.webp"}, {"text": {"en": 1}}],
    ids=str,
)
def test_what_is_no_banner_is_refused(put: Callable[..., Answer], changes: dict[str, Any]) -> None:
    answer = put(**changes)

    assert (answer.status, answer.code) == (400, "Invalid")


def test_an_id_is_plain_and_an_older_version_is_refused(put: Callable[..., Answer]) -> None:
    assert put("No Such").code == "NotASlug"
    assert put(version=3).code == "ContentChangedMeanwhile"


def test_a_home_page_holds_only_so_many(put: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_BANNERS", 1)
    put()

    assert (put("summer").status, put("summer").code, put().status) == (409, "TooMuchContent", 200)


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_of_two_who_hang_it_up_at_once_one_is_told(at_once: Callable[..., list[Any]], seed: int | None) -> None:
    body = BannerBody.model_validate(BODY | {"version": 0})

    results = at_once(*[partial(service.put_banner, "spring", body)] * 2, seed=seed)

    assert sorted(type(result).__name__ for result in results) == ["Banner", ContentChangedMeanwhile.__name__]


def test_who_may_not_hang_banners_is_refused(invoke: Callable[..., Answer]) -> None:
    assert invoke("content.put_banner", caller=NOBODY, path={"banner_id": "spring"}, body=BODY).status == 401
    assert service.banners() == []
