"""Where accounts live, and the identifiers that lead to them: DynamoDB, through PynamoDB."""

from dataclasses import replace
from datetime import date

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

from mall import events, nosql
from mall.users import model
from mall.users.model import Account, Identifier, Profile, Totp

_ACCOUNT, _IDENTIFIER = "account", "identifier"


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


def save(account: Account, *news: events.Event, before: Account, by: Account | None = None) -> Account:
    """Store the changed account if nobody changed it since `before` was read, moving its identifiers along.

    With `by`, the account of whoever changes it must be unchanged as well. Returns the account with its new version.
    Raises ChangedMeanwhile or IdentifierTaken.
    """
    kept, had = set(account.identifiers), set(before.identifiers)
    unchanged = 1 if by is None else 2
    try:
        with nosql.transaction() as writes:
            writes.update(
                _AccountItem(account.id, _ACCOUNT),
                actions=_changes(account),
                condition=_AccountItem.revision == before.version,
            )
            if by is not None:
                writes.condition_check(_AccountItem, by.id, _ACCOUNT, condition=_AccountItem.revision == by.version)
            for identifier in sorted(kept - had, key=str):
                claim = _IdentifierItem(str(identifier), user_id=account.id)
                writes.save(claim, condition=_IdentifierItem.pk.does_not_exist())
            for identifier in sorted(had - kept, key=str):
                writes.delete(_IdentifierItem(str(identifier), _IDENTIFIER))
            for event in news:
                writes.save(events.outbox_item(event))
    except nosql.ConditionFailed as failure:
        known = min(failure.positions) < unchanged
        raise (model.ChangedMeanwhile if known else model.IdentifierTaken) from None
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
