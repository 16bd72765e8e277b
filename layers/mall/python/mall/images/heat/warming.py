"""Bringing pictures to the edge before they are asked for."""

import http.client
from urllib.parse import urlsplit

from mall import aws, config
from mall.observability import logger

_SECONDS = 5


def site() -> str:
    """The mall's own address, `https://mall.example`, which the distribution's stack leaves behind."""
    parameter = aws.client("ssm").get_parameter(Name=f"/{config.stage()}/site-origin")["Parameter"]
    return str(parameter["Value"])


def fetch(site: str, paths: list[str]) -> int:
    """Ask the mall's address for the paths over one connection, so that the edge has them; how many it answered."""
    address = urlsplit(site)
    # On the emulator the distribution is told from others by its name alone, which only browsers find by themselves.
    reached = urlsplit(config.endpoint() or site)
    kind = http.client.HTTPSConnection if reached.scheme == "https" else http.client.HTTPConnection
    connection = kind(str(reached.hostname), reached.port, timeout=_SECONDS)
    answered = 0
    try:
        for path in paths:
            connection.request("GET", path, headers={"Host": address.netloc, "Accept": "image/webp,image/*"})
            response = connection.getresponse()
            response.read()
            answered += response.status == 200
    except OSError as error:
        logger.warning("the edge was not reached", reason=type(error).__name__)
    finally:
        connection.close()
    return answered
