"""A client of the running mall, as the seed and the tests of the deployed mall use it: HTTP, and a mailbox.

The mailbox is the emulator's: what the mall sends by mail or text message is captured there and goes nowhere.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests

_PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Reply:
    """What the mall answered: the status, the body as JSON (None when it is none), the headers, the body as text."""

    status: int
    body: Any
    headers: Any
    text: str = ""

    @property
    def code(self) -> str | None:
        """The code of a refusal."""
        return self.body.get("Code") if isinstance(self.body, dict) else None


class Visitor:
    """Somebody who uses the mall over HTTP; `api` and `endpoint` as `.mall/mall.json` has them."""

    def __init__(self, api: str, endpoint: str) -> None:
        self._api, self._endpoint = api.rstrip("/"), endpoint
        self._http = requests.Session()

    def call(
        self, method: str, path: str, body: Any = None, *, token: str = "", headers: dict[str, str] | None = None
    ) -> Reply:
        """One request, e.g. `call("GET", "/api/users/me", token=…)`."""
        sent = dict(headers or {})
        if token:
            sent["Authorization"] = f"Bearer {token}"
        answer = self._http.request(method, self._api + path, json=body, headers=sent, timeout=60)
        content = answer.json() if answer.content and "json" in answer.headers.get("Content-Type", "") else None
        return Reply(answer.status_code, content, answer.headers, answer.text)

    def open(self, url: str, form: Mapping[str, str] | None = None) -> requests.Response:
        """What a browser gets at an address, or after posting a form to it; redirections are not followed.

        Browsers know that every name below `localhost` is this machine; not every resolver does.
        """
        parts = urlsplit(url)
        headers = {}
        if (parts.hostname or "").endswith(".localhost"):
            headers["Host"] = parts.netloc
            url = urlunsplit(parts._replace(netloc=f"127.0.0.1:{parts.port or 80}"))
        method = "GET" if form is None else "POST"
        return self._http.request(method, url, data=form, headers=headers, timeout=60, allow_redirects=False)

    def upload(self, form: Mapping[str, Any], content: bytes, name: str) -> None:
        """Post a file with a form that the mall gave."""
        answer = self._http.post(form["url"], data=form["fields"], files={"file": (name, content)}, timeout=120)
        if answer.status_code not in {200, 201, 204}:
            raise RuntimeError(f"{name} could not be uploaded: {answer.status_code} {answer.text[:300]}")

    def code(self, identifier: str, purpose: str) -> str | None:
        """Ask for a one-time code and read it from the mailbox; None when the message says that none is needed."""
        before = len(self.messages(identifier))
        asked = self.call("POST", "/api/codes", {"identifier": identifier, "purpose": purpose, "locale": "en"})
        if asked.status != 202:
            raise RuntimeError(f"no code for {purpose}: {asked.body}")
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            found = self.messages(identifier)
            if len(found) > before:
                code = re.search(r"\b\d{6}\b", found[-1])
                return code.group() if code else None
            time.sleep(0.1)
        raise RuntimeError(f"no message came for {purpose} within {_PATIENCE_SECONDS} s")

    def messages(self, identifier: str) -> list[str]:
        """What was sent to an e-mail address or phone number (E.164) so far, the oldest first."""
        if "@" in identifier:
            accounts = self._captured("ses/messages")["messages"]
            letters = [letter for account in accounts.values() for letter in account if identifier in letter["To"]]
            return [letter["BodyText"] for letter in sorted(letters, key=lambda letter: letter["Timestamp"])]
        return [text["Message"] for text in self._captured("sns/sms-messages")["sms_messages"].get(identifier, [])]

    def _captured(self, what: str) -> Any:
        return self._http.get(f"{self._endpoint}/_ministack/{what}", timeout=10).json()
