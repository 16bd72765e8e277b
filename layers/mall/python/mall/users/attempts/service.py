"""How often one may try from a network address."""

from mall import config, limits

SIGN_INS_FROM_ONE_ADDRESS_AN_HOUR = 120


def limit_sign_ins(address: str) -> None:
    """Count an attempt from the network address. Raises TooManyRequests."""
    most = people() * SIGN_INS_FROM_ONE_ADDRESS_AN_HOUR
    limits.hit("sign_in.address", address, most=most, seconds=60 * 60)


def people() -> int:
    """How many people may share a network address: more than one where a proxy stands before the mall."""
    return int(config.get("MALL_PEOPLE_PER_ADDRESS", "1"))
