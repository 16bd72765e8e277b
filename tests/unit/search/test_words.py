"""How text becomes words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall.search import words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Summer-Dress", "summer dress"),
        ("夏季连衣裙", "夏季 季连 连衣 衣裙 裙"),
        ("T恤", "t 恤"),
        ("iPhone15 Pro连壳", "iphone15 pro 连壳 壳"),
        ("Women’s café", "womens cafe"),
        ("ＡＢＣ　１２", "abc 12"),
        ("スニーカー", "スニ ニー ーカ カー ー"),
        ("snake_case", "snake case"),
        ("", ""),
        ("!!!", ""),
    ],
)
def test_text_is_divided_into_words_and_pairs_of_characters(text: str, found: str) -> None:
    assert words.indexed([text]) == found


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("Red  red shoe", ["'red'", "'shoe'"]),
        ("连衣裙", ["'连衣'", "'衣裙'"]),
        ("裙", ["'裙':*"]),
        ("it's", ["'its'"]),
        ("a' | 'b", ["'a'", "'b'"]),
    ],
)
def test_what_is_typed_becomes_a_query(typed: str, asked: list[str]) -> None:
    assert words.asked(typed) == asked


def test_a_query_has_no_more_words_than_count() -> None:
    assert len(words.asked(" ".join(f"word{number}" for number in range(100)))) == words.MOST_WORDS


@given(st.text(max_size=60))
def test_no_text_breaks_out_of_a_word(text: str) -> None:
    for word in words.asked(text):
        quoted = word.removesuffix(":*")
        assert (quoted[0], quoted[-1]) == ("'", "'")
        assert not set(quoted[1:-1]) & set("'\\&|!():*<> \0")


@given(
    st.text(alphabet="连衣裙夏季长款红色", min_size=1, max_size=8), st.text(alphabet="连衣裙夏季长款红色", max_size=5)
)
def test_any_part_of_a_chinese_name_finds_it(part: str, rest: str) -> None:
    there = words.indexed([rest + part + rest]).split()

    for word in words.asked(part):
        wanted = word.strip("':*")
        assert any(known.startswith(wanted) if word.endswith("*") else known == wanted for known in there)


def test_markup_is_no_text() -> None:
    assert words.plain("<p>Soft &amp; <b>warm</b></p>").split() == ["Soft", "&", "warm"]
    assert words.plain("1 < 2") == "1 < 2"


@pytest.mark.parametrize(
    ("one", "other", "letters"),
    [("boot", "boot", 0), ("boot", "boat", 1), ("boot", "boots", 1), ("boot", "bot", 1), ("boot", "obot", 1),
     ("bakcpack", "backpack", 1), ("kitten", "sitting", 3), ("", "abc", 3), ("ca", "abc", 3)],
)  # fmt: skip
def test_the_distance_of_two_words_counts_slips(one: str, other: str, letters: int) -> None:
    assert words.distance(one, other) == words.distance(other, one) == letters


def test_a_word_is_known_by_its_trigrams() -> None:
    assert words.trigrams("boot") == ["  b", " bo", "boo", "oot", "ot "]


def test_only_latin_words_of_three_letters_are_corrected() -> None:
    assert words.latin(["Red 3D tv 连衣裙 backpack x100"]) == {"red", "backpack"}
