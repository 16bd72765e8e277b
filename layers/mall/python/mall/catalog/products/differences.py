"""What a reviewer is shown: the draft and what is live, field by field."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mall.catalog.products.content import Content
from mall.catalog.products.documents import Json, of_content

# What changes without a review is none of a reviewer's business, once the SKU is known.
_OF_OFFERS = {"price", "list_price", "currency", "stock"}


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that is another; None stands for nothing there."""

    field: str
    before: Any
    after: Any


def between(before: Content | None, after: Content) -> list[Difference]:
    """Each field in which `after` differs; of a product that was never live, each field that says something."""
    known = set() if before is None else {sku.id for sku in before.skus}
    old = {} if before is None else _fields(before, known)
    new = _fields(after, known)
    return [
        Difference(path, old.get(path), new.get(path))
        for path in dict.fromkeys([*new, *old])
        if old.get(path) != new.get(path)
    ]


def likeness(content: Content, offered: set[str]) -> Json:
    """What two contents have to have in common to be the same draft; SKUs `offered` may differ in price and stock."""
    said = of_content(content)
    said["skus"] = [_without_offer(sku) if sku["id"] in offered else sku for sku in said["skus"]]
    return said


def _fields(content: Content, known: set[str]) -> dict[str, Any]:
    said = of_content(content)
    options, skus = said.pop("options"), said.pop("skus")
    flat = dict(_leaves(said, ""))
    for option in options:
        at = f"options.{option['code']}"
        flat.update(_leaves(option["name"], f"{at}.name"))
        flat.update({f"{at}.values.{value['code']}": value["name"] for value in option["values"]})
    for sku in skus:
        shown = _without_offer(sku) if sku["id"] in known else sku
        flat.update(_leaves({name: value for name, value in shown.items() if name != "id"}, f"skus.{sku['id']}"))
    return {path: value for path, value in flat.items() if value not in (None, "", [], {})}


def _without_offer(sku: Json) -> Json:
    return {name: value for name, value in sku.items() if name not in _OF_OFFERS}


def _leaves(said: Json, at: str) -> Iterator[tuple[str, Any]]:
    for name, value in said.items():
        path = f"{at}.{name}" if at else name
        if isinstance(value, dict):
            yield from _leaves(value, path)
        else:
            yield path, value
