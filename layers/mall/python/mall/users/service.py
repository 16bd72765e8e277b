"""The use cases of accounts: register, sign in, stay signed in, prove oneself, manage staff.

Every function that takes a `now` takes it from its caller's clock; ids and secrets are made here.
"""

from dataclasses import replace
from datetime import datetime

from mall import clock, config, errors, events, ids, limits, tokens
from mall.auth import ALL, Caller
from mall.messages import service as messages
from mall.observability import logger
from mall.users import credentials, model, schemas, store
from mall.users.model import Account, Device, Identifier, Purpose, Role, Scope, Session, State, Totp

_HOUR, _DAY = 60 * 60, 24 * 60 * 60
# How many codes may be asked for: to one address, and from one network address.
CODE_PAUSE_SECONDS = 60
CODES_A_DAY = 10
CODES_FROM_ONE_ADDRESS_AN_HOUR = 30
CODES_FROM_ONE_ADDRESS_A_DAY = 100
SIGN_INS_FROM_ONE_ADDRESS_AN_HOUR = 120
# How often a change that nobody waits for begins again when the account was changed meanwhile.
_ATTEMPTS = 5


def _people() -> int:
    """How many people may share a network address: more than one where a proxy stands before the mall."""
    return int(config.get("MALL_PEOPLE_PER_ADDRESS", "1"))


# --- one-time codes


def request_code(text: str, purpose: Purpose, *, address: str, locale: str) -> None:
    """Have a code made and sent. Raises NotAnIdentifier, TooManyRequests; says nothing about accounts."""
    identifier = credentials.parse_identifier(text)
    limits.hit("code.address.hour", address, most=_people() * CODES_FROM_ONE_ADDRESS_AN_HOUR, seconds=_HOUR)
    limits.hit("code.address.day", address, most=_people() * CODES_FROM_ONE_ADDRESS_A_DAY, seconds=_DAY)
    limits.hit(f"code.pause.{purpose}", str(identifier), most=1, seconds=CODE_PAUSE_SECONDS)
    limits.hit("code.day", str(identifier), most=CODES_A_DAY, seconds=_DAY)
    store.ask_for_code(purpose, identifier, locale=locale)
    logger.info("code requested", purpose=purpose, kind=identifier.kind)


def deliver_code(purpose: Purpose, identifier: Identifier, *, request_id: str, locale: str) -> None:
    """Make the code that `request_id` asked for and send it; the same request sends one code.

    Whoever registers an address that has an account, or signs in to none, is told so in the message itself: only the
    owner of the address reads it.
    """
    account = store.find(identifier)
    if purpose in {Purpose.REGISTER, Purpose.BIND}:
        wanted = account is None
    else:
        wanted = account is not None and account.state is State.ACTIVE
    if not wanted:
        messages.send(identifier.value, *_letter(purpose, locale, code=None))
        logger.info("code not needed", purpose=purpose, kind=identifier.kind)
        return
    code = credentials.new_code()
    if not store.put_code(
        purpose, identifier, digest=_digest(purpose, identifier, code), request_id=request_id, at=clock.now()
    ):
        logger.info("code was sent already", purpose=purpose, kind=identifier.kind)
        return
    messages.send(identifier.value, *_letter(purpose, locale, code=code))
    store.mark_sent(purpose, identifier, request_id=request_id)
    logger.info("code sent", purpose=purpose, kind=identifier.kind)


def _digest(purpose: Purpose, identifier: Identifier, code: str) -> str:
    return credentials.code_digest(f"{purpose}#{identifier}", code)


def _check_code(purpose: Purpose, identifier: Identifier, code: str, *, at: datetime) -> bool:
    return store.check_code(purpose, identifier, _digest(purpose, identifier, code), at=at)


def _use_code(purpose: Purpose, identifier: Identifier, code: str) -> bool:
    return store.use_code(purpose, identifier, _digest(purpose, identifier, code))


def _take_code(purpose: Purpose, identifier: Identifier, code: str, *, at: datetime) -> bool:
    return _check_code(purpose, identifier, code, at=at) and _use_code(purpose, identifier, code)


