"""Change prices and stock."""

from mall.auth import permission
from mall.catalog.offers import service
from mall.catalog.offers.model import BadPrice, NoSuchOffer, OfferChangedMeanwhile
from mall.catalog.offers.schemas import ChangedOffers, OwnOffers
from mall.http import Endpoint

app = Endpoint("catalog.set_offers")


@app.route(
    "/api/merchant/products/{product_id}/offers",
    method="PUT",
    access=permission("catalog.set_offers"),
    body=ChangedOffers,
    refusals=(BadPrice, NoSuchOffer, OfferChangedMeanwhile),
)
def set_offers(product_id: str, body: ChangedOffers) -> OwnOffers:
    """Change prices and stock of one's own product at once, without a review."""
    changes = [offer.change() for offer in body.offers]
    by = app.caller.user_id or app.caller.key_id
    return OwnOffers.of(service.set(app.caller.merchant_id, product_id, changes, by=by))
