"""The sign-in to Aurora: a short-lived signature in the place of a password, and only over TLS.

A server that speaks PostgreSQL's start-up (https://www.postgresql.org/docs/current/protocol-flow.html) stands for
RDS Proxy, since what matters is what the mall sends: it asks for the password in clear, as RDS does.
"""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

SSL_REQUEST = struct.pack("!ii", 8, 80877103)
ASKS_FOR_A_PASSWORD = b"R" + struct.pack("!ii", 8, 3)
REFUSAL = b"SFATAL\0C28P01\0Mno\0\0"


class Proxy:
    """One connection long: what it was told before and after encryption."""

    def __init__(self, certificate: tuple[Path, Path] | None) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._certificate = certificate
        self.port = self._listener.getsockname()[1]
        self.startup: dict[str, str] = {}
        self.password = ""
        self.asked_for_tls = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        with suppress(OSError):
            plain, _ = self._listener.accept()
            with plain:
                plain.settimeout(5)
                self.asked_for_tls = plain.recv(8) == SSL_REQUEST
                plain.sendall(b"S" if self._certificate else b"N")
                if self._certificate:
                    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                    context.load_cert_chain(*self._certificate)
                    with context.wrap_socket(plain, server_side=True) as secure:
                        self._ask(secure)

    def _ask(self, connection: ssl.SSLSocket) -> None:
        (length,) = struct.unpack("!i", connection.recv(4))
        words = connection.recv(length - 4)[4:].decode().strip("\0").split("\0")
        self.startup = dict(zip(words[::2], words[1::2], strict=True))
        connection.sendall(ASKS_FOR_A_PASSWORD)
        kind, length = struct.unpack("!ci", connection.recv(5))
        assert kind == b"p"
        self.password = connection.recv(length - 4).rstrip(b"\0").decode()
        connection.sendall(b"E" + struct.pack("!i", 4 + len(REFUSAL)) + REFUSAL)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("proxy")
    chain, private = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, private


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch, aws: Any) -> Iterator[Callable[..., Proxy]]:
    """Makes a server that the mall takes for its only shard, with sign-in by IAM."""
    from mall.sql import shards

    made: list[Proxy] = []

    def make(certificate: tuple[Path, Path] | None) -> Proxy:
        made.append(Proxy(certificate))
        monkeypatch.setenv("MALL_DATABASE_URLS", f"postgresql://mall_app@127.0.0.1:{made[-1].port}/mall")
        monkeypatch.setenv("MALL_DATABASE_AUTH", "iam")
        shards.dispose()
        return made[-1]

    yield make
    shards.dispose()
    for each in made:
        each.close()


def connect_as_a_function() -> None:
    from mall.sql import shards

    shards.engine(0).connect()


def connect_for_maintenance() -> None:
    from mall import config
    from mall.sql import maintenance

    maintenance.connect(config.database_urls()[0])


WAYS = pytest.mark.parametrize("connect", [connect_as_a_function, connect_for_maintenance])


@WAYS
def test_the_password_is_a_signature_for_this_server_and_user_that_soon_expires(
    proxy: Callable[..., Proxy], certificate: tuple[Path, Path], connect: Callable[[], None]
) -> None:
    server = proxy(certificate)

    with pytest.raises(Exception, match=r"FATAL: *no"):
        connect()

    assert server.startup["user"] == "mall_app"
    signed = urlsplit(f"https://{server.password}")
    asked = {name: values[0] for name, values in parse_qs(signed.query).items()}
    assert (signed.hostname, signed.port) == ("127.0.0.1", server.port)
    assert (asked["Action"], asked["DBUser"], asked["X-Amz-Expires"]) == ("connect", "mall_app", "900")
    assert "/rds-db/aws4_request" in asked["X-Amz-Credential"]
    assert len(asked["X-Amz-Signature"]) == 64


@WAYS
def test_a_server_without_tls_never_gets_the_signature(
    proxy: Callable[..., Proxy], connect: Callable[[], None]
) -> None:
    server = proxy(None)

    with pytest.raises(Exception, match="SSL"):
        connect()

    assert server.asked_for_tls
    assert server.password == ""


def test_a_proxied_connection_brings_no_settings_that_would_pin_it(
    proxy: Callable[..., Proxy], certificate: tuple[Path, Path]
) -> None:
    server = proxy(certificate)

    with pytest.raises(Exception, match="no"):
        connect_as_a_function()

    assert "options" not in server.startup
