"""Categories as they are published in the table `catalog`."""

import gzip
import json
from collections.abc import Iterable, Sequence
from typing import Any

from mall import nosql
from mall.catalog.categories.model import Node, NoSuchCategory, Published, State, Tree
from mall.catalog.categories.template import of_json, to_json
from mall.catalog.documents import Document, text_of

_TREE = "tree"
_CATEGORY = "cat_"


def load(category_id: str) -> Published:
    """The category. Raises NoSuchCategory."""
    try:
        if not category_id.startswith(_CATEGORY):
            raise NoSuchCategory
        return _published(Document.get(category_id, consistent_read=True))
    except Document.DoesNotExist:
        raise NoSuchCategory from None


def load_many(category_ids: Iterable[str]) -> dict[str, Published]:
    """Those of the categories that there are, by id."""
    wanted = {category_id for category_id in category_ids if category_id.startswith(_CATEGORY)}
    found = Document.batch_get(wanted, consistent_read=True) if wanted else ()
    return {document.id: _published(document) for document in found}


def nodes() -> tuple[Node, ...]:
    """The roots of the tree that everybody sees."""
    try:
        document = Document.get(_TREE, consistent_read=True)
    except Document.DoesNotExist:
        return ()
    return tuple(_node(content, None) for content in json.loads(gzip.decompress(document.packed)))


def publish(tree: Tree, category_ids: Sequence[str]) -> None:
    """Write these categories and the tree's overview, except over what a later revision has written."""
    for category_id in category_ids:
        published = tree.published(category_id)
        content = {
            "id": published.id,
            "parent_id": published.parent_id,
            "path": list(published.path),
            "slug": published.slug,
            "name": dict(published.name),
            "description": dict(published.description),
            "state": published.state.value,
            "merged_into": published.merged_into,
            "attributes": [to_json(attribute) for attribute in published.attributes],
            "names": {id: dict(name) for id, name in published.names.items()},
        }
        _put(Document(category_id, version=tree.revision, body=text_of(content)))
    overview = gzip.compress(text_of([_content(node) for node in tree.nodes()]).encode(), mtime=0)
    _put(Document(_TREE, version=tree.revision, packed=overview))


def remove(category_id: str) -> None:
    """Take away the document of a category that is no more; its id never comes again."""
    Document(category_id).delete()


def _put(document: Document) -> None:
    try:
        with nosql.conditional():
            # The same revision always says the same, so that a repetition repairs what an earlier attempt left out.
            document.save(condition=Document.id.does_not_exist() | (Document.version <= document.version))
    except nosql.ConditionFailed:
        return


def _published(document: Document) -> Published:
    content = document.content
    return Published(
        id=content["id"],
        parent_id=content["parent_id"],
        path=tuple(content["path"]),
        slug=content["slug"],
        name=content["name"],
        description=content["description"],
        state=State(content["state"]),
        merged_into=content["merged_into"],
        attributes=tuple(of_json(attribute) for attribute in content["attributes"]),
        names=content["names"],
        revision=int(document.version),
    )


def _content(node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "name": dict(node.name),
        "slug": node.slug,
        "children": [_content(child) for child in node.children],
    }


def _node(content: dict[str, Any], parent_id: str | None) -> Node:
    children = tuple(_node(child, content["id"]) for child in content["children"])
    return Node(content["id"], parent_id, content["name"], content["slug"], children)
