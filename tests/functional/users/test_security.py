"""What an attacker would try: forged tokens, guessing, finding out who has an account, other people's things."""

import base64
import gc
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from moto.backends import get_backend

from infra.api.endpoints import Route, routes
from mall import clock, config, ids
from mall.auth import NOBODY, Caller
from mall.aws import client
from mall.users import store
from mall.users.model import Account, Identifier
from tests.fixtures import stacks
from tests.fixtures.belongings import BELONGINGS, Scene
from tests.fixtures.gateway import Answer
from tests.fixtures.postgres import observer
from tests.functional.users.conftest import PASSWORD, People, Person, app_code

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
METHOD = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/test/GET/api/users/me"


# --- forged tokens


class Forger:
    """Makes tokens that look like a real one, which it got hold of."""

    def __init__(self, token: str) -> None:
        self.header, self.claims, self.signature = token.split(".")
        self.kid = config.key("access_tokens")
        self.public = client("kms").get_public_key(KeyId=self.kid)["PublicKey"]

    def header_with(self, **changes: Any) -> str:
        return self._encoded(self._decoded(self.header) | changes)

    def claims_with(self, **changes: Any) -> str:
        return self._encoded(self._decoded(self.claims) | changes)

    def really_signed(self, header: str, claims: str, kid: str | None = None) -> str:
        """With a signature of the mall's own key service, as if an insider had made it."""
        signed = client("kms").sign(
            KeyId=kid or self.kid,
            Message=f"{header}.{claims}".encode(),
            MessageType="RAW",
            SigningAlgorithm="ECDSA_SHA_256",
        )["Signature"]
        raw = jwt.utils.der_to_raw_signature(signed, ec.SECP256R1())
        return f"{header}.{claims}.{self._text(raw)}"

    def unsigned(self) -> list[str]:
        """Without a signature, by an algorithm that is none."""
        headers = [self.header_with(alg=name) for name in ("none", "None", "NONE", "")]
        return [f"{header}.{self.claims}.{end}" for header in headers for end in ("", self.signature)]

    def public_key_as_secret(self) -> list[str]:
        """Signed symmetrically with the key that everybody may read."""
        public, text = load_der_public_key(self.public), f"{self.header_with(alg='HS256')}.{self.claims}"
        secrets = [
            public.public_bytes(form, PublicFormat.SubjectPublicKeyInfo) for form in (Encoding.PEM, Encoding.DER)
        ]
        return [
            f"{text}.{self._text(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"
            for secret in [*secrets, secrets[0].strip(), b"", self.kid.encode()]
        ]

    def key_of_ones_own(self) -> list[str]:
        """Signed with another key under the mall's name, or with one that the token itself brings along."""
        own, claims = ec.generate_private_key(ec.SECP256R1()), self._decoded(self.claims)
        jwk = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(own.public_key()))
        extra = [{}, {"jwk": jwk}, {"jku": "https://evil.example/jwks"}, {"x5u": "https://evil.example/chain"}]
        tokens = [jwt.encode(claims, own, "ES256", headers={"kid": self.kid, **more}) for more in extra]
        rs = rsa.generate_private_key(65537, 2048)
        return [*tokens, jwt.encode(claims, rs, "RS256", headers={"kid": self.kid})]

    def foreign_key(self) -> list[str]:
        """Rightly signed by a key of the same account that is not for tokens, or under a strange name."""
        other = client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
        foreign = self.really_signed(self.header_with(kid=other), self.claims, kid=other)
        names = [other, None, "", 7, ["x"], {"a": 1}, "../key", f"{self.kid} ", f"{self.kid},{other}"]
        return [foreign, *(self.really_signed(self.header_with(kid=name), self.claims) for name in names)]

    def for_something_else(self) -> list[str]:
        """Rightly signed, but not for this mall or not for now."""
        now = clock.timestamp()
        changes: list[dict[str, Any]] = [
            {"aud": "another.api"},
            {"aud": None},
            {"aud": ""},
            {"iss": "mall.production"},
            {"iss": None},
            {"exp": now - 1},
            {"exp": now},
            {"exp": str(now + 900)},
            {"exp": None},
            {"exp": True},
            {"exp": float("inf")},
            {"iat": now + 600},
            {"iat": None},
            {"sub": None},
            {"sid": None},
        ]
        return [self.really_signed(self.header, self.claims_with(**change)) for change in changes]

    def tampered(self) -> list[str]:
        """Somebody else's name, more rights or a longer life under the old signature."""
        changes: list[dict[str, Any]] = [
            {"sub": ids.new("usr", slot=1)},
            {"perm": ["*"]},
            {"roles": ["administrator"]},
            {"mch": ids.new("mch", slot=1)},
            {"exp": clock.timestamp() + 10**6},
        ]
        tokens = [f"{self.header}.{self.claims_with(**change)}.{self.signature}" for change in changes]
        der = jwt.utils.raw_to_der_signature(base64.urlsafe_b64decode(self.signature + "=="), ec.SECP256R1())
        zero = self._text(b"\0" * 64)
        ends = ["", zero, self._text(der), self.signature[:-4], self.signature + "AAAA", self.signature[::-1]]
        return tokens + [f"{self.header}.{self.claims}.{end}" for end in ends]

    def garbage(self) -> list[str]:
        """What is no token at all."""
        return [
            *(
                "",
                ".",
                "..",
                "...",
                "a.b.c",
                "null",
                "{}",
                "x" * 10_000,
                "\0",
                "é.é.é",
                "Bearer",
                "eyJhbGciOiJub25lIn0",
            ),
            f"{self.header}.{self.claims}",
            f"{self.header}.{self.signature}.{self.claims}",
            f"{self.header}.{self.claims}.{self.signature}.{self.signature}",
            f"{self.header}.{self._text(b'[]')}.{self.signature}",
            f"{self._text(b'[]')}.{self.claims}.{self.signature}",
            f"{self._text(b'{' * 5000)}.{self.claims}.{self.signature}",
        ]

    @staticmethod
    def _text(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    @classmethod
    def _encoded(cls, value: dict[str, Any]) -> str:
        return cls._text(json.dumps({name: item for name, item in value.items() if item is not None}).encode())

    @staticmethod
    def _decoded(part: str) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=="))
        return value


@pytest.fixture
def forger(people: People) -> Forger:
    """Somebody who has read a customer's token."""
    return Forger(people.register(password=None).access_token)


def refused(run: Callable[..., Any], token: str) -> bool:
    """Whether the gateway is told to answer 401."""
    try:
        run("users.authorize", {"type": "TOKEN", "methodArn": METHOD, "authorizationToken": f"Bearer {token}"})
    except Exception as error:
        return str(error) == "Unauthorized"
    return False


@pytest.mark.parametrize(
    "forge",
    [
        Forger.unsigned,
        Forger.public_key_as_secret,
        Forger.key_of_ones_own,
        Forger.foreign_key,
        Forger.for_something_else,
        Forger.tampered,
        Forger.garbage,
    ],
    ids=lambda forge: forge.__name__,
)
def test_a_forged_token_is_refused(
    run: Callable[..., Any], forger: Forger, forge: Callable[[Forger], list[str]]
) -> None:
    with clock.at(clock.now()):
        accepted = [token for token in forge(forger) if not refused(run, token)]

        assert accepted == []


def test_a_token_made_the_same_way_with_nothing_forged_is_accepted(run: Callable[..., Any], forger: Forger) -> None:
    again = forger.really_signed(forger.header_with(), forger.claims_with())

    assert not refused(run, again)


# --- who has an account


def test_nobody_learns_from_the_time_it_takes_who_has_an_account(invoke: Callable[..., Answer], people: People) -> None:
    takes = {
        "users.sign_in": {"password": "not the password"},
        "users.send_code": {"purpose": "sign_in"},
        "users.reset_password": {"code": "123456", "new_password": "violet harbour lantern"},
    }
    members = [f"member{number}@example.com" for number in range(8)]
    strangers = [f"nobody{number}@example.com" for number in range(8)]
    hashed = store.load(people.register().id).password_hash
    for member in members:
        account = Account.register(Identifier("email", member), id=ids.new("usr", slot=1), at=clock.now())
        store.create(replace(account, password_hash=hashed))

    for operation, proof in takes.items():
        for day in range(4):
            with clock.at(NOON + timedelta(days=day)):
                known, unknown = _timed(invoke, operation, proof, members, strangers)
            # What tells accounts apart tells them apart each time; noise of a busy machine does not. A password that
            # is not hashed makes more than half of the time; reading a fake's longer answer, up to a fifth.
            if abs(known - unknown) < 0.3 * max(known, unknown):
                break
        else:
            pytest.fail(f"{operation} takes {known * 1000:.2f} ms for members and {unknown * 1000:.2f} for strangers")


def _timed(
    invoke: Callable[..., Answer], operation: str, proof: dict[str, str], members: list[str], strangers: list[str]
) -> tuple[float, float]:
    """The least CPU time of the operation for members and for strangers, measured alternately: noise only adds."""
    times: dict[bool, list[float]] = {True: [], False: []}
    answers = []
    gc.disable()
    try:
        for position, pair in enumerate(zip(members, strangers, strict=True)):
            turns = [(True, pair[0]), (False, pair[1])]
            for member, identifier in turns if position % 2 else turns[::-1]:
                body = {"identifier": identifier, **proof}
                began = time.process_time()
                answers.append(invoke(operation, body=body, source_ip=f"203.0.113.{position}"))
                times[member].append(time.process_time() - began)
    finally:
        gc.enable()
    assert all(answer == answers[0] for answer in answers)
    return min(times[True]), min(times[False])


# --- guessing


def test_a_password_is_guessed_a_few_times_an_hour_from_however_many_places(
    invoke: Callable[..., Answer], people: People
) -> None:
    person, looked_at = people.register(), 0
    for minute in range(60):
        with clock.at(NOON + timedelta(minutes=minute)):
            answer = invoke(
                "users.sign_in",
                body={"identifier": person.identifier, "password": f"guess number {minute}"},
                source_ip=f"203.0.113.{minute}",
            )
        assert answer.status in {401, 429}
        looked_at += answer.status == 401

    assert 5 <= looked_at <= 12


@pytest.mark.parametrize("operation", ["users.register", "users.sign_in", "users.reset_password"])
def test_a_code_is_guessed_five_times_from_however_many_places(
    invoke: Callable[..., Answer], people: People, operation: str
) -> None:
    purpose = operation.partition(".")[2]
    more: dict[str, Any] = {
        "users.register": {"terms": "2030-01-01"},
        "users.sign_in": {},
        "users.reset_password": {"new_password": "violet harbour lantern"},
    }[operation]
    identifier = "lin@example.com" if purpose == "register" else people.register().identifier
    with clock.at(NOON):
        code = people.code(identifier, purpose)

        def guess(number: int) -> int:
            body = {"identifier": identifier, "code": f"{(int(code) + number) % 10**6:06d}", **more}
            return invoke(operation, body=body, source_ip=f"203.0.113.{number}").status

        wrong = [guess(number) for number in range(1, 9)]
        assert guess(0) in {400, 401, 429}
    # Nor later, when the door opens again while the code would still be valid.
    with clock.at(NOON + timedelta(minutes=4)):
        assert guess(0) in {400, 401, 429}

    assert set(wrong) <= {400, 401, 429}


def test_codes_by_the_day_leave_a_guesser_fifty_guesses_in_a_million(
    invoke: Callable[..., Answer], people: People
) -> None:
    sent = 0
    midnight = NOON.replace(hour=0)
    for hour in range(24):
        with clock.at(midnight + timedelta(hours=hour)):
            body = {"identifier": "lin@example.com", "purpose": "register"}
            sent += invoke("users.send_code", body=body, source_ip=f"203.0.113.{hour}").status == 202
            people.deliver()

    assert sent == len(people.inbox("lin@example.com")) == 10


# --- other people's things

WITH_IDS = [route for route in routes() if "{" in route.operation.path and not route.operation.access.public]
CLOSED = [route for route in routes() if not route.operation.access.public]
PERMISSIONS = frozenset(route.operation.access.permission or "" for route in routes()) - {""}


def test_every_operation_that_leads_to_one_thing_says_how_to_make_a_victims() -> None:
    assert sorted(BELONGINGS) == sorted(route.name for route in WITH_IDS)


@pytest.mark.parametrize("route", WITH_IDS, ids=lambda route: route.name)
def test_a_stranger_sees_and_changes_nothing_of_anothers(
    invoke: Callable[..., Answer], people: People, database: list[str], route: Route
) -> None:
    with clock.at(NOON):
        scene = Scene(invoke, people)
        thing = BELONGINGS[route.name](scene)
        before = _everything_of(scene, database)
        body: dict[str, Any] = {"body": thing.body} if route.operation.body else {}
        if route.operation.keyed:
            body["headers"] = {"Idempotency-Key": "k1"}

        for stranger in _strangers():
            theirs = invoke(route.name, caller=stranger, path=thing.path, **body)
            nothing = invoke(route.name, caller=stranger, path=thing.absent, **body)

            assert (theirs.status, _without(theirs, thing.path)) == (nothing.status, _without(nothing, thing.absent))
            if not thing.shared:
                assert theirs.status in {403, 404} or (route.operation.method == "DELETE" and theirs.body is None)
        after = _everything_of(scene, database)
        owners = invoke(route.name, caller=thing.owner.caller, path=thing.path, **body)

    assert after == before
    # Otherwise nothing of this would mean anything.
    assert before
    assert owners.status < 300, owners.body


@pytest.mark.parametrize("route", CLOSED, ids=lambda route: route.name)
def test_nobody_gets_in_unless_the_operation_is_public(invoke: Callable[..., Answer], route: Route) -> None:
    path = route.sample.get("pathParameters")

    answer = invoke(route.name, caller=NOBODY, path=path, body=route.sample.get("body"))

    assert (answer.status, answer.code) == (401, "Unauthenticated")


@pytest.mark.parametrize(
    "route", [route for route in CLOSED if route.operation.access.permission], ids=lambda route: route.name
)
def test_a_customer_gets_nowhere_where_a_permission_is_demanded(invoke: Callable[..., Answer], route: Route) -> None:
    caller = Caller(ids.new("usr", slot=ids.random_slot()), ids.new("ses"))

    answer = invoke(route.name, caller=caller, path=route.sample.get("pathParameters"), body=route.sample.get("body"))

    assert (answer.status, answer.code) == (403, "Forbidden")


def _strangers() -> list[Caller]:
    """A customer, and the owner of another merchant with every permission that there is."""
    customer, rival = (Account(ids.new("usr", slot=ids.random_slot()), clock.now()) for _ in range(2))
    rival = replace(rival, roles=frozenset({"merchant_owner"}), merchant_id=ids.new("mch", slot=ids.random_slot()))
    for account in (customer, rival):
        store.create(account)
    return [
        Caller(customer.id, ids.new("ses")),
        Caller(rival.id, ids.new("ses"), rival.roles, PERMISSIONS, rival.merchant_id),
    ]


def _without(answer: Answer, path: Any) -> str:
    """The answer's body without the ids that the caller sent."""
    text = json.dumps(answer.body, sort_keys=True)
    for value in path.values():
        text = text.replace(value, "…")
    return text


def _everything_of(scene: Scene, database: list[str]) -> list[str]:
    """All that is stored anywhere and names a victim."""
    stored = []
    for table in get_backend("dynamodb")[stacks.ACCOUNT][stacks.REGION].tables.values():
        stored += [
            f"{table.name} {json.dumps(item.to_json(), sort_keys=True, default=repr)}" for item in table.all_items()
        ]
    for bucket in get_backend("s3")[stacks.ACCOUNT]["aws"].buckets.values():
        stored += [f"{bucket.name} {name} {key.etag}" for name, key in bucket.keys.items()]
    for url in database:
        connection = observer(url)
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p') AND NOT relispartition"
        ).fetchall()
        for (table,) in tables:
            rows = connection.execute(f'SELECT row_to_json(t)::text FROM "{table}" t').fetchall()
            stored += [f"{table} {row}" for (row,) in rows]
    made = vars(scene)
    victims = [made[name].id for name in ("lin", "owner", "clerk", "administrator") if name in made]
    return sorted(item for item in stored if any(name in item for name in [*victims, scene.merchant_id, "auditor"]))


