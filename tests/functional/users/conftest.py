"""Real people, made the way they come into being: through the functions, with the codes that reach them.

| fixture    | gives                                                                                                 |
| ---------- | ----------------------------------------------------------------------------------------------------- |
| `people`   | `people.register()`, `people.staff(["operator"])`, `people.code(address, "sign_in")`, … see `People`  |
| `passing`  | `with passing(minutes=6):` the mall's clock stands still, that much later                             |
"""

import itertools
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from moto.backends import get_backend

from mall import clock, config, tokens
from mall.auth import Caller
from mall.aws import client
from tests.fixtures import stacks
from tests.fixtures.gateway import Answer

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Person:
    """Somebody with an account, signed in on one device; `caller` is whom the authorizer finds in the token."""

    id: str
    identifier: str
    password: str
    access_token: str
    refresh_token: str
    caller: Caller


class People:
    """Everybody in a test. What it does, it does through the functions' own doors."""

    def __init__(self, invoke: Callable[..., Answer], run: Callable[..., Any]) -> None:
        self._invoke, self._run = invoke, run
        self._numbers = itertools.count(1)
        self._administrator: Person | None = None
        client("ses").verify_email_identity(EmailAddress=config.get("MALL_MAIL_SENDER"))

    def register(self, identifier: str | None = None, *, password: str | None = PASSWORD, device: str = "") -> Person:
        """A new customer, by e-mail or phone."""
        number = next(self._numbers)
        identifier = identifier or f"person{number}@example.com"
        body = {
            "identifier": identifier,
            "code": self.code(identifier, "register"),
            "terms": "2030-01-01",
            "device": device,
        }
        answer = self._invoke(
            "users.register",
            body=body | ({"password": password} if password else {}),
            source_ip=f"198.18.{number // 250}.{number % 250}",
        )
        assert answer.status == 201, answer.body
        return self._person(answer, identifier, password or "")

    def sign_in(self, person: Person, **changes: Any) -> Person:
        """The same person on another device, by password unless `code` is given."""
        proof = {} if "code" in changes else {"password": person.password}
        answer = self._invoke("users.sign_in", body={"identifier": person.identifier, **proof, **changes})
        assert answer.status == 201, answer.body
        return self._person(answer, person.identifier, person.password)

    def staff(
        self, roles: Sequence[str] = ("administrator",), *, merchant_id: str | None = None, settled: bool = True
    ) -> Person:
        """Somebody who works for the platform or a merchant; not `settled`, with the one-time password still theirs."""
        roles = list(roles)
        if roles == ["administrator"] and self._administrator is None:
            identifier = "administrator@example.com"
            given = self._run("users.create_first_administrator", {"identifier": identifier})["one_time_password"]
            person = self._settle(identifier, given)
            self._administrator = person
            return person
        administrator = self._administrator or self.staff()
        identifier = f"staff{next(self._numbers)}@example.com"
        answer = self._invoke(
            "users.create_staff",
            caller=administrator.caller,
            body={"identifier": identifier, "roles": roles, "merchant_id": merchant_id},
        )
        assert answer.status == 201, answer.body
        given = answer.body["one_time_password"]
        if settled:
            return self._settle(identifier, given)
        return self._person(self._first_sign_in(identifier, given), identifier, given)

    def protect(self, person: Person) -> tuple[str, list[str]]:
        """Set up an authenticator app for somebody: its secret, and the recovery codes."""
        secret = self._invoke("users.start_totp", caller=person.caller).body["secret"]
        answer = self._invoke("users.confirm_totp", caller=person.caller, body={"code": app_code(secret)})
        assert answer.status == 200, answer.body
        return secret, answer.body["recovery_codes"]

    def code(self, identifier: str, purpose: str, *, locale: str = "en") -> str:
        """Ask for a code, have it delivered and read it."""
        answer = self._invoke(
            "users.send_code",
            body={"identifier": identifier, "purpose": purpose, "locale": locale},
            source_ip=f"198.19.0.{next(self._numbers) % 250}",
        )
        assert answer.status == 202, answer.body
        self.deliver()
        return code_in(self.inbox(identifier)[-1])

    def requests(self) -> list[dict[str, Any]]:
        """Take the requests for codes off their queue, as the records that Lambda would hand on."""
        queue, records = config.queue("codes"), []
        while messages := client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            for message in messages:
                client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
                records.append(
                    {
                        "messageId": message["MessageId"],
                        "receiptHandle": message["ReceiptHandle"],
                        "body": message["Body"],
                        "attributes": {"ApproximateReceiveCount": "1"},
                        "messageAttributes": {},
                        "eventSource": "aws:sqs",
                        "eventSourceARN": f"arn:aws:sqs:{stacks.REGION}:{stacks.ACCOUNT}:codes",
                        "awsRegion": stacks.REGION,
                    }
                )
        return records

    def deliver(self, records: list[dict[str, Any]] | None = None) -> Any:
        """Run the function that makes and sends codes on the requests (those in the queue, unless given)."""
        records = self.requests() if records is None else records
        return self._run("users.deliver_code", {"Records": records}) if records else None

    def inbox(self, identifier: str) -> list[str]:
        """What reached an e-mail address or phone number (E.164, or China's without +86), the latest last."""
        if "@" in identifier:
            sent = get_backend("ses")[stacks.ACCOUNT][stacks.REGION].sent_messages
            return [message.body for message in sent if identifier.lower() in message.destinations["ToAddresses"]]
        number = identifier if identifier.startswith("+") else f"+86{identifier}"
        texts = get_backend("sns")[stacks.ACCOUNT][stacks.REGION].sms_messages.values()
        return [text for to, text in texts if to == number]

    def _settle(self, identifier: str, one_time_password: str) -> Person:
        answer = self._first_sign_in(identifier, one_time_password)
        person = self._person(answer, identifier, PASSWORD)
        changed = self._invoke(
            "users.change_password",
            caller=person.caller,
            body={"current_password": one_time_password, "new_password": PASSWORD},
        )
        assert changed.status == 204, changed.body
        renewed = self._invoke("users.refresh_session", body={"refresh_token": person.refresh_token})
        return self._person(renewed, identifier, PASSWORD)

    def _first_sign_in(self, identifier: str, password: str) -> Answer:
        answer = self._invoke("users.sign_in", body={"identifier": identifier, "password": password})
        assert answer.status == 201, answer.body
        return answer

    @staticmethod
    def caller(answer: Answer) -> Caller:
        """Whom the authorizer finds in the access token of an answer."""
        return tokens.verify(answer.body["access_token"])

    @staticmethod
    def _person(answer: Answer, identifier: str, password: str) -> Person:
        given, caller = answer.body, People.caller(answer)
        return Person(given["user_id"], identifier, password, given["access_token"], given["refresh_token"], caller)


def code_in(text: str) -> str:
    """The one-time code that a message holds."""
    (code,) = re.findall(r"(?<!\d)\d{6}(?!\d)", text)
    return str(code)


def app_code(secret: str) -> str:
    """What the authenticator app shows at this moment."""
    return pyotp.TOTP(secret).at(clock.timestamp())


@pytest.fixture
def people(invoke: Callable[..., Answer], run: Callable[..., Any]) -> People:
    """Everybody in this test."""
    return People(invoke, run)


@pytest.fixture
def passing() -> Callable[..., AbstractContextManager[None]]:
    """Let time pass: the clock stands still that much later than now."""
    return lambda **time: clock.at(clock.now() + timedelta(**time))
