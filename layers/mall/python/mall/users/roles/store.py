"""Where roles live: in the table `users`, but for those that come with the mall."""

from collections.abc import Iterable

from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute

from mall import nosql
from mall.users import model
from mall.users.model import Role

_ROLE = "role"


class _RoleItem(nosql.Model):
    class Meta(nosql.Table):
        logical = "users"

    pk = UnicodeAttribute(hash_key=True, default=_ROLE)
    sk = UnicodeAttribute(range_key=True)
    scope = UnicodeAttribute()
    permissions = UnicodeSetAttribute()


def roles(names: Iterable[str]) -> list[Role]:
    """The roles of these names, those that still exist."""
    wanted = set(names)
    found = [model.BUILT_IN_ROLES[name] for name in sorted(wanted) if name in model.BUILT_IN_ROLES]
    others = [(_ROLE, name) for name in sorted(wanted - model.BUILT_IN_ROLES.keys())]
    return found + ([_role(item) for item in _RoleItem.batch_get(others)] if others else [])


def all_roles() -> list[Role]:
    """Every role, those that come with the mall first."""
    return [*model.BUILT_IN_ROLES.values(), *(_role(item) for item in _RoleItem.query(_ROLE))]


def save_role(role: Role, *, before: Role | None) -> None:
    """Define the role, or define it anew if it is still what it was `before`. Raises ChangedMeanwhile."""
    same = _RoleItem.sk.does_not_exist() if before is None else _RoleItem.permissions == set(before.permissions)
    try:
        with nosql.conditional():
            _RoleItem(_ROLE, role.name, scope=role.scope.value, permissions=set(role.permissions)).save(condition=same)
    except nosql.ConditionFailed:
        raise model.ChangedMeanwhile from None


def _role(item: _RoleItem) -> Role:
    return Role(item.sk, model.Scope(item.scope), frozenset(item.permissions))
