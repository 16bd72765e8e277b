"""Where accounts, sessions, one-time codes and roles live: DynamoDB, through PynamoDB."""

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    MapAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from mall import aws, config, events, nosql
from mall.users import model
from mall.users.model import Account, Device, Identifier, Profile, Role, Session, Totp

_ACCOUNT, _IDENTIFIER, _ROLE = "account", "identifier", "role"
_USED = "used#"
_CODES_KEPT = timedelta(days=1)
_FAILURES_KEPT = 24 * 60 * 60
# How often an attempt is counted anew when others are counted at the same moment.
_TRIES = 3


class _StaffIndex(GlobalSecondaryIndex["_AccountItem"]):  # type: ignore[no-untyped-call]
    """Staff accounts by where they work: `platform`, or a merchant's id. Customers are not in it."""

    class Meta:
        index_name = "staff"
        projection = KeysOnlyProjection()

    works_for = UnicodeAttribute(hash_key=True)
    pk = UnicodeAttribute(range_key=True)


class _AccountItem(nosql.Model):
    class Meta(nosql.Table):
        logical = "users"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=_ACCOUNT)
    works_for = UnicodeAttribute(null=True)
    created_at = UTCDateTimeAttribute()
    state = UnicodeAttribute()
    email = UnicodeAttribute(null=True)
    phone = UnicodeAttribute(null=True)
    password_hash = UnicodeAttribute(null=True)
    must_change_password = BooleanAttribute(default=False)
    totp = JSONAttribute(null=True)
    roles = UnicodeSetAttribute(null=True)
    merchant_id = UnicodeAttribute(null=True)
    profile = JSONAttribute(null=True)
    # Projected from the consents in the relational store by `on_consent_changed`; never written from here.
    consents: MapAttribute[str, object] = MapAttribute(null=True)  # type: ignore[no-untyped-call]
    revision = NumberAttribute()
    staff = _StaffIndex()


class _IdentifierItem(nosql.Model):
    class Meta(nosql.Table):
        logical = "users"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=_IDENTIFIER)
    user_id = UnicodeAttribute()


class _RoleItem(nosql.Model):
    class Meta(nosql.Table):
        logical = "users"

    pk = UnicodeAttribute(hash_key=True, default=_ROLE)
    sk = UnicodeAttribute(range_key=True)
    scope = UnicodeAttribute()
    permissions = UnicodeSetAttribute()


class _SessionItem(nosql.Model):
    class Meta(nosql.Table):
        logical = "sessions"

    user_id = UnicodeAttribute(hash_key=True)
    session_id = UnicodeAttribute(range_key=True)
    token_digest = UnicodeAttribute(null=True)
    created_at = UTCDateTimeAttribute(null=True)
    refreshed_at = UTCDateTimeAttribute(null=True)
    device_name = UnicodeAttribute(null=True)
    device_address = UnicodeAttribute(null=True)
    # Of a used token: the session that it belonged to.
    family = UnicodeAttribute(null=True)
    expires = NumberAttribute(attr_name="ttl")


class _CodeItem(nosql.Model):
    class Meta(nosql.Table):
        logical = "codes"

    id = UnicodeAttribute(hash_key=True)
    digest = UnicodeAttribute(null=True)
    request_id = UnicodeAttribute(null=True)
    sent = BooleanAttribute(null=True)
    valid_until = NumberAttribute(null=True)
    attempts_left = NumberAttribute(null=True)
    failures = NumberAttribute(null=True)
    locked_until = NumberAttribute(null=True)
    expires = NumberAttribute(attr_name="ttl")


# --- accounts


def load(user_id: str) -> Account:
    """The account. Raises NoSuchAccount."""
    try:
        return _account(_AccountItem.get(user_id, _ACCOUNT, consistent_read=True))
    except _AccountItem.DoesNotExist:
        raise model.NoSuchAccount from None


def find(identifier: Identifier) -> Account | None:
    """The account that `identifier` leads to. Costs the same two reads when there is none."""
    try:
        user_id = _IdentifierItem.get(str(identifier), _IDENTIFIER, consistent_read=True).user_id
    except _IdentifierItem.DoesNotExist:
        user_id = "nobody"
    try:
        return load(user_id)
    except model.NoSuchAccount:
        return None


def create(account: Account, *news: events.Event) -> None:
    """Store a new account, claim its identifiers and record the news, all or nothing. Raises IdentifierTaken."""
    try:
        with nosql.transaction() as writes:
            writes.save(_item(account), condition=_AccountItem.pk.does_not_exist())
            for identifier in account.identifiers:
                claim = _IdentifierItem(str(identifier), user_id=account.id)
                writes.save(claim, condition=_IdentifierItem.pk.does_not_exist())
            for event in news:
                writes.save(events.outbox_item(event))
    except nosql.ConditionFailed:
        raise model.IdentifierTaken from None


