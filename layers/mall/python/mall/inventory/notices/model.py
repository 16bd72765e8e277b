"""Who waits for what."""

from dataclasses import dataclass
from datetime import datetime

from mall import errors

# How many SKUs somebody may wait for.
MOST = 200


class StillThere(errors.Conflict):
    message = "There is some of this. Nobody has to wait for it."


class TooManyNotices(errors.Conflict):
    message = f"Nobody waits for more than {MOST} things."


@dataclass(frozen=True, slots=True)
class Notice:
    """That somebody waits for a SKU."""

    user_id: str
    sku_id: str
    product_id: str
    at: datetime
