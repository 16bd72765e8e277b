"""Text to words, the same way for what is indexed and for what people type.

Latin words and numbers are words as they stand (PostgreSQL's `english` configuration stems them later). A run of
Chinese, Japanese or Korean characters becomes its pairs, and its last character:

    "夏季连衣裙 Summer-Dress"  →  夏季 季连 连衣 衣裙 裙 summer dress

So a run of two or more is found by its pairs, and a single character as the beginning of a word (`裙:*`).
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator

MOST_CHARACTERS = 8_000
"""How much of a text is indexed."""

MOST_WORDS = 16
"""How many words of a query count."""

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"([{_CJK}]+)|([^\W_{_CJK}]+)")
_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")
_TAG = re.compile(r"<[^>]*>")


def plain(markup: str) -> str:
    """The text of sanitised HTML."""
    return html.unescape(_TAG.sub(" ", markup)) if "<" in markup or "&" in markup else markup


def normal(text: str) -> str:
    """Text as it is compared: full-width forms, capitals, accents and surplus spaces make no difference."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if not folded.isascii():
        folded = "".join(
            character for character in unicodedata.normalize("NFKD", folded) if not "\u0300" <= character <= "\u036f"
        )
        folded = unicodedata.normalize("NFC", folded)
    return " ".join(folded.split())


def runs(text: str) -> Iterator[tuple[bool, str]]:
    """The runs of characters that belong together, and whether each is Chinese (or of another such script)."""
    for match in _RUN.finditer(_APOSTROPHE.sub("", normal(text[:MOST_CHARACTERS]))):
        yield match[1] is not None, match[0]


def indexed(texts: Iterable[str]) -> str:
    """What is handed to `to_tsvector` for these texts."""
    words: list[str] = []
    for text in texts:
        for chinese, run in runs(text):
            if chinese:
                words.extend(run[at : at + 2] for at in range(len(run)))
            else:
                words.append(run)
    return " ".join(words)


def latin(texts: Iterable[str]) -> set[str]:
    """The words whose spelling can be corrected: three Latin letters or more."""
    return {
        run for text in texts for chinese, run in runs(text) if not chinese and 3 <= len(run) <= 32 and run.isalpha()
    }


def asked(text: str) -> list[str]:
    """The words of a query, each once, ready for `tsquery`."""
    words: list[str] = []
    for chinese, run in runs(text):
        if not chinese:
            words.append(f"'{run}'")
        elif len(run) == 1:
            words.append(f"'{run}':*")
        else:
            words.extend(f"'{run[at : at + 2]}'" for at in range(len(run) - 1))
    return list(dict.fromkeys(words))[:MOST_WORDS]


def query(words: Iterable[str], *, all_of: bool = True) -> str:
    """What is handed to `to_tsquery`: all of these words, or any."""
    return (" & " if all_of else " | ").join(words)


def trigrams(word: str) -> list[str]:
    """The groups of three letters of a word, its beginning and end marked, by which a similar word is found."""
    padded = f"  {word} "
    return sorted({padded[at : at + 3] for at in range(len(padded) - 2)})


def distance(one: str, other: str) -> int:
    """How many letters to add, drop, replace or swap with their neighbour it takes (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def tolerated(word: str) -> int:
    """How far from a word something may be that was meant by it."""
    return 0 if len(word) < 4 else 1 if len(word) < 7 else 2
