"""The site's files on their way into the bucket."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

from infra.local import site

BUCKET = "a-site"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield client


def write(folder: Path, **files: str) -> None:
    """`write(folder, assets__app_1_js="…")`: two underlines are a slash, one a dot."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def keys(s3: Any) -> set[str]:
    return {item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET)["Contents"]} - {"assets/uploaded.json"}


def quiet(_: str) -> None:
    """Says nothing."""


def test_assets_are_kept_for_ever_and_the_rest_is_asked_for(s3: Any, tmp_path: Path) -> None:
    write(tmp_path, assets__app_1_js="x", sw_js="y")

    site.upload(s3, BUCKET, tmp_path, quiet)

    assert "immutable" in s3.head_object(Bucket=BUCKET, Key="assets/app.1.js")["CacheControl"]
    assert "max-age=0" in s3.head_object(Bucket=BUCKET, Key="sw.js")["CacheControl"]


def test_a_compressed_twin_is_of_its_originals_kind(s3: Any, tmp_path: Path) -> None:
    write(tmp_path, app_css="x", app_css_br="y", app_css_gz="z", manifest_webmanifest_br="w")

    site.upload(s3, BUCKET, tmp_path, quiet)

    found = {key: s3.head_object(Bucket=BUCKET, Key=key) for key in keys(s3)}
    assert {key: head.get("ContentEncoding") for key, head in found.items()} == {
        "app.css": None, "app.css.br": "br", "app.css.gz": "gzip", "manifest.webmanifest.br": "br",
    }  # fmt: skip
    assert found["app.css"]["ContentType"] == found["app.css.br"]["ContentType"] == "text/css; charset=utf-8"
    assert found["manifest.webmanifest.br"]["ContentType"] == "application/manifest+json"


def test_what_has_not_changed_is_not_put_again(s3: Any, tmp_path: Path) -> None:
    write(tmp_path, assets__app_1_js="x", sw_js="y")
    assert site.upload(s3, BUCKET, tmp_path, quiet) == 2

    write(tmp_path, sw_js="z")

    assert site.upload(s3, BUCKET, tmp_path, quiet) == 1
    assert site.upload(s3, BUCKET, tmp_path, quiet) == 0


def test_pages_that_others_published_stay(s3: Any, tmp_path: Path) -> None:
    s3.put_object(Bucket=BUCKET, Key="p/prd_1/index.html", Body=b"a page")
    write(tmp_path, sw_js="y", docs__old_html="x")
    site.upload(s3, BUCKET, tmp_path, quiet)
    (tmp_path / "docs" / "old.html").unlink()

    site.upload(s3, BUCKET, tmp_path, quiet)

    assert keys(s3) == {"p/prd_1/index.html", "sw.js"}


def test_former_assets_stay_as_long_as_pages_may_name_them(s3: Any, tmp_path: Path) -> None:
    write(tmp_path, assets__app_1_js="x")
    site.upload(s3, BUCKET, tmp_path, quiet)
    (tmp_path / "assets" / "app.1.js").unlink()
    write(tmp_path, assets__app_2_js="y")

    site.upload(s3, BUCKET, tmp_path, quiet)
    assert keys(s3) == {"assets/app.1.js", "assets/app.2.js"}

    stored = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[BUCKET].keys["assets/app.1.js"]
    stored.last_modified = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=31)
    site.upload(s3, BUCKET, tmp_path, quiet)
    assert keys(s3) == {"assets/app.2.js"}
