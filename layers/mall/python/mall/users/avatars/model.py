"""What may become an avatar, and what it becomes."""

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 40_000_000
SIDE = 256
FORM_LIFETIME_SECONDS = 300


def upload_key(user_id: str, upload_id: str) -> str:
    """Where an upload lies: below the person's own folder."""
    return f"avatars/{user_id}/{upload_id}"


def picture_key(upload: str, digest: str) -> str:
    """Where the picture made of an upload is shown.

    The upload's id, which grows with time, says which of somebody's pictures is the latest; what it shows is part of
    its name, so that it never changes there.
    """
    return f"{upload}-{digest}.webp"


def owner_of(key: str) -> str:
    """Whose upload it is."""
    return key.split("/")[1]