def save(account: Account, *news: events.Event, before: Account) -> Account:
    """Store the changed account if nobody changed it since `before` was read, moving its identifiers along.

    Returns it with its new version. Raises ChangedMeanwhile or IdentifierTaken.
    """
    kept, had = set(account.identifiers), set(before.identifiers)
    try:
        with nosql.transaction() as writes:
            writes.update(
                _AccountItem(account.id, _ACCOUNT),
                actions=_changes(account),
                condition=_AccountItem.revision == before.version,
            )
            for identifier in sorted(kept - had, key=str):
                claim = _IdentifierItem(str(identifier), user_id=account.id)
                writes.save(claim, condition=_IdentifierItem.pk.does_not_exist())
            for identifier in sorted(had - kept, key=str):
                writes.delete(_IdentifierItem(str(identifier), _IDENTIFIER))
            for event in news:
                writes.save(events.outbox_item(event))
    except nosql.ConditionFailed as failure:
        raise (model.ChangedMeanwhile if 0 in failure.positions else model.IdentifierTaken) from None
    return replace(account, version=before.version + 1)


def staff_of(works_for: str, *, limit: int, after: str | None) -> tuple[list[Account], str | None]:
    """The staff of the platform (`platform`) or of a merchant (its id), and the cursor of the next page."""
    keys, cursor = nosql.page(
        _AccountItem.staff.query(works_for, limit=limit, last_evaluated_key=nosql.start_of(after, works_for=works_for))
    )
    found = {item.pk: _account(item) for item in _AccountItem.batch_get([(key.pk, _ACCOUNT) for key in keys])}
    return [found[key.pk] for key in keys if key.pk in found], cursor


def claim_first_administrator(account: Account) -> None:
    """Store the first administrator; only one can ever be the first. Raises AdministratorExists."""
    try:
        with nosql.transaction() as writes:
            writes.save(
                _IdentifierItem("first#administrator", user_id=account.id),
                condition=_IdentifierItem.pk.does_not_exist(),
            )
            writes.save(_item(account), condition=_AccountItem.pk.does_not_exist())
            for identifier in account.identifiers:
                claim = _IdentifierItem(str(identifier), user_id=account.id)
                writes.save(claim, condition=_IdentifierItem.pk.does_not_exist())
    except nosql.ConditionFailed as failure:
        raise (model.AdministratorExists if 0 in failure.positions else model.IdentifierTaken) from None


def _changes(account: Account) -> list[Action]:
    item = _item(account)
    names = ("state", "email", "phone", "password_hash", "must_change_password", "totp", "roles", "merchant_id")
    actions: list[Action] = [_AccountItem.revision.set(account.version + 1)]
    for name in (*names, "profile", "works_for"):
        attribute, value = getattr(_AccountItem, name), getattr(item, name)
        actions.append(attribute.remove() if value is None else attribute.set(value))
    return actions


def _item(account: Account) -> _AccountItem:
    profile, totp = account.profile, account.totp
    return _AccountItem(
        account.id,
        _ACCOUNT,
        works_for=(account.merchant_id or "platform") if account.staff else None,
        created_at=account.created_at,
        state=account.state.value,
        email=account.email or None,
        phone=account.phone or None,
        password_hash=account.password_hash or None,
        must_change_password=account.must_change_password,
        totp=totp
        and {
            "secret": totp.secret,
            "confirmed": totp.confirmed,
            "last_step": totp.last_step,
            "recovery": sorted(totp.recovery),
        },
        roles=set(account.roles) or None,
        merchant_id=account.merchant_id or None,
        profile={
            "nickname": profile.nickname,
            "gender": profile.gender and profile.gender.value,
            "birthday": profile.birthday and profile.birthday.isoformat(),
            "region": profile.region,
            "avatar": profile.avatar,
            "locale": profile.locale,
        },
        revision=account.version,
    )


def _account(item: _AccountItem) -> Account:
    profile, totp = item.profile or {}, item.totp
    return Account(
        id=item.pk,
        created_at=item.created_at,
        state=model.State(item.state),
        email=item.email or "",
        phone=item.phone or "",
        password_hash=item.password_hash or "",
        must_change_password=item.must_change_password,
        totp=Totp(totp["secret"], totp["confirmed"], totp["last_step"], frozenset(totp["recovery"])) if totp else None,
        roles=frozenset(item.roles or ()),
        merchant_id=item.merchant_id or "",
        profile=Profile(
            nickname=profile.get("nickname", ""),
            gender=model.Gender(profile["gender"]) if profile.get("gender") else None,
            birthday=date.fromisoformat(profile["birthday"]) if profile.get("birthday") else None,
            region=profile.get("region", ""),
            avatar=profile.get("avatar", ""),
            locale=profile.get("locale", "zh-CN"),
        ),
        version=int(item.revision),
    )


