"""nginx as the edge that the emulator has not: a caching proxy that writes its log as CloudFront does."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests

from tests.local.conftest import free_port

_FIELDS = "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status x-edge-result-type"
# The two formats that any Accept comes down to are part of the key, as the distribution's function makes them.
_SETTINGS = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log warn;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    proxy_cache_path {folder}/cache keys_zone=pictures:8m max_size=256m inactive=1h use_temp_path=off;
    map $time_iso8601 $day {{ "~^(?<found>[^T]+)T" $found; }}
    map $time_iso8601 $hour {{ "~T(?<found>[0-9:]+)" $found; }}
    map $upstream_cache_status $result {{ default Error; HIT Hit; REVALIDATED RefreshHit; MISS Miss; EXPIRED Miss; }}
    map $http_accept $format {{ default "image/jpeg"; "~image/webp" "image/webp"; }}
    log_format edge "$day\\t$hour\\tLOCAL\\t$bytes_sent\\t$remote_addr\\t$request_method\\t$host\\t"
                    "$uri\\t$status\\t$result";
    access_log {folder}/access.log edge;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass {origin};
            proxy_set_header Host {host};
            proxy_set_header Accept $format;
            proxy_ignore_headers Vary;
            proxy_cache pictures;
            proxy_cache_key $format$uri$is_args$args;
            proxy_cache_valid 404 10s;
            proxy_cache_lock on;
            add_header X-Edge-Cache $upstream_cache_status always;
        }}
    }}
}}
"""


@dataclass(frozen=True)
class Edge:
    """A running nginx: its address, and where it writes its log."""

    address: str
    access: Path

    def log(self) -> bytes:
        """What it was asked until now, as a file of CloudFront's log."""
        return f"#Version: 1.0\n#Fields: {_FIELDS}\n{self.access.read_text()}".encode()


def program() -> str | None:
    """Where nginx is, if it is installed; Debian puts it where only root's PATH leads."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def running(folder: Path, endpoint: str, site: str) -> Iterator[Edge]:
    """nginx in front of the mall's one address, with everything it writes in `folder`."""
    port, found = free_port(), program()
    assert found is not None
    settings = folder / "nginx.conf"
    settings.write_text(_SETTINGS.format(folder=folder, port=port, origin=endpoint, host=urlsplit(site).hostname))
    process = subprocess.Popen(
        [found, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(settings)],
        env={**os.environ, "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    edge = Edge(f"http://127.0.0.1:{port}", folder / "access.log")
    try:
        _wait(edge, process, folder)
        yield edge
    finally:
        process.terminate()
        process.wait(10)


def _wait(edge: Edge, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            requests.get(f"{edge.address}/media/p/none", timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nginx does not run: {(folder / 'error.log').read_text()}")
