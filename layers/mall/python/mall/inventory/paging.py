"""Cursors: the id after which a page begins."""

import re

from mall import errors, ids

_SKU, _MOVEMENT = re.compile(ids.pattern("sku")), re.compile(ids.pattern("mov"))


def sku_after(after: str | None) -> str:
    """The SKU after which a page begins; "" is the beginning. Raises Invalid."""
    return _checked(after, _SKU)


def movement_after(after: str | None) -> str:
    """The same of movements."""
    return _checked(after, _MOVEMENT)


def _checked(after: str | None, pattern: re.Pattern[str]) -> str:
    if after and not pattern.fullmatch(after):
        raise errors.Invalid("'after' is not a cursor of this list.")
    return after or ""
