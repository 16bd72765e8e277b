"""The files of the site: what is in `infra/web`, and the page of the API, put into the bucket that CloudFront serves.

python -m infra.local.site BUCKET       for a mall on AWS, with the credentials of whoever runs it
"""

import argparse
import hashlib
import mimetypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra.local.state import ROOT, LocalError, State
from infra.local.templates import MALL

WEB = ROOT / "infra" / "web"
_CONTRACT = ROOT / "infra" / "api" / "openapi.yaml"
# Pages name files that may be newer than a copy in somebody's browser, so browsers ask each time; the answer is short.
_CACHING = "public, max-age=0, must-revalidate"


def build(folder: Path) -> None:
    """Fill `folder` with the site. Quick when nothing changed."""
    mark = hashlib.sha256()
    for path in sorted([*WEB.rglob("*"), *_CONTRACT.parent.glob("*.py"), _CONTRACT]):
        if path.is_file():
            mark.update(str(path).encode() + path.read_bytes())
    stamp = folder.with_name(f"{folder.name}.built")
    if stamp.exists() and stamp.read_text() == mark.hexdigest():
        return
    shutil.rmtree(folder, ignore_errors=True)
    if WEB.is_dir():
        shutil.copytree(WEB, folder)
    # A process of its own: to know the routes it imports every function.
    made = subprocess.run(
        [sys.executable, "-m", "infra.api", "--docs", str(folder / "docs")],
        capture_output=True, text=True, check=False, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(MALL)},
    )  # fmt: skip
    if made.returncode:
        raise LocalError(f"The page of the API could not be made:\n{(made.stderr or made.stdout).strip()[-1000:]}")
    stamp.write_text(mark.hexdigest())


def upload(s3: Any, bucket: str, folder: Path, say: Callable[[str], None]) -> int:
    """Make `bucket` hold what `folder` holds and nothing else; says how many files were new or changed."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    there = {item["Key"]: item["ETag"].strip('"') for page in pages for item in page.get("Contents", [])}
    changed = 0
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        key, content = path.relative_to(folder).as_posix(), path.read_bytes()
        # The ETag of an object that was put in one piece is its MD5.
        if there.pop(key, None) == hashlib.md5(content, usedforsecurity=False).hexdigest():
            continue
        say(key)
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        s3.put_object(Bucket=bucket, Key=key, Body=content, ContentType=kind, CacheControl=_CACHING)
        changed += 1
    for key in there:
        s3.delete_object(Bucket=bucket, Key=key)
    return changed


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
