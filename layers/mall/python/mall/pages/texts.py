"""What depends on the reader's language: texts, prices, dates, and the choice of the one that is there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mall.money import Money

# How people write an amount (Unicode CLDR 48); a currency without an entry is named by its code.
_EVERYWHERE = {
    "BRL": "R$", "CAD": "CA$", "EUR": "€", "GBP": "£", "HKD": "HK$", "ILS": "₪", "INR": "₹", "KRW": "₩", "MXN": "MX$",
    "NZD": "NZ$", "TWD": "NT$", "VND": "₫", "XCD": "EC$",
}  # fmt: skip
_SYMBOLS = {
    "zh-CN": _EVERYWHERE | {"AUD": "AU$", "CNY": "¥", "JPY": "JP¥", "USD": "US$"},
    "en": _EVERYWHERE | {"AUD": "A$", "CNY": "CN¥", "JPY": "¥", "PHP": "₱", "USD": "$"},
}


def pick(texts: Mapping[str, str] | None, locale: str) -> str:
    """The text in `locale`, else in any other language, else ""."""
    if not texts:
        return ""
    return texts.get(locale) or next((text for text in texts.values() if text), "")


def money(amount: Money | Mapping[str, Any], locale: str) -> str:
    """An amount as people write it: ¥1,299.00 in Chinese, CN¥1,299.00 in English.

    The same as `Intl.NumberFormat(locale, {style: "currency"})` in browsers, which replaces it there.
    """
    if not isinstance(amount, Money):
        amount = Money(amount["amount"], amount["currency"])
    digits = str(amount).partition(" ")[0].lstrip("-")
    whole, dot, part = digits.partition(".")
    symbol = _SYMBOLS[locale].get(amount.currency, f"{amount.currency}\u00a0")
    return f"{'-' if amount.cents < 0 else ''}{symbol}{int(whole):,}{dot}{part}"


def number(value: float, locale: str) -> str:
    """A number as people write it, the same in both languages: 1,299."""
    return f"{value:,}"


def date(moment: datetime | str, locale: str) -> str:
    """A day: 2030年1月5日, or 5 January 2030."""
    moment = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    if locale == "zh-CN":
        return f"{moment.year}年{moment.month}月{moment.day}日"
    return f"{moment.day} {moment:%B %Y}"
