"""The tree of categories in PostgreSQL. A few thousand rows at most, which are read and thought about as a whole."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from mall import events, sql
from mall.catalog.categories.model import Category, State, Tree
from mall.catalog.categories.template import of_json, to_json
from mall.catalog.categories.tree.tables import AttributeRow, CategoryRow, RevisionRow

T = TypeVar("T")
_COLUMNS = ("id", "parent_id", "slug", "position", "merged_into", "version")


def load() -> Tree:
    """The tree as it is."""
    # Read-write, so from the writer: what is published must be the latest.
    with sql.session(isolation="REPEATABLE READ") as session:
        revision = session.scalar(select(RevisionRow.revision)) or 0
        return _tree(session, revision)


def change(decide: Callable[[Tree], tuple[Tree, Iterable[events.Event], T]]) -> tuple[Tree, T]:
    """Make the tree what `decide` makes of it, with the news of that; gives it with its new revision.

    Nobody else changes it meanwhile. Where `decide` gives the tree that it was given, only the revision is counted.
    """

    def act(session: sql.Session) -> tuple[Tree, T]:
        revision = session.execute(
            insert(RevisionRow)
            .values(id=1, revision=1)
            .on_conflict_do_update(index_elements=[RevisionRow.id], set_={"revision": RevisionRow.revision + 1})
            .returning(RevisionRow.revision)
        ).scalar_one()
        before = _tree(session, revision)
        after, news, result = decide(before)
        if after is before:
            return before, result
        _write(session, before, after)
        for event in news:
            events.record(session, event)
        after.revision = revision
        return after, result

    return sql.retrying(act)


def _tree(session: sql.Session, revision: int) -> Tree:
    attributes: dict[str, list[AttributeRow]] = {}
    for row in session.scalars(select(AttributeRow).order_by(AttributeRow.category_id, AttributeRow.position)):
        attributes.setdefault(row.category_id, []).append(row)
    categories = {
        row.id: Category(
            **{name: getattr(row, name) for name in _COLUMNS},
            name=row.name,
            description=row.description,
            state=State(row.state),
            attributes=tuple(of_json(attribute.definition) for attribute in attributes.get(row.id, ())),
        )
        for row in session.scalars(select(CategoryRow))
    }
    session.expunge_all()
    return Tree(categories, revision)


def _write(session: sql.Session, before: Tree, after: Tree) -> None:
    gone = before.categories.keys() - after.categories.keys()
    if gone:
        session.execute(delete(CategoryRow).where(CategoryRow.id.in_(gone)))
    for id, category in after.categories.items():
        old = before.categories.get(id)
        if category == old:
            continue
        values = {name: getattr(category, name) for name in _COLUMNS} | {
            "name": dict(category.name),
            "description": dict(category.description),
            "state": category.state.value,
        }
        session.execute(insert(CategoryRow).values(values).on_conflict_do_update(index_elements=["id"], set_=values))
        if old is None or old.attributes != category.attributes:
            session.execute(delete(AttributeRow).where(AttributeRow.category_id == id))
            for position, attribute in enumerate(category.attributes):
                definition = to_json(attribute)
                session.add(AttributeRow(category_id=id, code=attribute.code, position=position, definition=definition))
            session.flush()
