"""The storefront of the demonstration's goods, served as CloudFront serves it, with an API that stands in."""

import json
import mimetypes
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

from infra.local.state import ROOT
from infra.local.templates import load
from infra.web import build
from mall.pages import templates
from mall.pages.press import Press
from tests.browser.answers import Answers
from tests.browser.contract import breaches
from tests.browser.fixtures import Catalogue
from tests.browser.people import People, Refused, Reply, Request
from tests.browser.trade import Trade

# An answer that nobody lets go on goes on by itself.
LONGEST_S = 60
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
mimetypes.add_type("application/manifest+json", ".webmanifest")


class Storefront:
    """`with Storefront(folder) as shop:` answers at `shop.address`."""

    def __init__(self, folder: Path, port: int = 0, *, brotli: int = 5) -> None:
        self.folder, self._brotli = folder, brotli
        self.catalogue = Catalogue(folder / "media")
        self.answers = Answers(self.catalogue)
        self.people = People()
        self.trade = Trade(self.catalogue, self.people)
        self.asked: list[Request] = []
        """Everything that was asked of the API."""
        self.refusing: dict[tuple[str, str], Refused] = {}
        """What is refused for now, by method and path."""
        self.held: dict[tuple[str, str], tuple[threading.Event, dict[str, str]]] = {}
        """Which answers wait, by method and path; see `hold`."""
        self.breaches: list[str] = []
        """Where a question or its answer was not what the API's contract says."""
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self.people.address = self.trade.address = self.address
        self.headers = security_headers()

    def __enter__(self) -> "Storefront":
        build.build(self.folder)
        self.catalogue.draw()
        made = templates.of(build.TEMPLATES)
        press = Press(made, self.catalogue, origin=self.address, started=datetime.now(UTC))
        for page in self.catalogue.pages():
            for file in press.render(page).files:
                path = self.folder / (file.path.lstrip("/") + ("index.html" if file.path.endswith("/") else ""))
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(file.body)
        (self.folder / "robots.txt").write_text("User-agent: *\nAllow: /\n", encoding="utf-8")
        build.compress(self.folder, best=self._brotli)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reset(self) -> None:
        """As in the beginning."""
        for part in (self.answers, self.people, self.trade, self.asked, self.refusing, self.held, self.breaches):
            part.clear() if isinstance(part, list | dict) else part.reset()

    def hold(self, method: str, path: str, **query: str) -> threading.Event:
        """Have the next answer to this wait on its way until the event is set."""
        gate = threading.Event()
        self.held[method, path] = gate, query
        return gate

    def answer(self, request: Request) -> Reply:
        """What the API answers, when it answers."""
        gate, query = self.held.get((request.method, request.path), (None, {}))
        holding = gate is not None and query.items() <= request.query.items()
        if holding:
            del self.held[request.method, request.path]
        reply = self._answer(request)
        self.breaches += breaches(request, reply)
        if gate and holding:
            gate.wait(LONGEST_S)
        return reply

    def _answer(self, request: Request) -> Reply:
        if request.path == "/api/pictures/loads":  # told now and then, by chance
            self.answers.told.append((request.path, request.body))
            return Reply(204)
        self.asked.append(request)
        try:
            if refused := self.refusing.get((request.method, request.path)):
                raise refused
            request.who = self.people.who(request.headers)
            if reply := self.people.answer(request) or self.trade.answer(request):
                return reply
        except Refused as refused:
            return refused.reply
        return Reply(*self.answers.answer(request.path, request.query))

    def file(self, path: str) -> Path | None:
        """The file at an address; None outside of the folder, or where there is none."""
        found = (self.folder / (path.lstrip("/") + ("index.html" if path.endswith("/") else ""))).resolve()
        return found if found.is_relative_to(self.folder.resolve()) and found.is_file() else None


def security_headers() -> dict[str, str]:
    """The headers that the distribution adds to pages, as its template has them."""
    stack = load(ROOT / "infra" / "stacks" / "cdn.yaml")
    headers = stack["Resources"]["PageHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    policy, _ = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"]
    # Where the bucket for avatars is, only a deployment knows.
    return {"Content-Security-Policy": str(policy).replace("${Uploads}", "")}


def _handler(shop: Storefront) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _ask(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            text = self.rfile.read(length)
            url = urlsplit(self.path)
            if not url.path.startswith("/api/"):
                # A file for a bucket: what becomes of it is seen on the profile.
                shop.people.profile["avatar"] = shop.people.uploaded(text)
                self._send(204, b"", {})
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = json.loads(text) if text else None
            query = dict(parse_qsl(url.query))
            asked = Request(self.command, url.path, query, headers, body, lists=parse_qs(url.query))
            reply = shop.answer(asked)
            answer = b"" if reply.body is None else json.dumps(reply.body).encode()
            given = {"Content-Type": "application/json", "Cache-Control": "no-store"}
            self._send(reply.status, answer, given | reply.headers)

        do_POST = do_PUT = do_PATCH = do_DELETE = _ask  # noqa: N815  (so the library wants them called)

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if url.path.startswith("/api/"):
                self._ask()
                return
            path = shop.file(url.path)
            status = 200 if path else 404
            path = path or shop.file("/404.html")
            assert path is not None
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            headers = {"Content-Type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind}
            headers["Cache-Control"] = (
                "public, max-age=31536000, immutable" if url.path.startswith(("/assets/", "/media/")) else "no-cache"
            )
            for encoding, ending in _ENCODINGS:
                twin = path.with_name(path.name + ending)
                if encoding in self.headers.get("Accept-Encoding", "") and twin.exists():
                    path, headers["Content-Encoding"] = twin, encoding
                    break
            self._send(status, path.read_bytes(), headers | shop.headers)

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the tests say what matters."""

    return Handler
