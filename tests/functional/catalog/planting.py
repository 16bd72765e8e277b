"""What the processes of a race do."""

from dataclasses import replace

from mall import ids
from mall.catalog.categories.model import Category
from mall.catalog.categories.tree import store


def plant(slug: str) -> str:
    """Add a root with this slug, in the tree only."""
    category = Category(ids.new("cat"), None, slug, {"en": slug})

    def decide(tree):  # type: ignore[no-untyped-def]
        after = tree.with_(category)
        after.check_place(category)
        return after, [], category.id

    return str(store.change(decide)[1])


def rename(category_id: str, name: str) -> int:
    """Give a category another name, and say in which version it is then."""

    def decide(tree):  # type: ignore[no-untyped-def]
        before = tree.get(category_id)
        changed = replace(before, name={"en": name}, version=before.version + 1)
        return tree.with_(changed), [], changed.version

    return int(store.change(decide)[1])