# --- what is written down


def test_no_log_line_holds_what_proves_or_names_anybody(
    invoke: Callable[..., Answer],
    people: People,
    passing: Callable[..., Any],
    written: Callable[[], str],
    capfd: pytest.CaptureFixture[str],
) -> None:
    mail, phone, moved = "lin.mei@example.com", "13812345678", "mei.lin@example.org"
    new, secrets = "violet harbour lantern", set[str]()

    def keep(person: Person) -> Person:
        secrets.update({person.access_token, person.refresh_token, person.refresh_token.split(".")[2]})
        return person

    lin = keep(people.register(mail))
    secrets.update(people.inbox(mail))
    secret, recovery = people.protect(lin)
    secrets.update({secret, *recovery})
    for code in (lin.password, "wrong password 1", "wrong password 2"):
        invoke("users.sign_in", body={"identifier": mail, "password": code})
    with passing(minutes=2):
        app = app_code(secret)
        keep(people.sign_in(lin, totp=app))
        keep(people.sign_in(lin, totp=recovery[0]))
        code = people.code(phone, "bind")
        body = {"identifier": phone, "code": code, "password": PASSWORD}
        assert invoke("users.bind_identifier", caller=lin.caller, body=body).status == 200
        invoke("users.change_password", caller=lin.caller, body={"current_password": PASSWORD, "new_password": new})
        renewed = invoke("users.refresh_session", body={"refresh_token": lin.refresh_token}).body
        secrets.update({renewed["access_token"], renewed["refresh_token"].split(".")[2], app, code})
    with passing(minutes=4):
        code = people.code(phone, "reset_password")
        invoke("users.reset_password", body={"identifier": phone, "code": "000000", "new_password": new})
        invoke("users.reset_password", body={"identifier": phone, "code": code, "new_password": new})
        invoke("users.refresh_session", body={"refresh_token": lin.refresh_token})
        invoke("users.register", body={"identifier": moved, "code": code, "password": new, "terms": "2030-01-01"})
        invoke("users.update_profile", caller=lin.caller, body={"nickname": "阿林", "birthday": "1990-02-28"})
        invoke("users.sign_in", body=f'{{"identifier": "{mail}", "password": "{PASSWORD}"')
    secrets.update(
        {code, mail, "lin.mei", phone, f"+86{phone}", moved, PASSWORD, new, "wrong password", "1990-02-28", "阿林"}
    )

    captured = capfd.readouterr()
    lines = written() + captured.out + captured.err
    assert lines.count('"message":"signed in"') >= 3
    assert "password changed" in lines
    assert [text for text in secrets if text in lines or json.dumps(text)[1:-1] in lines] == []
