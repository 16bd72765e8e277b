"""What the environment tells a function, asked for by name. No other module reads `os.environ`.

| variable                                   | says                                                             |
| ------------------------------------------ | ---------------------------------------------------------------- |
| `MALL_STAGE`                               | the name of this mall: `local`, `staging`, `production`, …       |
| `MALL_TABLE_<NAME>`                        | the DynamoDB table behind `table("name")`                        |
| `MALL_BUCKET_<NAME>`, `MALL_QUEUE_<NAME>`  | a bucket's name, a queue's URL                                   |
| `MALL_KEY_<NAME>`                          | a KMS key's id or ARN                                            |
| `MALL_MACHINE_<NAME>`                      | a state machine's ARN                                            |
| `MALL_BUS`                                 | the EventBridge bus                                              |
| `MALL_DATABASE_URLS`                       | the shards' writers, in shard order, separated by commas         |
| `MALL_DATABASE_READER_URLS`                | their readers in the same order; without it, the writers         |
| `MALL_DATABASE_AUTH`                       | `iam` signs in with a token of RDS instead of a password         |
| `MALL_EDGE_SECRET`                         | what our own CDN proves itself with, see `Endpoint.source_ip`    |
| `MALL_PEOPLE_PER_ADDRESS`                  | how many people may share a network address, 1 unless given      |
| `MALL_SLOTS`                               | which slot is where: `0-511=0,512-1023=1`                        |
| `AWS_ENDPOINT_URL`                         | the emulator, where there is one                                 |
"""

import os
import sys
import time
from functools import cache, lru_cache

from mall import errors

# Nobody has plugins for pydantic here, and to find that out it reads the metadata of every installed package (30 ms).
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
# Where pyOpenSSL is installed (one channel of payment needs it), botocore imports all of it (70 ms) to find a class
# that the standard library has, and takes that where it is told that there is none.
sys.modules.setdefault("urllib3.contrib.pyopenssl", None)  # type: ignore[arg-type]


class ConfigurationMissing(errors.Unavailable):
    """A function was deployed without a setting that it needs: a fault of the template, never of the caller."""


PARAMETER_SECONDS = 60


def get(name: str, default: str | None = None) -> str:
    """The setting `name`, or `default`. Raises ConfigurationMissing when there is neither."""
    value = os.environ.get(name, default)
    if value is None:
        raise ConfigurationMissing(f"The setting {name} is missing.")
    return value


def stage() -> str:
    """The name of this mall, which sets it apart from other deployments."""
    return get("MALL_STAGE", "local")


def table(name: str) -> str:
    """The DynamoDB table that this deployment calls `name`."""
    return _resource("TABLE", name)


def bucket(name: str) -> str:
    """The S3 bucket that this deployment calls `name`."""
    return _resource("BUCKET", name)


def queue(name: str) -> str:
    """The URL of the SQS queue that this deployment calls `name`."""
    return _resource("QUEUE", name)


def key(name: str) -> str:
    """The id of the KMS key that this deployment calls `name`."""
    return _resource("KEY", name)


def machine(name: str) -> str:
    """The ARN of the state machine that this deployment calls `name`."""
    return _resource("MACHINE", name)


def bus() -> str:
    """The EventBridge bus that the mall's news travel on."""
    return get("MALL_BUS")


def endpoint() -> str | None:
    """The emulator's address, or None on AWS."""
    return os.environ.get("AWS_ENDPOINT_URL") or None


def database_urls(*, reader: bool = False) -> tuple[str, ...]:
    """The addresses of the shards in shard order; `reader` asks for those that serve reads only."""
    urls = (reader and os.environ.get("MALL_DATABASE_READER_URLS")) or get("MALL_DATABASE_URLS")
    return _listed(urls)


@lru_cache(maxsize=4)
def _listed(urls: str) -> tuple[str, ...]:
    return tuple(url.strip() for url in urls.split(",") if url.strip())


@cache
def secret(name: str) -> str:
    """The value of the secret `<stage>/<name>` in Secrets Manager, read once an execution environment."""
    from mall import aws  # noqa: PLC0415  (only the few functions that hold a secret pay for the client)

    return str(aws.client("secretsmanager").get_secret_value(SecretId=f"{stage()}/{name}")["SecretString"])


def parameter(name: str) -> str:
    """The parameter `/<stage>/<name>` of Systems Manager, as it was within the last minute.

    For what is known only when everything is deployed, such as the mall's own address, and may be another one after
    the next deployment.
    """
    return _parameter(name, int(time.monotonic() // PARAMETER_SECONDS))


@lru_cache(maxsize=32)
def _parameter(name: str, minute: int) -> str:
    from mall import aws  # noqa: PLC0415  (only the few functions that need one pay for the client)

    found = aws.client("ssm").get_parameter(Name=f"/{stage()}/{name}")
    return str(found["Parameter"]["Value"]).rstrip("/")


# As a new execution environment would. For tests.
forget_parameters = _parameter.cache_clear


def _resource(kind: str, name: str) -> str:
    return get(f"MALL_{kind}_{name.upper().replace('-', '_')}")
