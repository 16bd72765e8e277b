"""Starting moves and merges, and working on them."""

import time
from collections.abc import Callable
from dataclasses import replace

from mall import clock, errors, ids
from mall.catalog.categories.jobs import store
from mall.catalog.categories.jobs.model import Job, Kind, NoSuchCategoryJob, State
from mall.catalog.categories.tree import service as tree
from mall.observability import logger

# How many products are moved between two looks at the clock.
_SOME = 25
# The index by category may for a moment tell of products that are gone from it.
_INDEX_LAG_SECONDS = 0.2


def move(category_id: str, parent_id: str | None, *, by: str) -> Job:
    """Have a category put below another one. Raises what `tree.check_move` does."""
    tree.check_move(category_id, parent_id)
    return _start(Kind.MOVE, category_id, parent_id, by)


def merge(category_id: str, into: str, *, by: str) -> Job:
    """Have another category take a category over. Raises what `tree.check_merge` does."""
    tree.check_merge(category_id, into)
    return _start(Kind.MERGE, category_id, into, by)


def get(job_id: str) -> Job:
    """The job. Raises NoSuchCategoryJob."""
    return store.load(job_id)


def work(job_id: str, *, move_products: Callable[..., tuple[int, int]], go_on: Callable[[], bool]) -> None:
    """Do what is left of a job, as long as it may `go_on`; then it is asked for again.

    `move_products(category_id, into, most=…)` moves some products and says how many it found, and how many it moved.
    """
    try:
        job = store.load(job_id)
    except NoSuchCategoryJob:
        logger.warning("work without a job", job_id=job_id)
        return
    if job.over:
        return
    try:
        job = _restructured(job)
    except (errors.Conflict, errors.NotFound) as refusal:
        store.save(job.refuse(str(refusal), clock.now()))
        logger.info("category job refused", job_id=job_id, reason=refusal.code)
        return
    if job.kind is Kind.MERGE:
        while True:
            found, moved = move_products(job.category_id, job.target, most=_SOME)
            if not found:
                break
            job = job.with_products(moved)
            store.save(job)
            if not go_on():
                store.ask(job)
                return
            if not moved:
                time.sleep(_INDEX_LAG_SECONDS)
    store.save(job.finish(clock.now()))
    logger.info("category job finished", job_id=job_id, products=job.products)


def _restructured(job: Job) -> Job:
    if job.state is State.WORKING:
        return job
    if job.kind is Kind.MOVE:
        tree.move(job.category_id, job.target)
        published = tree.publish(job.category_id)
    else:
        assert job.target is not None
        tree.merge(job.category_id, job.target)
        published = tree.publish(job.category_id) + tree.publish(job.target)
    job = replace(job, state=State.WORKING, categories=published)
    store.save(job)
    return job


def _start(kind: Kind, category_id: str, target: str | None, by: str) -> Job:
    now = clock.now()
    job = Job(ids.new("cjb", at=now), kind, category_id, target, created_at=now, created_by=by)
    store.save(job)
    store.ask(job)
    logger.info("category job started", job_id=job.id, kind=kind, category_id=category_id)
    return job
