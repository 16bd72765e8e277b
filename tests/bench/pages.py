"""How many product pages a core renders in a second: from what the shop answers to HTML, and to compressed files.

The shop answers from memory, with the storefront's own templates, products of six pictures and eight variants, and a
menu of ten categories with eight below each. A page is one language of a product.
"""

from statistics import median
from time import process_time
from types import SimpleNamespace

from infra.local.pages import TEMPLATES
from mall import clock, ids
from mall.money import Money
from mall.pages import templates
from mall.pages.files.compression import variants
from mall.pages.model import File, Kind, PageId
from mall.pages.press import Press
from tests.functional.pages.small_shop import GREEN, ORIGIN, SmallShop, both, new_product

_PRODUCTS, _BATCHES = 50, 7
_COLOURS, _SIZES = ("red", "blue", "green", "white"), ("s", "l")


def measure() -> dict[str, float]:
    """Product pages a second of CPU: rendered, and rendered and compressed. The median of several batches."""
    shop = _shop()
    press = Press(templates.of(TEMPLATES), shop, origin=ORIGIN, started=clock.now())
    pages = [PageId(Kind.PRODUCT, id) for id in shop.products]
    _render(press, pages)
    rendered, compressed = [], []
    for _ in range(_BATCHES):
        started = process_time()
        files = _render(press, pages)
        between = process_time()
        for file in files:
            variants(file.body)
        ended = process_time()
        rendered.append(len(files) / (between - started))
        compressed.append(len(files) / (ended - started))
    return {"pages_per_s": median(rendered), "pages_compressed_per_s": median(compressed)}


def _render(press: Press, pages: list[PageId]) -> list[File]:
    return [file for page in pages for file in press.render(page).files]


def _shop() -> SmallShop:
    shop = SmallShop.open()
    attributes = shop.categories[GREEN].attributes
    for number in range(10):
        root = ids.new("cat")
        below = [ids.new("cat") for _ in range(8)]
        for depth, id in [(1, root), *((2, id) for id in below)]:
            name = both(f"分类{number}", f"Category {number}")
            path = [root, id][-depth:]
            shop.categories[id] = SimpleNamespace(id=id, name=name, path=path, attributes=attributes)
    pictures = [f"pic_{number:032x}" for number in range(2, 8)]
    first = next(iter(shop.ready.values()))
    for id in pictures:
        shop.ready[id] = {**first, "id": id, "src": f"/media/p/{id}/480.jpg"}
    text = "<p>" + "Picked by hand before Qingming, dried in the pan the same day. " * 20 + "</p>"
    for number in range(_PRODUCTS):
        options = [
            SimpleNamespace(code=code, name=both(code, code), values=[_value(value) for value in values])
            for code, values in (("colour", _COLOURS), ("size", _SIZES))
        ]
        skus = [
            SimpleNamespace(
                id=ids.new("sku"),
                code=f"T-{colour}-{size}",
                options={"colour": colour, "size": size},
                price=Money(12900 + number),
                list_price=Money(15900),
                picture_id=pictures[0],
            )
            for colour in _COLOURS
            for size in _SIZES
        ]
        description = both(text, text)
        shop.sell(new_product(f"Tea {number}", description=description, options=options, skus=skus, pictures=pictures))
    return shop


def _value(code: str) -> SimpleNamespace:
    return SimpleNamespace(code=code, name=both(code, code.title()))
