"""Whose address a request counts for, where proxies stand between."""

from typing import Any

import pytest

from mall.auth import PUBLIC
from mall.http import Endpoint, View
from tests.fixtures import gateway

SECRET = "the distribution's own"
CLIENT, EDGE = "203.0.113.9", "198.51.100.7"


class Seen(View):
    address: str


def seen(forwarded: str, *, edge: str | None, peer: str = EDGE) -> str:
    app = Endpoint("tests.show_address")

    @app.route("/api/address", access=PUBLIC)
    def show_address() -> Seen:
        """Show it."""
        return Seen(address=app.source_ip)

    headers = {"X-Forwarded-For": forwarded} | ({"X-Mall-Edge": edge} if edge else {})
    event = gateway.request("GET", "/api/address", headers=headers, source_ip=peer)
    answer: Any = gateway.Answer.of(app(event, gateway.Context()))
    return str(answer.body["address"])


@pytest.fixture(autouse=True)
def behind_a_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALL_EDGE_SECRET", SECRET)


def test_through_the_distribution_the_address_is_its_clients() -> None:
    assert seen(f"{CLIENT}, {EDGE}", edge=SECRET) == CLIENT


def test_what_a_client_claims_before_the_distribution_does_not_count() -> None:
    assert seen(f"192.0.2.1, {CLIENT}, {EDGE}", edge=SECRET) == CLIENT


def test_without_the_secret_nobody_chooses_their_address() -> None:
    assert seen(f"192.0.2.1, {EDGE}", edge=None) == EDGE
    assert seen(f"192.0.2.1, {EDGE}", edge="guessed") == EDGE


def test_a_deployment_without_distribution_believes_the_gateway_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MALL_EDGE_SECRET")

    assert seen(f"192.0.2.1, {EDGE}", edge=SECRET) == EDGE
