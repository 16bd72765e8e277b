"""What products are found by: places, facets, and the numbers that name a facet's values."""

from hashlib import blake2b

EVERYWHERE = "all"
"""The place in which every product on sale is listed."""

CATEGORY = "category"
BRAND = "brand"
MERCHANT = "merchant"
OWN_FACETS = frozenset({CATEGORY, BRAND, MERCHANT})
"""Facets that every product has; the others are attributes of its category, `attr.<code>`."""

LOCALES = ("zh-CN", "en")


def facet_id(code: str, value: str) -> int:
    """The number under which rows carry a facet's value: 64 bits, so that two values never meet in practice."""
    return int.from_bytes(blake2b(f"{code}={value}".encode(), digest_size=8).digest(), "big", signed=True)


def attribute_facet(code: str) -> str:
    """The facet of an attribute, which no attribute's code can confuse with the mall's own."""
    return f"attr.{code}"
