"""Refuse a draft."""

from mall.auth import permission
from mall.catalog.products.model import DraftChanged, NoDraft, NoSuchProduct, NotInReview, ProductChanged
from mall.catalog.products.platform import service
from mall.catalog.products.schemas import Refusal, Standing
from mall.http import Endpoint

app = Endpoint("catalog.refuse_product")


@app.route(
    "/api/admin/reviews/{product_id}/refusal",
    method="PUT",
    access=permission("catalog.refuse_product"),
    body=Refusal,
    refusals=(DraftChanged, NoDraft, NoSuchProduct, NotInReview, ProductChanged),
)
def refuse_product(product_id: str, body: Refusal) -> Standing:
    """Refuse the draft that was read, and say why."""
    return Standing.of(
        service.refuse(
            product_id, [one.reason() for one in body.reasons], revision=body.revision, by=app.caller.user_id
        )
    )
