"""The mapping of a general store's list to the mall's template."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from infra.local import retail
from mall.imports.documents import Document

REAL = Path(__file__).resolve().parents[4] / "shared" / "data"
PHOTOS = ["sunnies-dark.png", "blue-hoodie.png", "mighty-mug.png"]


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    lines = [
        {"id": "a-1", "name": "Shades", "category": "accessories", "style": "glasses", "description": "Dark.",
         "price": 129.99, "current_stock": 15, "gender_affinity": "F"},
        {"id": "a-2", "name": "Soup", "category": "food service", "style": "soup and salad", "description": "Hot.",
         "price": 5, "current_stock": 0},
    ]  # fmt: skip
    path = tmp_path / "products.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_a_line_becomes_a_document_of_the_template(listed: Path) -> None:
    shades, soup = retail.documents(listed, PHOTOS)

    assert shades == {
        "external_id": "a-1",
        "name": {"en": "Shades"},
        "description": {"en": "Dark."},
        "category": "Accessories > Glasses",
        "tags": ["glasses"],
        "price": "922.93",
        "stock": 15,
        "pictures": ["sunnies-dark.png"],
        "gender_affinity": "F",
    }
    assert (soup["price"], soup["pictures"][0] in PHOTOS, "gender_affinity" in soup) == ("35.50", True, False)


@pytest.mark.parametrize(("dollars", "yuan"), [("1.99", "14.13"), ("0.05", "0.36"), ("24999.99", "177499.93")])
def test_dollars_become_yuan_at_the_stated_rate_to_the_fen(dollars: str, yuan: str) -> None:
    assert str(retail.yuan(Decimal(dollars))) == yuan


def test_every_category_that_the_list_names_is_in_the_tree(listed: Path) -> None:
    paths = {f"{category[0]} > {style[0]}" for category, styles in retail.tree(listed).items() for style in styles}

    assert {document["category"] for document in retail.documents(listed, [])} == paths


@pytest.mark.skipif(not REAL.exists(), reason="the real products are not beside this checkout (../shared/data)")
def test_every_real_product_is_what_the_import_takes() -> None:
    photos = sorted(path.name for path in (REAL / "photos").glob("*.png"))
    documents = list(retail.documents(REAL / "products.jsonl", photos))

    assert len(documents) == 2_465
    assert all(len(Document.of(document, "en").skus) == 1 for document in documents)
    assert {picture for document in documents for picture in document["pictures"]} == set(photos)
