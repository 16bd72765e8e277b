"""Texts that people see, in one or more languages: `{"zh-CN": "西湖龙井", "en": "Longjing"}`."""

import re
import unicodedata
from collections.abc import Mapping

from mall import errors

Texts = Mapping[str, str]
LOCALES = ("zh-CN", "en")
DEFAULT = "zh-CN"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")


class NotAText(errors.Invalid):
    message = "This is not a text in one of the mall's languages."


def pick(texts: Texts, locale: str = DEFAULT) -> str:
    """The text in `locale`, or in another language where there is none; nothing where there are no texts."""
    found = texts.get(locale)
    if found:
        return found
    return next((texts[other] for other in LOCALES if texts.get(other)), "")


def checked(texts: Texts, field: str, *, most: int, required: bool = True, lines: bool = False) -> dict[str, str]:
    """`texts` trimmed, in NFC and without empty ones. Raises NotAText, which names the field.

    `most` is how many characters a text may have, `lines` whether it may have several lines.
    """
    found: dict[str, str] = {}
    for locale, given in texts.items():
        if locale not in LOCALES:
            raise NotAText(f"The mall speaks {' and '.join(LOCALES)}.", field=f"{field}.{locale[:10]}")
        text = unicodedata.normalize("NFC", given).strip()
        if len(text) > most:
            raise NotAText(f"This text has more than {most} characters.", field=f"{field}.{locale}")
        if _CONTROL.search(text) or (not lines and ("\n" in text or "\r" in text or "\t" in text)):
            raise NotAText("This text has line breaks or control characters.", field=f"{field}.{locale}")
        if text:
            found[locale] = text
    if required and not found:
        raise NotAText("This needs a text in at least one language.", field=field)
    return {locale: found[locale] for locale in LOCALES if locale in found}


def slug(texts: Texts, *, most: int = 80) -> str:
    """An ASCII word for addresses, from the English text or else any; empty where no letter is Latin."""
    plain = unicodedata.normalize("NFKD", pick(texts, "en")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:most].strip("-")
