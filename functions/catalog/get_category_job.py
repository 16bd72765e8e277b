"""Show how far a move or merge is."""

from mall.auth import permission
from mall.catalog.categories.jobs import service
from mall.catalog.categories.jobs.model import NoSuchCategoryJob
from mall.catalog.categories.jobs.schemas import JobView
from mall.http import Endpoint

app = Endpoint("catalog.get_category_job")


@app.route(
    "/api/admin/category-jobs/{job_id}",
    access=permission("catalog.get_category_job"),
    refusals=(NoSuchCategoryJob,),
)
def get_category_job(job_id: str) -> JobView:
    """Read how far the move or merge of a category is."""
    return JobView.of(service.get(job_id))
