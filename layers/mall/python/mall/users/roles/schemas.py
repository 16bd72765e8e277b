"""What clients send and get of roles. Descriptions are part of the API contract."""

from typing import Annotated

from pydantic import Field

from mall.http import Body, View
from mall.users.model import Role, Scope

PermissionName = Annotated[str, Field(pattern=r"^([a-z]+\.[a-z_]+|\*)$", max_length=60)]


class RoleView(View):
    """A role and what it permits."""

    name: str
    scope: Scope
    permissions: list[str]
    built_in: bool

    @classmethod
    def of(cls, role: Role) -> "RoleView":
        """The role."""
        return cls(name=role.name, scope=role.scope, permissions=sorted(role.permissions), built_in=role.built_in)


class Roles(View):
    """All roles."""

    items: list[RoleView]


class RoleDefinition(Body):
    """What a role permits, and where."""

    scope: Scope
    permissions: list[PermissionName] = Field(min_length=1, max_length=100)
