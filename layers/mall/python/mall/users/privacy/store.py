"""Where exports lie, and the state machine that makes them."""

import io
import json
import zipfile
from typing import Any

from mall import aws, config
from mall.users.privacy.model import LINK_LIFETIME, PARTS, Export, ExportState, NoSuchExport, folder_of

_REQUEST, _ARCHIVE = "request.json", "export.zip"


def start(user_id: str, export_id: str) -> None:
    """Remember that the export was asked for, and have it made."""
    given = json.dumps({"user_id": user_id, "export_id": export_id})
    _put(f"{folder_of(user_id, export_id)}/{_REQUEST}", given.encode(), "application/json")
    aws.client("stepfunctions").start_execution(
        stateMachineArn=config.machine("export_user_data"), name=export_id, input=given
    )


def find(user_id: str, export_id: str) -> Export:
    """How far the person's export is. Raises NoSuchExport, also for another person's."""
    folder = folder_of(user_id, export_id)
    listed = aws.client("s3").list_objects_v2(Bucket=config.bucket("exports"), Prefix=f"{folder}/")
    names = {found["Key"].removeprefix(f"{folder}/") for found in listed.get("Contents", ())}
    if _ARCHIVE in names:
        return Export(export_id, ExportState.READY, _link(f"{folder}/{_ARCHIVE}"))
    if names:
        return Export(export_id, ExportState.PREPARING)
    raise NoSuchExport


def put_part(user_id: str, export_id: str, part: str, content: Any) -> None:
    """Store what one subsystem knows of the person."""
    text = json.dumps(content, ensure_ascii=False, indent=2, default=str)
    _put(f"{folder_of(user_id, export_id)}/{part}.json", text.encode(), "application/json")


def put_together(user_id: str, export_id: str) -> None:
    """Make one archive of the parts."""
    client, folder, archive = aws.client("s3"), folder_of(user_id, export_id), io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        for part in PARTS:
            content = client.get_object(Bucket=config.bucket("exports"), Key=f"{folder}/{part}.json")["Body"].read()
            files.writestr(f"{part}.json", content)
    _put(f"{folder}/{_ARCHIVE}", archive.getvalue(), "application/zip")


def erase(user_id: str) -> int:
    """Delete the person's exports and return how many files there were."""
    client, count = aws.client("s3"), 0
    for page in client.get_paginator("list_objects_v2").paginate(
        Bucket=config.bucket("exports"), Prefix=f"exports/{user_id}/"
    ):
        for found in page.get("Contents", ()):
            client.delete_object(Bucket=config.bucket("exports"), Key=found["Key"])
            count += 1
    return count


def _put(key: str, content: bytes, content_type: str) -> None:
    aws.client("s3").put_object(Bucket=config.bucket("exports"), Key=key, Body=content, ContentType=content_type)


def _link(key: str) -> str:
    return str(
        aws.client("s3").generate_presigned_url(
            "get_object",
            Params={
                "Bucket": config.bucket("exports"),
                "Key": key,
                "ResponseContentDisposition": 'attachment; filename="mall-data.zip"',
            },
            ExpiresIn=int(LINK_LIFETIME.total_seconds()),
        )
    )
