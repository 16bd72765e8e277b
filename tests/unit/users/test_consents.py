"""When a consent changes, and what remains of one."""

from datetime import UTC, datetime

import pytest

from mall import ids
from mall.users.consents import model
from mall.users.consents.model import Consent, ConsentRequired, Current, Kind, NoSuchConsent

NOW = datetime(2030, 1, 1, tzinfo=UTC)
USER = ids.new("usr", slot=77)


def decide(
    current: Current, kind: Kind = Kind.MARKETING_EMAIL, *, given: bool = True, policy: str = "1"
) -> Consent | None:
    return model.decide(
        current, id="cns_1", user_id=USER, kind=kind, given=given, policy_version=policy, at=NOW, ip="203.0.113.77"
    )


def standing(*consents: Consent | None) -> dict[Kind, Consent]:
    return {consent.kind: consent for consent in consents if consent is not None}


def test_the_first_consent_is_number_one() -> None:
    consent = decide({})

    assert consent == Consent("cns_1", USER, 1, Kind.MARKETING_EMAIL, True, "1", NOW, "203.0.113.0/24")


def test_numbers_run_through_all_kinds() -> None:
    first = decide({})
    second = decide(standing(first), Kind.HISTORY, given=False)

    assert second is not None
    assert second.version == 2


def test_saying_the_same_again_changes_nothing() -> None:
    assert decide(standing(decide({}))) is None


def test_a_new_version_of_the_text_is_a_new_consent() -> None:
    assert decide(standing(decide({})), policy="2") is not None


@pytest.mark.parametrize("kind", [Kind.TERMS, Kind.PRIVACY])
def test_what_an_account_rests_on_cannot_be_withdrawn(kind: Kind) -> None:
    with pytest.raises(ConsentRequired):
        decide(standing(decide({}, kind)), kind, given=False)


def test_marketing_has_to_be_allowed_while_history_has_to_be_refused() -> None:
    assert {kind for kind in Kind if kind.until_withdrawn} == {Kind.HISTORY, Kind.PERSONALISATION}


def test_an_unknown_kind_is_not_found() -> None:
    with pytest.raises(NoSuchConsent):
        Kind.of("world_domination")


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("198.51.100.7", "198.51.100.0/24"),
        ("2001:db8:1234:5678::1", "2001:db8:1234::/48"),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_of_an_address_only_its_network_is_kept(ip: str, network: str) -> None:
    assert model.network_of(ip) == network


def test_a_pseudonym_stays_in_the_slot_and_tells_nothing_without_the_key() -> None:
    pseudonym = model.pseudonym(USER, "key")

    assert ids.slot_of(pseudonym) == 77
    assert pseudonym == model.pseudonym(USER, "key")
    assert pseudonym != model.pseudonym(USER, "another key")
    assert USER[4:-2] not in pseudonym
