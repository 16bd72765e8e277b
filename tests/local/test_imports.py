"""Products come in and go out in bulk in the deployed mall, with every function under its own role."""

import io
import json
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import requests
from openpyxl import load_workbook

from infra.local import importing
from infra.local.demo import drawings
from infra.local.supply import Supply
from tests.local.conftest import LocalMall


@pytest.fixture
def shop(mall: LocalMall) -> Supply:
    """The owner of the mall's own store."""
    return Supply(mall.visitor, mall.token("merchant_owner"))


def eventually(look: Callable[[], Any], seconds: float = 90) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.3)
    return found


def over(shop: Supply, address: str) -> dict[str, Any]:
    """The job at an address, once it is over."""

    def look() -> dict[str, Any] | None:
        job: dict[str, Any] = shop.ask("GET", address)
        return job if job["state"] in {"finished", "refused"} else None

    return dict(eventually(look))


def named(found: dict[str, Any], name: str) -> dict[str, Any] | None:
    return next((item for item in found["items"] if item["name"] == name), None)


def test_the_demonstrations_goods_are_on_sale_with_their_pictures(mall: LocalMall, shop: Supply) -> None:
    jobs = shop.ask("GET", "/api/merchant/imports")["items"]
    # Readers of the tree see what was just added up to half a minute later.
    category = eventually(lambda: named(mall.visitor.call("GET", "/api/categories?locale=en").body, "Electronics"))
    listed = eventually(lambda: mall.visitor.call("GET", f"/api/categories/{category['id']}/products").body["items"])
    product = mall.visitor.call("GET", f"/api/products/{listed[0]['id']}")

    assert any(job["state"] == "finished" and job["progress"]["created"] >= 10 for job in jobs)
    assert product.status == 200
    picture = requests.get(
        f"{mall.description['endpoint']}/media/p/{listed[0]['picture_id']}/480.webp",
        headers={"Host": mall.description["site"].partition("//")[2]},
        timeout=30,
    )
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/webp")


def test_a_merchants_sheet_becomes_products_errors_and_a_workbook(mall: LocalMall, shop: Supply) -> None:
    mark = uuid.uuid4().hex[:8]
    shop.await_pictures(shop.upload({f"{mark}.jpg": lambda: drawings.draw("tin", "clay")}))
    rows = [
        "external_id,name.zh-CN,name.en,category,attribute.tea_kind,pictures,option.pack,price,stock",
        f"{mark}-a,试茶,A tea to try,Food & Tea > Tea,绿茶,{mark}.jpg,50克,19.90,7",
        f"{mark}-a,,,,,,125 g,39.90,0",
        f"{mark}-b,坏茶,A bad tea,Food & Tea > Wine,,,,1,1",
    ]
    made = shop.ask("POST", "/api/merchant/imports", {"format": "csv", "then": "submit"}, Idempotency_Key=mark)
    mall.visitor.upload(made["upload"], "\r\n".join(rows).encode("gb18030"), "tea.csv")

    job = over(shop, f"/api/merchant/imports/{made['id']}")
    assert (job["state"], job["progress"]["created"], job["progress"]["failed"]) == ("finished", 1, 1)
    errors = requests.get(job["errors_url"], timeout=30).content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[:2] for line in errors[1:]] == [["4", "NoSuchCategory"]]
    found = eventually(lambda: mall.visitor.call("GET", "/api/search?q=试茶").body["items"])
    assert "试茶" in [card["name"] for card in found]

    asked = shop.ask("POST", "/api/merchant/exports", {"format": "xlsx"})
    export = over(shop, f"/api/merchant/exports/{asked['id']}")
    sheet = load_workbook(io.BytesIO(requests.get(export["url"], timeout=30).content), read_only=True).active
    ids = [row[0] for row in sheet.iter_rows(values_only=True)]
    assert ids.count(f"{mark}-a") == 2
    assert export["id"] in [one["id"] for one in shop.ask("GET", "/api/merchant/exports")["items"]]
    assert mall.visitor.call("GET", "/api/imports/template").body["version"] == 1


def test_a_list_of_products_is_imported_by_one_command_and_changes_nothing_when_repeated(
    mall: LocalMall, tmp_path: Any
) -> None:
    mark = uuid.uuid4().hex[:8]
    line = {"name": "Shades", "category": "accessories", "style": "glasses", "description": "Dark.", "current_stock": 3}
    path = tmp_path / "products.jsonl"
    path.write_text("".join(json.dumps({"id": f"{mark}-{n}", "price": 9.99, **line}) + "\n" for n in range(3)))
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "sunnies.jpg").write_bytes(drawings.draw("shoe", "sky"))

    first = mall.run("import", str(path), "--photos", str(photos))
    again = mall.run("import", str(path), "--photos", str(photos), "--mapping", importing.MAPPINGS[0])

    assert (first.returncode, again.returncode) == (0, 0), first.stdout + again.stdout
    done = re.search(r"3 created, 0 updated, 0 unchanged, 0 failed; (\d+) new pages", first.stdout)
    # Another one when something that was imported before gets its page only now.
    assert done and int(done.group(1)) >= 3, first.stdout
    assert "0 created, 0 updated, 3 unchanged, 0 failed" in again.stdout
