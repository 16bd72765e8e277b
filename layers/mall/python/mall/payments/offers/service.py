"""Listing the ways to pay."""

from mall.payments import channels


def offered(currency: str = "") -> list[channels.Offer]:
    """The channels that people can pay with, in the order in which they are offered."""
    return [offer for offer in channels.offers() if not currency or currency in offer.currencies]
