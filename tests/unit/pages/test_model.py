"""Pages by name, and where they are found."""

import pytest

from mall.pages.model import STANDING, Kind, NotAPage, NotATag, PageId, check_tag, key_of


@pytest.mark.parametrize(
    ("name", "chinese", "english"),
    [
        ("home", "/", "/en/"),
        ("product:prd_1", "/p/prd_1/", "/en/p/prd_1/"),
        ("category:cat_1", "/c/cat_1/", "/en/c/cat_1/"),
        ("merchant:mch_1", "/m/mch_1/", "/en/m/mch_1/"),
        ("brand:brd_1", "/b/brd_1/", "/en/b/brd_1/"),
        ("article:delivery", "/help/delivery/", "/en/help/delivery/"),
        ("search", "/search/", "/en/search/"),
        ("missing", "/404.html", "/en/404.html"),
        ("offline", "/offline.html", "/en/offline.html"),
        ("sign-in", "/sign-in/", "/en/sign-in/"),
        ("addresses", "/account/addresses/", "/en/account/addresses/"),
    ],
)
def test_a_page_goes_by_one_name_and_has_an_address_in_each_language(name: str, chinese: str, english: str) -> None:
    page = PageId.of(name)

    assert str(page) == name
    assert (page.path("zh-CN"), page.path("en")) == (chinese, english)


@pytest.mark.parametrize("name", ["", "page", "home:x", "product", "product:", "product:a b", "product:../x"])
def test_what_is_no_page_is_refused(name: str) -> None:
    with pytest.raises(NotAPage):
        PageId.of(name)


def test_the_files_of_different_pages_never_meet() -> None:
    some = [*STANDING, *(PageId(kind, "x1") for kind in Kind if kind not in {page.kind for page in STANDING})]

    keys = [key_of(page.path(locale)) for page in some if page.kind is not Kind.ALL for locale in ("zh-CN", "en")]

    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("tag", ["home", "product:prd_1", "content:delivery", "picture:pic_1"])
def test_a_tag_names_a_thing(tag: str) -> None:
    assert check_tag(tag) == tag


@pytest.mark.parametrize("tag", ["", "search", "home:1", "user:usr_1", "product:", "product:a#b"])
def test_what_is_no_tag_is_refused(tag: str) -> None:
    with pytest.raises(NotATag):
        check_tag(tag)
