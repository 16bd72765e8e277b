"""The attributes `consents` and `consents_version` of an account item."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pynamodb.attributes import MapAttribute, NumberAttribute, UnicodeAttribute

from mall import nosql

_SORT_KEY = "account"


class _Account(nosql.Model):
    """The account item of `mall.users`, of which only this much is of interest here."""

    class Meta(nosql.Table):
        logical = "users"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    state = UnicodeAttribute(null=True)
    consents: MapAttribute[str, Any] = MapAttribute(null=True)  # type: ignore[no-untyped-call]
    consents_version = NumberAttribute(null=True)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether an account is in use, and which consents were said anything about."""

    active: bool
    given: Mapping[str, bool]


def load(user_id: str) -> Standing:
    """How somebody's account and consents stand; an account that is not there is not in use."""
    try:
        account = _Account.get(user_id, _SORT_KEY, attributes_to_get=["state", "consents"])
    except _Account.DoesNotExist:
        return Standing(active=False, given={})
    consents = account.consents.as_dict() if account.consents else {}  # type: ignore[no-untyped-call]
    return Standing(account.state == "active", {kind: bool(consent["given"]) for kind, consent in consents.items()})


def replace(user_id: str, consents: Mapping[str, Any], version: int) -> bool:
    """Take over how the consents stand unless something newer is known; False then, or when the account is gone."""
    try:
        with nosql.conditional():
            _Account(user_id, _SORT_KEY).update(
                actions=[_Account.consents.set(dict(consents)), _Account.consents_version.set(version)],
                condition=_Account.pk.exists()
                & (_Account.consents_version.does_not_exist() | (_Account.consents_version < version)),
            )
    except nosql.ConditionFailed:
        return False
    return True
