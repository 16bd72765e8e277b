"""Consents: which there are, and when one changes."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from ipaddress import ip_address, ip_network

from mall import errors, ids


class NoSuchConsent(errors.NotFound):
    message = "There is no consent of this kind."


class ConsentRequired(errors.Conflict):
    message = "An account cannot be without this consent. Close the account instead."


class Kind(StrEnum):
    """What can be agreed to."""

    TERMS = "terms"
    PRIVACY = "privacy"
    MARKETING_EMAIL = "marketing_email"
    MARKETING_SMS = "marketing_sms"
    PERSONALISATION = "personalisation"
    HISTORY = "history"

    @classmethod
    def of(cls, name: str) -> "Kind":
        """The kind called `name`. Raises NoSuchConsent."""
        try:
            return cls(name)
        except ValueError:
            raise NoSuchConsent from None

    @property
    def required(self) -> bool:
        """Whether an account rests on it."""
        return self in (Kind.TERMS, Kind.PRIVACY)

    @property
    def until_withdrawn(self) -> bool:
        """Whether it counts as given as long as nobody said anything."""
        return self in (Kind.PERSONALISATION, Kind.HISTORY)


@dataclass(frozen=True, slots=True)
class Consent:
    """That somebody gave or withdrew a consent; `version` numbers all of a person's, from 1."""

    id: str
    user_id: str
    version: int
    kind: Kind
    given: bool
    policy_version: str
    at: datetime
    network: str


Current = Mapping[Kind, Consent]


def decide(
    current: Current, *, id: str, user_id: str, kind: Kind, given: bool, policy_version: str, at: datetime, ip: str
) -> Consent | None:
    """The row to append to what stands, or None when it stands like that already. Raises ConsentRequired."""
    if not given and kind.required:
        raise ConsentRequired
    last = current.get(kind)
    if last is not None and (last.given, last.policy_version) == (given, policy_version):
        return None
    version = max((consent.version for consent in current.values()), default=0) + 1
    return Consent(id, user_id, version, kind, given, policy_version, at, network_of(ip))


def network_of(ip: str) -> str:
    """The network that an address belongs to: evidence of where a consent came from, not of who sent it."""
    try:
        address = ip_address(ip)
    except ValueError:
        return ""
    return str(ip_network((address, 24 if address.version == 4 else 48), strict=False))


def pseudonym(user_id: str, secret: str) -> str:
    """What a closed account's rows go by: a keyed hash in the form of an id, in the same slot."""
    number = int.from_bytes(hmac.digest(secret.encode(), user_id.encode(), sha256)[:16], "big")
    digits = ""
    for _ in range(26):
        number, digit = divmod(number, len(ids.ALPHABET))
        digits = ids.ALPHABET[digit] + digits
    return f"psn_{digits}{ids.encode_slot(ids.slot_of(user_id))}"
