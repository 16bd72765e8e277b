"""What is left of a mall whose emulator died."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from infra.local import emulator
from infra.local.emulator import Emulator
from infra.local.state import State


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A store with a bucket that no stack knows, which holds two versions of a file."""
    for name, value in (("AWS_ACCESS_KEY_ID", "nobody"), ("AWS_SECRET_ACCESS_KEY", "nobody")):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(emulator.time, "sleep", lambda seconds: None)
    with mock_aws():
        clients = {name: boto3.client(name, region_name="us-east-1") for name in ("s3", "cloudformation")}
        monkeypatch.setattr(Emulator, "client", lambda self, service: clients[service])
        store = clients["s3"]
        store.create_bucket(Bucket="orphan")
        store.put_bucket_versioning(Bucket="orphan", VersioningConfiguration={"Status": "Enabled"})
        for body in (b"1", b"2"):
            store.put_object(Bucket="orphan", Key="k", Body=body)
        yield store


def late(s3: Any, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let somebody put a file into a bucket just before each of the first deletions of it."""
    delete, left = s3.delete_bucket, iter(range(times))

    def delete_bucket(**given: Any) -> Any:
        if next(left, None) is not None:
            s3.put_object(Bucket=given["Bucket"], Key="late", Body=b"3")
        return delete(**given)

    monkeypatch.setattr(s3, "delete_bucket", delete_bucket)


@pytest.mark.parametrize("times", [0, 1, emulator._EMPTYINGS - 1])
def test_a_bucket_that_no_stack_knows_goes_although_somebody_still_writes(
    s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    late(s3, times, monkeypatch)

    Emulator(State(tmp_path)).forget_orphaned_buckets()

    assert s3.list_buckets()["Buckets"] == []


def test_a_bucket_that_is_never_empty_is_given_up(s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    late(s3, emulator._EMPTYINGS, monkeypatch)

    with pytest.raises(ClientError, match="BucketNotEmpty"):
        Emulator(State(tmp_path)).forget_orphaned_buckets()
