"""Tell operators how the caches of pictures do."""

from mall.auth import permission
from mall.http import Endpoint
from mall.images.heat import service
from mall.images.heat.schemas import CacheQuery, CacheReport

app = Endpoint("images.get_cache_report")


@app.route("/api/admin/picture-cache", access=permission("images.get_cache_report"), query=CacheQuery)
def get_cache_report(query: CacheQuery) -> CacheReport:
    """Read how often each level of the caches had the picture that was asked for, and which pictures are promoted."""
    return service.report(query.hours)