def _letter(purpose: Purpose, locale: str, *, code: str | None) -> tuple[str, str]:
    """Subject and text of the message that a code, or the news that none is needed, goes out with."""
    minutes = int(model.CODE_LIFETIME.total_seconds() // 60)
    if locale == "zh-CN":
        if code:
            return "网上商城验证码", f"您的验证码是 {code},{minutes} 分钟内有效。请勿告诉他人。"
        if purpose in {Purpose.REGISTER, Purpose.BIND}:
            return "您已有账号", "有人想用您的地址注册网上商城,但该地址已有账号。如是您本人,请直接登录。"
        return "没有账号", "有人想用您的地址登录网上商城,但该地址还没有账号。如是您本人,请先注册。"
    if code:
        return "Your code", f"Your code for the mall is {code}. It is valid for {minutes} minutes. Tell it to nobody."
    if purpose in {Purpose.REGISTER, Purpose.BIND}:
        return (
            "You have an account",
            "Somebody tried to register your address, which has an account. If it was you, sign in.",
        )
    return "No account", "Somebody tried to sign in with your address, which has no account. If it was you, register."


# --- registering and signing in


def register(text: str, *, code: str, password: str | None, locale: str, terms: str, device: Device) -> schemas.Tokens:
    """Open a customer's account for an identifier proven by `code`, and sign in.

    `terms` is the version of terms and privacy policy that was agreed to. Raises WrongCode, WeakPassword,
    IdentifierTaken.
    """
    identifier, now = credentials.parse_identifier(text), clock.now()
    if password:
        credentials.check_strength(password, identifier.value)
    limits.hit("sign_in.address", device.address, most=_people() * SIGN_INS_FROM_ONE_ADDRESS_AN_HOUR, seconds=_HOUR)
    if not _take_code(Purpose.REGISTER, identifier, code, at=now):
        raise model.WrongCode
    account = Account.register(identifier, id=ids.new("usr", slot=ids.random_slot()), at=now, locale=locale)
    if password:
        account = replace(account, password_hash=credentials.hash_password(password))
    store.create(
        account,
        events.Event.of("users.UserRegistered", aggregate=account.id, data={"terms": terms, "locale": locale}),
    )
    logger.info("user registered", user_id=account.id, kind=identifier.kind)
    return _start_session(account, device, now)


def sign_in(text: str, *, password: str | None, code: str | None, totp: str | None, device: Device) -> schemas.Tokens:
    """Start a session for the account that `text` leads to.

    Raises WrongCredentials for whatever is not right (the same, after the same work, where there is no account),
    TotpRequired, TooManyAttempts.
    """
    identifier, now = credentials.parse_identifier(text), clock.now()
    limits.hit("sign_in.address", device.address, most=_people() * SIGN_INS_FROM_ONE_ADDRESS_AN_HOUR, seconds=_HOUR)
    store.count_attempt(identifier, at=now)
    account = store.find(identifier)
    if password is not None:
        proven = credentials.verify_password(account.password_hash if account else "", password)
    else:
        proven = _check_code(Purpose.SIGN_IN, identifier, code or "", at=now)
    if not proven or account is None or account.state is not State.ACTIVE:
        raise model.WrongCredentials
    checked = account
    if account.totp and account.totp.confirmed:
        if totp is None:
            # The code is not used up yet: it is sent again, together with the app's.
            store.forgive_attempt(identifier)
            raise model.TotpRequired
        after = _check_totp(account, account.totp, totp, at=now)
        if after is None:
            raise model.WrongCredentials
        checked = after
    if code is not None and not _use_code(Purpose.SIGN_IN, identifier, code):
        raise model.WrongCredentials
    if checked != account:
        account = store.save(checked, before=account)
    if password is not None and credentials.outdated(account.password_hash):
        account = store.save(replace(account, password_hash=credentials.hash_password(password)), before=account)
    store.clear_failures(identifier)
    return _start_session(account, device, now)


def refresh(refresh_token: str) -> schemas.Tokens:
    """New tokens for a refresh token, which is used up.

    A token that was used before shows that somebody has a copy: its whole session ends (RFC 9700, section 4.14.2).
    Within ten seconds of its use it is taken for a second tab and only refused. Raises SessionOver, RefreshedAlready.
    """
    now = clock.now()
    user_id, session_id, secret = _parts(refresh_token)
    try:
        session = store.session_of(user_id, session_id)
    except errors.NotFound:
        raise model.SessionOver from None
    digest = model.digest(secret)
    if not model.same(digest, session.token_digest):
        used = store.used_at(session, digest)
        if used is None:
            raise model.SessionOver
        if now - used <= model.REFRESH_OVERLAP:
            raise model.RefreshedAlready
        store.close_session(user_id, session_id)
        logger.warning("refresh token reused", user_id=user_id, session_id=session_id)
        raise model.SessionOver
    account = store.load(user_id)
    if session.over_at <= now or account.state is not State.ACTIVE:
        store.close_session(user_id, session_id)
        raise model.SessionOver
    renewed = credentials.new_secret()
    store.rotate(session, token_digest=model.digest(renewed), at=now)
    return _tokens(account, session.id, renewed)


def _start_session(account: Account, device: Device, now: datetime) -> schemas.Tokens:
    secret = credentials.new_secret()
    session = Session(
        user_id=account.id,
        id=ids.new("ses", at=now),
        token_digest=model.digest(secret),
        created_at=now,
        refreshed_at=now,
        device=replace(device, address=_shortened(device.address)),
    )
    store.open_session(session)
    logger.info("signed in", user_id=account.id, session_id=session.id)
    return _tokens(account, session.id, secret)


def _tokens(account: Account, session_id: str, secret: str) -> schemas.Tokens:
    roles = store.roles(account.roles) if account.staff else []
    caller = Caller(
        user_id=account.id,
        session_id=session_id,
        roles=frozenset(role.name for role in roles),
        permissions=account.permissions(roles),
        merchant_id=account.merchant_id,
    )
    return schemas.Tokens(
        user_id=account.id,
        access_token=tokens.issue(caller),
        refresh_token=f"{account.id}.{session_id}.{secret}",
        expires_in=tokens.LIFETIME_SECONDS,
        must_change_password=account.must_change_password,
    )


def _parts(refresh_token: str) -> tuple[str, str, str]:
    parts = refresh_token.split(".")
    if len(parts) != 3 or not all(parts):
        raise model.SessionOver
    return parts[0], parts[1], parts[2]


def _shortened(address: str) -> str:
    """A network address without its last part, which is enough to recognise where one was."""
    for separator in (".", ":"):
        head, found, _ = address.rpartition(separator)
        if found:
            return f"{head}{separator}*"
    return ""


# --- sessions


def sessions(caller: Caller) -> list[schemas.SessionView]:
    """The caller's signed-in devices, the latest first."""
    # The store removes what is over only some time later.
    alive = [session for session in store.sessions(caller.user_id) if session.over_at > clock.now()]
    found = sorted(alive, key=lambda session: session.refreshed_at, reverse=True)
    return [schemas.SessionView.of(session, current=caller.session_id) for session in found]


def end_session(caller: Caller, session_id: str) -> None:
    """Sign one device out. Raises NoSuchSession, also for the session of somebody else."""
    store.session_of(caller.user_id, session_id)
    store.close_session(caller.user_id, session_id)


def end_sessions(caller: Caller) -> None:
    """Sign out everywhere, here too."""
    store.close_sessions(caller.user_id)


def sign_out(caller: Caller) -> None:
    """End the present session; ending it twice is fine."""
    try:
        store.close_session(caller.user_id, caller.session_id)
    except errors.NotFound:
        logger.info("session was over already")


# --- passwords and the authenticator app


def change_password(caller: Caller, *, current: str | None, code: str | None, new: str) -> None:
    """Replace the password and sign out everywhere else. Raises WrongCredentials, WrongCode, WeakPassword."""
    account = profile(caller)
    credentials.check_strength(new, account.email, account.phone)
    if current is not None and model.same(new, current):
        raise credentials.WeakPassword("The new password is the present one.")
    prove(account, password=current, code=code, purpose=Purpose.RESET_PASSWORD)
    _set_password(account, new)
    store.close_sessions(caller.user_id, but=caller.session_id)


def reset_password(text: str, *, code: str, new: str, address: str) -> None:
    """Set the password of whoever can read the code, and sign out everywhere. Raises WrongCode, WeakPassword."""
    identifier, now = credentials.parse_identifier(text), clock.now()
    limits.hit("sign_in.address", address, most=_people() * SIGN_INS_FROM_ONE_ADDRESS_AN_HOUR, seconds=_HOUR)
    credentials.check_strength(new, identifier.value)
    # Before the account is looked for, so that without the code everybody costs the same.
    if not _take_code(Purpose.RESET_PASSWORD, identifier, code, at=now):
        raise model.WrongCode
    account = store.find(identifier)
    if account is None or account.state is not State.ACTIVE:
        raise model.WrongCode
    _set_password(account, new)
    store.close_sessions(account.id)
    store.clear_failures(identifier)


def _set_password(account: Account, new: str) -> None:
    changed = replace(account, password_hash=credentials.hash_password(new), must_change_password=False)
    store.save(changed, before=account)
    logger.info("password changed", user_id=account.id)


def prove(account: Account, *, password: str | None, code: str | None, purpose: Purpose) -> None:
    """Make a signed-in person prove who they are once more, by password or by a code for `purpose`.

    Raises WrongCredentials, WrongCode, TooManyAttempts.
    """
    now = clock.now()
    if password is not None:
        _prove_password(account, password, now)
    elif not any(_take_code(purpose, identifier, code or "", at=now) for identifier in account.identifiers):
        raise model.WrongCode


def _prove_password(account: Account, password: str, now: datetime) -> None:
    """Check a signed-in person's password, as limited as signing in is: a stolen token must not serve to guess it."""
    guess = Identifier("password", account.id)
    store.count_attempt(guess, at=now)
    if not credentials.verify_password(account.password_hash, password):
        raise model.WrongCredentials
    store.clear_failures(guess)


def start_totp(caller: Caller) -> schemas.TotpStart:
    """Make a secret for an authenticator app; nothing is asked of the app until it is confirmed."""
    account = profile(caller)
    if account.totp and account.totp.confirmed:
        raise model.TotpState
    secret = credentials.new_totp_secret()
    store.save(replace(account, totp=Totp(store.encrypt(account.id, secret))), before=account)
    label = account.email or account.phone
    return schemas.TotpStart(secret=secret, uri=credentials.totp_uri(secret, label, f"mall {config.stage()}"))


def confirm_totp(caller: Caller, code: str) -> list[str]:
    """Put the authenticator app in force, proven by a code of it; the recovery codes are shown this once."""
    account, now = profile(caller), clock.now()
    if account.totp is None or account.totp.confirmed:
        raise model.TotpState
    limits.hit("totp", account.id, most=10, seconds=_HOUR)
    step = credentials.totp_step(store.decrypt(account.id, account.totp.secret), code, int(now.timestamp()))
    if step is None:
        raise model.WrongCode
    recovery = credentials.new_recovery_codes()
    digests = frozenset(credentials.code_digest(account.id, code) for code in recovery)
    totp = Totp(account.totp.secret, confirmed=True, last_step=step, recovery=digests)
    store.save(replace(account, totp=totp), before=account)
    return recovery


def remove_totp(caller: Caller, code: str) -> None:
    """Ask the authenticator app no longer, proven by a code of it or a recovery code."""
    account = profile(caller)
    if account.totp is None or not account.totp.confirmed:
        raise model.TotpState
    limits.hit("totp", account.id, most=10, seconds=_HOUR)
    if _check_totp(account, account.totp, code, at=clock.now()) is None:
        raise model.WrongCode
    store.save(replace(account, totp=None), before=account)


def _check_totp(account: Account, totp: Totp, code: str, *, at: datetime) -> Account | None:
    """The account after `code` was used up, or None when it is wrong or was used before."""
    digest = credentials.code_digest(account.id, code.strip().lower())
    if digest in totp.recovery:
        return replace(account, totp=replace(totp, recovery=totp.recovery - {digest}))
    step = credentials.totp_step(store.decrypt(account.id, totp.secret), code, int(at.timestamp()))
    if step is None or step <= totp.last_step:
        return None
    return replace(account, totp=replace(totp, last_step=step))


# --- one's own profile


def profile(caller: Caller) -> Account:
    """The caller's account. Raises AccountClosed when it was closed or disabled since the caller's token was made."""
    account = store.load(caller.user_id)
    if account.state is not State.ACTIVE:
        raise model.AccountClosed
    return account


def update_profile(caller: Caller, change: schemas.ProfileChange) -> Account:
    """Change what was sent, and only that. Raises ChangedMeanwhile."""
    account = profile(caller)
    _expect(account, change.version)
    given = change.model_dump(exclude={"version"}, exclude_unset=True)
    emptied = {name: getattr(model.Profile(), name) for name, value in given.items() if value is None}
    return store.save(replace(account, profile=replace(account.profile, **(given | emptied))), before=account)


def bind_identifier(
    caller: Caller, text: str, *, code: str, password: str | None = None, present_code: str | None = None
) -> Account:
    """Add or replace the e-mail address or phone number.

    An access token alone must not do to take an account over, so its owner proves themselves once more: by password,
    or where there is none by `present_code`, one for `sign_in` that was sent to a present address.

    Raises WrongCode, WrongCredentials, TooManyAttempts, IdentifierTaken.
    """
    identifier, now = credentials.parse_identifier(text), clock.now()
    account = profile(caller)
    if account.password_hash:
        prove(account, password=password or "", code=None, purpose=Purpose.SIGN_IN)
    else:
        prove(account, password=None, code=present_code, purpose=Purpose.SIGN_IN)
    if not _take_code(Purpose.BIND, identifier, code, at=now):
        raise model.WrongCode
    bound = store.save(account.bind(identifier), before=account)
    replaced = getattr(account, identifier.kind)
    if replaced and replaced != identifier.value:
        messages.send(replaced, *_changed_letter(account.profile.locale))
    return bound


def _changed_letter(locale: str) -> tuple[str, str]:
    if locale == "zh-CN":
        return "账号信息已变更", "您的网上商城账号已改用新的邮箱或手机号。如非本人操作,请立即联系客服。"
    return "Your account changed", "Your account now uses another address. If this was not you, contact us at once."


def set_avatar(user_id: str, address: str) -> str:
    """Show the picture at `address` (below the media root) as the person's avatar, unless a later one is there.

    Addresses sort by when their pictures were uploaded. Returns the one that is shown now. Raises AccountClosed.
    """
    for _ in range(_ATTEMPTS):
        account = store.load(user_id)
        if account.state is State.CLOSED:
            raise model.AccountClosed
        if account.profile.avatar >= address:
            return account.profile.avatar
        try:
            store.save(replace(account, profile=replace(account.profile, avatar=address)), before=account)
        except model.ChangedMeanwhile:
            continue
        return address
    raise model.ChangedMeanwhile


def _expect(account: Account, version: int | None) -> None:
    if version is not None and version != account.version:
        raise model.ChangedMeanwhile(version=account.version)


# --- staff and roles


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


def update_staff(
    caller: Caller, user_id: str, change: schemas.StaffChange, *, merchant_id: str | None = None
) -> Account:
    """Give a staff account other roles or another state, and sign it out, so that the change counts soon.

    With `merchant_id`, only that merchant's staff can be changed. What is so already tells nobody anything new. Raises
    NoSuchAccount, NoSuchRole, RoleBeyondOwn, ChangedMeanwhile.
    """
    account = store.load(user_id)
    if not account.staff or (merchant_id is not None and account.merchant_id != merchant_id):
        raise model.NoSuchAccount
    if account.id == caller.user_id:
        raise errors.Forbidden("Nobody changes their own rights.")
    _expect(account, change.version)
    held = rights(caller)
    if not model.grantable(held, store.roles(account.roles)):
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
    saved = account if changed == account else store.save(changed, news, before=account)
    # Always: an earlier attempt may have died just here.
    store.close_sessions(account.id)
    return saved


def staff(works_for: str, *, limit: int, after: str | None) -> schemas.StaffList:
    """A page of the staff of the platform (`platform`) or of a merchant (its id)."""
    found, cursor = store.staff_of(works_for, limit=limit, after=after)
    return schemas.StaffList(items=[schemas.StaffView.of(account) for account in found], next=cursor)


def roles() -> list[Role]:
    """All roles."""
    return store.all_roles()


def define_role(caller: Caller, name: str, definition: schemas.RoleDefinition) -> Role:
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
        account = profile(caller)
    except errors.MallError:
        raise errors.Forbidden from None
    return account.permissions(store.roles(account.roles))


def _grant(held: frozenset[str], names: list[str], scope: Scope) -> None:
    found = store.roles(names)
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


def forget_sessions(user_id: str) -> None:
    """Delete what is left of the sessions of a closed account."""
    store.forget_sessions(user_id)
