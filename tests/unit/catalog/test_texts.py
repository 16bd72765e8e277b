"""Texts in several languages."""

import pytest

from mall.catalog import texts


def test_a_reader_gets_their_language_or_another() -> None:
    both, english = {"zh-CN": "茶", "en": "Tea"}, {"en": "Tea"}

    assert [texts.pick(both, locale) for locale in texts.LOCALES] == ["茶", "Tea"]
    assert [texts.pick(english, locale) for locale in texts.LOCALES] == ["Tea", "Tea"]
    assert texts.pick({}) == ""


def test_texts_are_trimmed_composed_and_in_one_order() -> None:
    kept = texts.checked({"en": "  Cafe\u0301 ", "zh-CN": "茶"}, "name", most=10)

    assert list(kept.items()) == [("zh-CN", "茶"), ("en", "Café")]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"fr": "Thé"}, "name.fr"),
        ({"en": "x" * 11}, "name.en"),
        ({"en": "a\nb"}, "name.en"),
        ({"en": "a\u2028b"}, "name.en"),
        ({"en": "a\x7fb"}, "name.en"),
        ({"en": "  "}, "name"),
        ({}, "name"),
    ],
)
def test_what_is_no_text_is_refused_by_its_field(given: dict[str, str], field: str) -> None:
    with pytest.raises(texts.NotAText) as refused:
        texts.checked(given, "name", most=10)

    assert refused.value.details["field"] == field


@pytest.mark.parametrize(
    ("given", "slug"),
    [
        ({"zh-CN": "龙井", "en": "West Lake: Longjing!"}, "west-lake-longjing"),
        ({"en": "Crème brûlée"}, "creme-brulee"),
        ({"zh-CN": "龙井"}, ""),
        ({"en": "a" * 79 + " bcd"}, "a" * 79),
    ],
)
def test_addresses_are_plain(given: dict[str, str], slug: str) -> None:
    assert texts.slug(given) == slug
