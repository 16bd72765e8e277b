"""Staff accounts: made, changed, listed."""

from dataclasses import replace

from mall import clock, errors, events, ids
from mall.auth import Caller
from mall.observability import logger
from mall.users import credentials, model, store
from mall.users import service as users
from mall.users.model import Account, Identifier, Scope, State
from mall.users.roles.service import rights
from mall.users.roles.store import roles as roles_named
from mall.users.sessions import store as sessions
from mall.users.staff.schemas import StaffChange, StaffList, StaffView


def create_first_administrator(text: str) -> tuple[Account, str]:
    """The first administrator and their one-time password. Raises AdministratorExists from the second time on."""
    account, password = _new_staff(credentials.parse_identifier(text), "", {"administrator"}, "")
    store.claim_first_administrator(account)
    logger.info("first administrator created", user_id=account.id)
    return account, password


def create_staff(
    caller: Caller, text: str, *, nickname: str, roles: list[str], merchant_id: str | None
) -> tuple[Account, str]:
    """A staff account and its one-time password. Raises NoSuchRole, RoleBeyondOwn, IdentifierTaken."""
    _grant(rights(caller), roles, Scope.MERCHANT if merchant_id else Scope.PLATFORM)
    identifier = credentials.parse_identifier(text)
    account, password = _new_staff(identifier, nickname, set(roles), merchant_id or "")
    created = events.Event.of(
        "users.StaffCreated",
        aggregate=account.id,
        data={"roles": sorted(roles), "merchant_id": merchant_id, "created_by": caller.user_id or caller.key_id},
    )
    store.create(account, created)
    logger.info("staff created", staff_id=account.id, roles=sorted(roles))
    return account, password


def update_staff(caller: Caller, user_id: str, change: StaffChange, *, merchant_id: str | None = None) -> Account:
    """Give a staff account other roles or another state, and sign it out, so that the change counts soon.

    With `merchant_id`, only that merchant's staff can be changed. What is so already tells nobody anything new. Raises
    NoSuchAccount, NoSuchRole, RoleBeyondOwn, ChangedMeanwhile.
    """
    # Two who disable each other at once would leave nobody: only one of them is still unchanged when it is stored.
    try:
        changer = store.load(caller.user_id) if caller.user_id else None
    except model.NoSuchAccount:
        raise errors.Forbidden from None
    account = store.load(user_id)
    if not account.staff or (merchant_id is not None and account.merchant_id != merchant_id):
        raise model.NoSuchAccount
    if account.id == caller.user_id:
        raise errors.Forbidden("Nobody changes their own rights.")
    users.expect(account, change.version)
    held = rights(caller)
    if not model.grantable(held, roles_named(account.roles)):
        raise model.RoleBeyondOwn
    changed = account
    if change.roles is not None:
        _grant(held, change.roles, Scope.MERCHANT if account.merchant_id else Scope.PLATFORM)
        changed = replace(changed, roles=frozenset(change.roles))
    if change.state is not None:
        changed = changed.move_to(State(change.state))
    news = events.Event.of(
        "users.StaffChanged",
        aggregate=account.id,
        data={
            "roles": sorted(changed.roles),
            "state": changed.state.value,
            "changed_by": caller.user_id or caller.key_id,
        },
    )
    saved = account if changed == account else store.save(changed, news, before=account, by=changer)
    # Always: an earlier attempt may have died just here.
    sessions.close_sessions(account.id)
    return saved


def staff(works_for: str, *, limit: int, after: str | None) -> StaffList:
    """A page of the staff of the platform (`platform`) or of a merchant (its id)."""
    found, cursor = store.staff_of(works_for, limit=limit, after=after)
    return StaffList(items=[StaffView.of(account) for account in found], next=cursor)


def _grant(held: frozenset[str], names: list[str], scope: Scope) -> None:
    found = roles_named(names)
    missing = set(names) - {role.name for role in found}
    if missing:
        raise model.NoSuchRole(roles=sorted(missing))
    if any(role.scope is not scope for role in found):
        raise model.NoSuchRole(f"These roles are not all of scope '{scope}'.", scope=scope.value)
    if not model.grantable(held, found):
        raise model.RoleBeyondOwn


def _new_staff(identifier: Identifier, nickname: str, roles: set[str], merchant_id: str) -> tuple[Account, str]:
    password = credentials.new_one_time_password()
    account = Account.register(identifier, id=ids.new("usr", slot=ids.random_slot()), at=clock.now())
    account = replace(
        account,
        password_hash=credentials.hash_password(password),
        must_change_password=True,
        roles=frozenset(roles),
        merchant_id=merchant_id,
        profile=replace(account.profile, nickname=nickname),
    )
    return account, password
