"""Listing and defining roles, and what somebody may do at this moment."""

from mall import errors
from mall.auth import ALL, Caller
from mall.observability import logger
from mall.users import model
from mall.users import service as users
from mall.users.model import Role, Scope
from mall.users.roles import store
from mall.users.roles.schemas import RoleDefinition


def roles() -> list[Role]:
    """All roles."""
    return store.all_roles()


def define_role(caller: Caller, name: str, definition: RoleDefinition) -> Role:
    """Define a role, or define it anew; it counts for whoever has it as soon as their tokens are renewed.

    Raises BuiltInRole, RoleBeyondOwn, NotForMerchants, RoleScopeStays, ChangedMeanwhile.
    """
    if not model.ROLE_NAME.fullmatch(name):
        raise errors.Invalid("A role's name has 3 to 40 small letters and underscores.")
    if name in model.BUILT_IN_ROLES:
        raise model.BuiltInRole
    role = Role(name, definition.scope, frozenset(definition.permissions))
    if role.scope is Scope.MERCHANT and ALL in role.permissions:
        raise model.NotForMerchants
    before = next(iter(store.roles([name])), None)
    if before is not None and before.scope is not role.scope:
        raise model.RoleScopeStays
    if not model.grantable(rights(caller), [role] if before is None else [role, before]):
        raise model.RoleBeyondOwn
    store.save_role(role, before=before)
    logger.info("role defined", role=name, permissions=sorted(role.permissions))
    return role


def rights(caller: Caller) -> frozenset[str]:
    """What the caller may do at this moment, of which they may hand on no more.

    A token tells what its owner could do up to 15 minutes ago; whoever was disabled since must not leave anything
    behind that outlives it. (What a key may do is read at each call.) Raises Forbidden.
    """
    if not caller.user_id:
        return caller.permissions
    try:
        account = users.profile(caller)
    except errors.MallError:
        raise errors.Forbidden from None
    return account.permissions(store.roles(account.roles))
