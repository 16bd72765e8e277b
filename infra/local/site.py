"""The files of the site that are no pages: the storefront's assets (`infra/web`) and the page of the API, put into the
bucket that CloudFront serves. Pages are published beside them by the pages service.

python -m infra.local.site BUCKET       for a mall on AWS, with the credentials of whoever runs it
"""

import argparse
import hashlib
import json
import mimetypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from infra.local.state import ROOT, LocalError, State
from infra.local.templates import MALL
from infra.web import build as storefront

_CONTRACT = ROOT / "infra" / "api" / "openapi.yaml"
# An asset's address changes with its content; everything else is asked for each time, and the answer is short.
_FOREVER = "public, max-age=31536000, immutable"
_ASKED = "public, max-age=0, must-revalidate"
# Pages that were rendered, or kept by a browser, before the assets changed name the former ones.
_FORMER_ASSETS = timedelta(days=30)
_LIST = "assets/uploaded.json"
_ENCODINGS = {".br": "br", ".gz": "gzip"}
mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("text/javascript", ".js")


def build(folder: Path) -> None:
    """Fill `folder` with the site. Quick when nothing changed."""
    mark = hashlib.sha256()
    texts = storefront.TEMPLATES / "texts"
    sources = [storefront.SOURCES.parent.rglob("*"), texts.glob("*.json"), _CONTRACT.parent.glob("*.py")]
    for path in sorted([*(path for found in sources for path in found), _CONTRACT]):
        if path.is_file() and path.suffix != ".pyc":
            mark.update(str(path).encode() + path.read_bytes())
    stamp = folder.with_name(f"{folder.name}.built")
    if stamp.exists() and stamp.read_text() == mark.hexdigest():
        return
    shutil.rmtree(folder, ignore_errors=True)
    storefront.build(folder)
    # A process of its own: to know the routes it imports every function.
    made = subprocess.run(
        [sys.executable, "-m", "infra.api", "--docs", str(folder / "docs")],
        capture_output=True, text=True, check=False, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(MALL)},
    )  # fmt: skip
    if made.returncode:
        raise LocalError(f"The page of the API could not be made:\n{(made.stderr or made.stdout).strip()[-1000:]}")
    storefront.compress(folder)
    stamp.write_text(mark.hexdigest())


def upload(s3: Any, bucket: str, folder: Path, say: Callable[[str], None]) -> int:
    """Put what `folder` holds into `bucket`; says how many files were new or changed.

    What an earlier upload put there and `folder` no longer has is deleted: assets after thirty days, the rest at once.
    """
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    there = {item["Key"]: item for page in pages for item in page.get("Contents", [])}
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    changed = 0
    for key, path in files.items():
        content = path.read_bytes()
        # The ETag of an object that was put in one piece is its MD5.
        etag = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if key in there and there[key]["ETag"].strip('"') == etag:
            continue
        say(key)
        s3.put_object(Bucket=bucket, Key=key, Body=content, **_headers(key))
        changed += 1
    before = json.loads(s3.get_object(Bucket=bucket, Key=_LIST)["Body"].read()) if _LIST in there else []
    oldest = datetime.now(UTC) - _FORMER_ASSETS
    former = [there[key] for key in before if key in there and key not in files]
    kept = [item["Key"] for item in former if item["Key"].startswith("assets/") and item["LastModified"] > oldest]
    for item in former:
        if item["Key"] not in kept:
            s3.delete_object(Bucket=bucket, Key=item["Key"])
    listed = sorted([*files, *kept])
    if listed != before:
        s3.put_object(Bucket=bucket, Key=_LIST, Body=json.dumps(listed).encode(), ContentType="application/json")
    return changed


def _headers(key: str) -> dict[str, str]:
    """With which headers a file is answered; a compressed twin with those of its original."""
    original, dot, ending = key.rpartition(".")
    encoding = _ENCODINGS.get(dot + ending)
    kind = mimetypes.guess_type(original if encoding else key)[0] or "application/octet-stream"
    found = {
        "ContentType": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
        "CacheControl": _FOREVER if key.startswith("assets/") else _ASKED,
    }
    return found | ({"ContentEncoding": encoding} if encoding else {})


def main() -> int:
    """Put the site into a bucket on AWS."""
    import boto3  # noqa: PLC0415

    parser = argparse.ArgumentParser(description="Put the site into the bucket of a mall on AWS.")
    parser.add_argument("bucket", help="the output SiteBucket of the deployed template")
    bucket = parser.parse_args().bucket
    folder = State.here().folder / "site"
    folder.parent.mkdir(parents=True, exist_ok=True)
    build(folder)
    print(f"{upload(boto3.client('s3'), bucket, folder, print)} files were new or changed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