# --- roles


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


# --- sessions


def open_session(session: Session) -> None:
    """Store a new family of refresh tokens."""
    _SessionItem(
        session.user_id,
        session.id,
        token_digest=session.token_digest,
        created_at=session.created_at,
        refreshed_at=session.refreshed_at,
        device_name=session.device.name,
        device_address=session.device.address,
        expires=int(session.over_at.timestamp()),
    ).save()


def session_of(user_id: str, session_id: str) -> Session:
    """The session. Raises NoSuchSession."""
    if session_id.startswith(_USED):
        raise model.NoSuchSession
    try:
        return _session(_SessionItem.get(user_id, session_id, consistent_read=True))
    except _SessionItem.DoesNotExist:
        raise model.NoSuchSession from None


def rotate(session: Session, *, token_digest: str, at: datetime) -> None:
    """Put a new token in place of the session's present one, and remember the old one as used.

    Raises SessionOver when the session ended, and RefreshedAlready when another request rotated it first.
    """
    renewed = replace(session, token_digest=token_digest, refreshed_at=at)
    try:
        with nosql.transaction() as writes:
            writes.update(
                _SessionItem(session.user_id, session.id),
                actions=[
                    _SessionItem.token_digest.set(token_digest),
                    _SessionItem.refreshed_at.set(at),
                    _SessionItem.expires.set(int(renewed.over_at.timestamp())),
                ],
                condition=_SessionItem.token_digest == session.token_digest,
            )
            writes.save(
                _SessionItem(
                    session.user_id,
                    _USED + session.token_digest,
                    family=session.id,
                    refreshed_at=at,
                    expires=int((session.created_at + model.SESSION_LIFETIME).timestamp()),
                )
            )
    except nosql.ConditionFailed:
        try:
            session_of(session.user_id, session.id)
        except model.NoSuchSession:
            raise model.SessionOver from None
        raise model.RefreshedAlready from None


def used_at(session: Session, token_digest: str) -> datetime | None:
    """When a token of this session was exchanged for the next one; None for what never was one of its tokens."""
    try:
        item = _SessionItem.get(session.user_id, _USED + token_digest, consistent_read=True)
    except _SessionItem.DoesNotExist:
        return None
    return item.refreshed_at if item.family == session.id else None


def close_session(user_id: str, session_id: str) -> None:
    """End a session. Raises NoSuchSession."""
    try:
        with nosql.conditional():
            _SessionItem(user_id, session_id).delete(condition=_SessionItem.token_digest.exists())
    except nosql.ConditionFailed:
        raise model.NoSuchSession from None


def close_sessions(user_id: str, *, but: str = "") -> int:
    """End every session of the person (except `but`) and return how many there were."""
    ended = [session for session in sessions(user_id) if session.id != but]
    with _SessionItem.batch_write() as batch:
        for session in ended:
            batch.delete(_SessionItem(user_id, session.id))
    return len(ended)


def forget_sessions(user_id: str) -> None:
    """Delete the sessions and what is known of their used tokens, for an account that is closed."""
    nosql.erase(_SessionItem, user_id)


def sessions(user_id: str) -> Iterator[Session]:
    """The person's sessions."""
    items = _SessionItem.query(user_id, filter_condition=_SessionItem.token_digest.exists(), consistent_read=True)
    return (_session(item) for item in items)


def _session(item: _SessionItem) -> Session:
    return Session(
        user_id=item.user_id,
        id=item.session_id,
        token_digest=item.token_digest or "",
        created_at=item.created_at,
        refreshed_at=item.refreshed_at,
        device=Device(item.device_name or "", item.device_address or ""),
    )


# --- one-time codes and wrong attempts


def put_code(purpose: model.Purpose, identifier: Identifier, *, digest: str, request_id: str, at: datetime) -> bool:
    """Store a new code in place of any before it; False when this request's code was already sent."""
    item = _CodeItem(
        _code_id(purpose, identifier),
        digest=digest,
        request_id=request_id,
        sent=False,
        valid_until=int((at + model.CODE_LIFETIME).timestamp()),
        attempts_left=model.CODE_ATTEMPTS,
        expires=int((at + _CODES_KEPT).timestamp()),
    )
    fresh = _CodeItem.id.does_not_exist() | (_CodeItem.request_id != request_id) | (_CodeItem.sent == False)  # noqa: E712
    try:
        with nosql.conditional():
            item.save(condition=fresh)
    except nosql.ConditionFailed:
        return False
    return True


def mark_sent(purpose: model.Purpose, identifier: Identifier, *, request_id: str) -> None:
    """Remember that the code of this request went out, so that a repeated message sends no second one."""
    try:
        with nosql.conditional():
            _CodeItem(_code_id(purpose, identifier)).update(
                actions=[_CodeItem.sent.set(True)], condition=_CodeItem.request_id == request_id
            )
    except nosql.ConditionFailed:
        return  # Used, or replaced by a newer one, before we came to write it down.


