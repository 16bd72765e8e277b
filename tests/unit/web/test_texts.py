"""The catalogues of texts: one a language, the same in both, used to the last key."""

import re
from string import Formatter

import pytest

from infra.web import build
from mall.pages import templates
from mall.pages.templates import MissingText

# `t("stock." ~ state)`: every key that begins so is used.
_FIXED = re.compile(r"""\bt\(\s*["']([a-z_.]+)["']\s*[,)]""")
_BEGUN = re.compile(r"""\bt\(\s*["']([a-z_]+\.)["']\s*~""")


def used() -> tuple[set[str], set[str]]:
    """The keys that templates and scripts name, and the beginnings of those that templates put together."""
    sources = [path.read_text(encoding="utf-8") for path in build.TEMPLATES.rglob("*.html")]
    fixed = {key for source in sources for key in _FIXED.findall(source)}
    manifest = {"site.name", "site.short", "site.about", "search.title"}
    return fixed | build.texts_of_scripts() | manifest, {
        begun for source in sources for begun in _BEGUN.findall(source)
    }


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_say_the_same_things() -> None:
    chinese, english = (build.texts(locale) for locale in build.LOCALES)

    assert chinese.keys() == english.keys()
    assert {key: names(text) for key, text in chinese.items()} == {key: names(text) for key, text in english.items()}


def test_every_text_that_is_asked_for_is_there() -> None:
    fixed, begun = used()
    known = build.texts("en").keys()

    assert fixed - known == set()
    assert [start for start in begun if not any(key.startswith(start) for key in known)] == []


def test_every_text_is_used() -> None:
    fixed, begun = used()

    assert {key for key in build.texts("en") if key not in fixed and not key.startswith(tuple(begun))} == set()


@pytest.mark.parametrize("locale", build.LOCALES)
def test_no_text_is_empty_or_left_in_the_other_language(locale: str) -> None:
    # What names the other language is in the other language.
    own = {key: text for key, text in build.texts(locale).items() if not key.startswith(("nav.language", "nav.other_"))}

    assert [key for key, text in own.items() if not text.strip()] == []
    chinese = {key for key, text in own.items() if re.search("[\u4e00-\u9fff]", text)}
    assert chinese == (set(own) if locale == "zh-CN" else set())


def test_a_text_that_is_not_there_is_an_error() -> None:
    environment = templates.environment(build.TEMPLATES, "en")

    with pytest.raises(MissingText):
        environment.from_string('{{ t("no.such_text") }}').render()


@pytest.mark.parametrize(
    ("locale", "written"),
    [("zh-CN", "¥1,299.00 US$0.50 JP¥1,299 2030年1月5日"), ("en", "CN¥1,299.00 $0.50 ¥1,299 5 January 2030")],
)
def test_amounts_and_days_are_written_as_readers_of_the_language_write_them(locale: str, written: str) -> None:
    template = templates.environment(build.TEMPLATES, locale).from_string(
        "{{ yuan | money }} {{ cents | money }} {{ yen | money }} {{ '2030-01-05' | date }}"
    )

    amounts = {"yuan": (129_900, "CNY"), "cents": (50, "USD"), "yen": (1_299, "JPY")}
    assert written == template.render(
        {name: {"amount": amount, "currency": currency} for name, (amount, currency) in amounts.items()}
    )
