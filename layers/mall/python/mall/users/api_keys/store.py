"""Where merchants' keys live: the table that `mall.signature` reads, and beside them how many each merchant has."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from mall import nosql
from mall.signature import ApiKey
from mall.users.api_keys.model import MOST_KEYS, Key, NoSuchKey, TooManyKeys


class _Count(nosql.Model):
    """How many keys a merchant has. Its id holds a `#`, which no key's does that signs a call."""

    class Meta(nosql.Table):
        logical = "api_keys"

    id = UnicodeAttribute(hash_key=True)
    held = NumberAttribute(null=True)


def add(key: Key) -> None:
    """Store a key and count it. Raises TooManyKeys."""
    item = ApiKey(
        key.id,
        merchant_id=key.merchant_id,
        name=key.name,
        public_key=key.public_key,
        permissions=set(key.permissions),
        created_at=key.created_at,
        created_by=key.created_by,
    )
    try:
        with nosql.transaction() as writes:
            writes.save(item, condition=ApiKey.id.does_not_exist())
            writes.update(
                _count(key.merchant_id),
                actions=[_Count.held.add(1)],
                condition=_Count.held.does_not_exist() | (_Count.held < MOST_KEYS),
            )
    except nosql.ConditionFailed:
        raise TooManyKeys from None


def of_merchant(merchant_id: str) -> list[Key]:
    """The merchant's keys, the oldest first."""
    return [_key(item) for item in ApiKey.of_merchant.query(merchant_id)]


def remove(merchant_id: str, key_id: str) -> None:
    """Withdraw a key of the merchant and count it no more. Raises NoSuchKey, also for another merchant's."""
    if "#" in key_id:  # a count, or a nonce
        raise NoSuchKey
    try:
        with nosql.transaction() as writes:
            writes.delete(ApiKey(key_id), condition=ApiKey.merchant_id == merchant_id)
            writes.update(_count(merchant_id), actions=[_Count.held.add(-1)])
    except nosql.ConditionFailed:
        raise NoSuchKey from None


def _count(merchant_id: str) -> _Count:
    return _Count(f"keys#{merchant_id}")


def _key(item: ApiKey) -> Key:
    return Key(
        id=item.id,
        merchant_id=item.merchant_id or "",
        name=item.name or "",
        public_key=item.public_key or "",
        permissions=frozenset(item.permissions or ()),
        created_at=item.created_at,
        created_by=item.created_by or "",
    )