def check_code(purpose: model.Purpose, identifier: Identifier, digest: str, *, at: datetime) -> bool:
    """Whether the code is the one and still valid. Every try counts; the code stays good for `use_code`."""
    item = _CodeItem(_code_id(purpose, identifier))
    try:
        with nosql.conditional():
            item.update(
                actions=[_CodeItem.attempts_left.add(-1)],
                condition=(_CodeItem.attempts_left > 0) & (_CodeItem.valid_until > int(at.timestamp())),
            )
    except nosql.ConditionFailed:
        return False
    return model.same(item.digest or "", digest)


def use_code(purpose: model.Purpose, identifier: Identifier, digest: str) -> bool:
    """Use up a code that `check_code` found right; of two at once, one gets it.

    What request it was for is kept, so that a repeated message sends no second code after the first was used.
    """
    try:
        with nosql.conditional():
            _CodeItem(_code_id(purpose, identifier)).update(
                actions=[_CodeItem.digest.remove(), _CodeItem.attempts_left.set(0)],
                condition=_CodeItem.digest == digest,
            )
    except nosql.ConditionFailed:
        return False
    return True


def count_attempt(identifier: Identifier, *, at: datetime) -> None:
    """Count an attempt to prove oneself as `identifier` as a failure before it is looked at, and shut the door behind
    it where there were several, so that nobody gets more guesses by making them at once.

    `clear_failures` and `forgive_attempt` take it back. Raises TooManyAttempts while the door is shut.
    """
    item, now = _CodeItem(_attempts_id(identifier)), int(at.timestamp())
    for _ in range(_TRIES):
        try:
            item.refresh(consistent_read=True)
        except _CodeItem.DoesNotExist:
            item = _CodeItem(_attempts_id(identifier))
        wait, failures = int(item.locked_until or 0) - now, int(item.failures or 0)
        if wait > 0:
            raise model.TooManyAttempts(retry_after=wait)
        lock = int(model.lock_of(failures + 1).total_seconds())
        unchanged = _CodeItem.failures == failures if failures else _CodeItem.failures.does_not_exist()
        try:
            with nosql.conditional():
                item.update(
                    actions=[
                        _CodeItem.failures.set(failures + 1),
                        _CodeItem.locked_until.set(now + lock),
                        _CodeItem.expires.set(now + _FAILURES_KEPT),
                    ],
                    condition=unchanged,
                )
        except nosql.ConditionFailed:
            continue
        return
    raise model.TooManyAttempts(retry_after=1)


def forgive_attempt(identifier: Identifier) -> None:
    """Take back the one attempt that was just counted, and no other."""
    try:
        with nosql.conditional():
            _CodeItem(_attempts_id(identifier)).update(
                actions=[_CodeItem.failures.add(-1), _CodeItem.locked_until.remove()], condition=_CodeItem.failures > 1
            )
    except nosql.ConditionFailed:
        clear_failures(identifier)


def clear_failures(identifier: Identifier) -> None:
    """Forget wrong attempts after a right one."""
    _CodeItem(_attempts_id(identifier)).delete()


# By digest: the address of whoever closes their account must not stay here until the time to live removes it.
def _code_id(purpose: model.Purpose, identifier: Identifier) -> str:
    return f"code#{purpose}#{model.digest(str(identifier))}"


def _attempts_id(identifier: Identifier) -> str:
    return f"attempts#{model.digest(str(identifier))}"


# --- secrets of authenticator apps, encrypted by a key that only the functions of this subsystem may use


def encrypt(user_id: str, secret: str) -> str:
    """`secret` as only KMS can read it, bound to this person."""
    answer = aws.client("kms").encrypt(
        KeyId=config.key("personal"), Plaintext=secret.encode(), EncryptionContext={"user_id": user_id}
    )
    return base64.b64encode(answer["CiphertextBlob"]).decode()


def decrypt(user_id: str, encrypted: str) -> str:
    """What `encrypt` was given."""
    answer = aws.client("kms").decrypt(
        KeyId=config.key("personal"),
        CiphertextBlob=base64.b64decode(encrypted),
        EncryptionContext={"user_id": user_id},
    )
    return bytes(answer["Plaintext"]).decode()


# --- requests for codes


def ask_for_code(purpose: model.Purpose, identifier: Identifier, *, locale: str) -> None:
    """Queue the making and sending of a code, so that the answer to the client depends on nothing."""
    aws.client("sqs").send_message(
        QueueUrl=config.queue("codes"),
        MessageBody=json.dumps(
            {"purpose": purpose.value, "kind": identifier.kind, "value": identifier.value, "locale": locale}
        ),
    )
