"""The front door: what it lets through, how it refuses, and what it never tells."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import pytest
from chalice.app import Response
from pydantic import BaseModel, Field, SecretStr

from mall import clock, errors, tokens
from mall.auth import GUESTS_TOO, PUBLIC, SIGNED_IN, Caller, permission
from mall.http import MAX_BODY_BYTES, Body, Endpoint, Page, status_of, text
from tests.fixtures.gateway import Answer, Context, request

BUYER = Caller(user_id="usr_1", session_id="ses_1", roles=frozenset({"customer"}))
OPERATOR = Caller(user_id="usr_2", session_id="ses_2", permissions=frozenset({"shelves.fill"}))


class Parcel(Body):
    """A body with every kind of field."""

    name: Annotated[str, Field(max_length=10)]
    weight: int = 1
    password: SecretStr | None = None


class Search(Page):
    """A query with a list."""

    tags: list[str] = Field(default_factory=list)
    word: str | None = None


class Shelf(BaseModel):
    """An answer."""

    row: int = Field(serialization_alias="Row")
    note: str | None = None


class Full(errors.Conflict):
    message = "The shelf is full."


def send(app: Endpoint, **options: Any) -> Answer:
    """The answer of `app` to a request for its operation."""
    event = request(app.operation.method, app.operation.path, **options)
    return Answer.of(app(event, Context()))


def endpoint(view: Callable[..., Any], **options: Any) -> Endpoint:
    """An endpoint around `view`, open to everybody unless said otherwise."""
    app = Endpoint("shelves.fill")
    app.route("/api/shelves/{row}" if options.pop("row", False) else "/api/shelves", **{"access": PUBLIC} | options)(
        view
    )
    return app


def posting(view: Callable[..., Any] = lambda body: Shelf(row=body.weight), **options: Any) -> Endpoint:
    return endpoint(view, method="POST", body=Parcel, **options)


# ── Answers ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_model_is_answered_as_json_under_its_public_names() -> None:
    answer = send(posting(status=201), body={"name": "shoe", "weight": 3})

    assert (answer.status, answer.body) == (201, {"Row": 3, "note": None})
    assert answer.headers["content-type"] == "application/json"


def test_nothing_is_answered_with_an_empty_body() -> None:
    answer = send(endpoint(lambda: None, status=204))

    assert (answer.status, answer.body) == (204, None)


def test_a_response_of_the_views_own_passes_unchanged() -> None:
    answer = send(endpoint(lambda: Response("", headers={"Location": "/login"}, status_code=302)))

    assert (answer.status, answer.headers["location"]) == (302, "/login")


def test_an_answer_is_not_kept_by_anybody_unless_the_operation_says_so() -> None:
    assert send(endpoint(lambda: None)).headers["cache-control"] == "no-store"
    assert send(endpoint(lambda: None, max_age=60)).headers["cache-control"] == "public, max-age=60"


@pytest.mark.parametrize("view", [lambda: None, lambda: 1 / 0])
def test_every_answer_carries_the_request_id_and_the_security_headers(view: Callable[[], Any]) -> None:
    headers = send(endpoint(view)).headers

    assert headers["x-request-id"] == "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    assert headers["x-content-type-options"] == "nosniff"
    assert "max-age=" in headers["strict-transport-security"]


def test_a_view_gets_the_path_as_it_was_meant() -> None:
    app = endpoint(lambda row: Shelf(row=0, note=row), row=True)

    assert send(app, path={"row": "a b/ü"}).body["note"] == "a b/ü"


def test_the_operation_tells_the_contract_what_the_route_said() -> None:
    def fill(body: Parcel) -> Shelf:
        """Fill a shelf.

        With one parcel.
        """
        return Shelf(row=1)

    operation = posting(
        fill, status=201, refusals=(Full,), idempotent=True, access=permission("shelves.fill")
    ).operation

    assert (operation.name, operation.method, operation.path) == ("shelves.fill", "POST", "/api/shelves")
    assert (operation.status, operation.body, operation.returns) == (201, Parcel, Shelf)
    assert operation.summary == "Fill a shelf.\n\nWith one parcel."
    assert operation.refusals == (Full,)
    assert operation.idempotent


# ── Bodies ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "body",
    [
        None,
        "",
        "not json",
        "[]",
        "null",
        '"text"',
        "1",
        '{"name": "shoe"',
        '{"name": "shoe"} trailing',
        b"\xff\xfe",
        "[" * 100_000,
        '{"name": ' + "[" * 100_000,
        '{"name": "x", "weight": ' + "9" * 5000 + "}",
    ],
)
def test_a_body_that_is_not_a_json_object_is_refused(body: Any) -> None:
    answer = send(posting(), body=body)

    assert (answer.status, answer.code) == (400, "MalformedBody")


def test_a_base64_body_is_read_too() -> None:
    assert send(posting(), body=json.dumps({"name": "shoe", "weight": 7}).encode()).body["Row"] == 7


def test_a_body_holds_as_many_bytes_as_said_and_not_one_more() -> None:
    def body(size: int) -> str:
        return '{"name": "x"' + " " * (size - len('{"name": "x"}')) + "}"

    assert send(posting(), body=body(MAX_BODY_BYTES)).status == 200
    answer = send(posting(), body=body(MAX_BODY_BYTES + 1))
    assert (answer.status, answer.code) == (400, "BodyTooLarge")


def test_the_size_of_a_body_is_counted_in_bytes() -> None:
    answer = send(posting(), body='{"name": "' + "商" * (MAX_BODY_BYTES // 3) + '"}')

    assert answer.code == "BodyTooLarge"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "x" * 11}, "name"),
        ({"name": "x", "weight": "heavy"}, "weight"),
        ({"name": "x", "wieght": 1}, "wieght"),
        ({"name": None}, "name"),
        ({"name": "\ud800"}, "name"),
    ],
)
def test_a_field_that_is_wrong_is_named(body: Any, field: str) -> None:
    answer = send(posting(), body=json.dumps(body))

    assert (answer.status, answer.code) == (400, "Invalid")
    assert [fault["field"] for fault in answer.body["Details"]["fields"]] == [field]


def test_a_refused_body_is_never_repeated_to_anybody(written: Callable[[], str], capsys: Any) -> None:
    answer = send(posting(), body={"name": "x", "password": {"clear": "hunter2-secret"}})

    assert answer.status == 400
    assert "hunter2" not in json.dumps(answer.body) + written() + capsys.readouterr().out


def test_at_most_twenty_faults_are_listed() -> None:
    answer = send(posting(), body={f"unknown_{number}": 1 for number in range(500)})

    assert len(answer.body["Details"]["fields"]) == 20


def test_text_comes_trimmed() -> None:
    app = posting(lambda body: Shelf(row=1, note=body.name))

    assert send(app, body={"name": "  shoe \n"}).body["note"] == "shoe"


def test_text_with_a_nul_character_is_refused_because_no_database_holds_it() -> None:
    assert send(posting(), body={"name": "a\0b"}).code == "Invalid"
    assert send(endpoint(lambda query: None, query=Search), query={"word": "a\0b"}).code == "Invalid"
    assert send(endpoint(lambda row: None, row=True), path={"row": "a\0b"}).code == "Invalid"


def test_another_kind_of_content_is_refused_in_the_same_shape() -> None:
    answer = send(posting(), body="name=shoe", headers={"content-type": "application/x-www-form-urlencoded"})

    assert (answer.status, set(answer.body)) == (415, {"Code", "Message"})


def test_a_charset_beside_the_content_type_is_fine() -> None:
    answer = send(posting(), body={"name": "shoe"}, headers={"Content-Type": "application/json; charset=utf-8"})

    assert answer.status == 200


# ── Queries ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def query_of(query: dict[str, str | list[str]]) -> Answer:
    return send(
        endpoint(
            lambda query: Shelf(row=query.limit, note=json.dumps([query.after, query.tags, query.word])), query=Search
        ),
        query=query,
    )


def test_a_list_is_as_long_as_usual_when_nobody_asks() -> None:
    assert query_of({}).body == {"Row": 20, "note": json.dumps([None, [], None])}


def test_a_parameter_is_repeated_only_where_a_list_is_wanted() -> None:
    answer = query_of({"tags": ["red", "blue"], "word": ["first", "last"], "limit": "5"})

    assert answer.body == {"Row": 5, "note": json.dumps([None, ["red", "blue"], "last"])}


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "101"}, {"limit": "-1"}, {"limit": "many"}, {"offset": "10"}, {"Limit": "1"}]
)
def test_a_query_that_no_list_has_is_refused(query: dict[str, str | list[str]]) -> None:
    answer = query_of(query)

    assert (answer.status, answer.code) == (400, "Invalid")


# ── Who may ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_operation_for_people_who_signed_in_refuses_strangers() -> None:
    app = endpoint(lambda: None, access=SIGNED_IN)

    assert send(app).code == "Unauthenticated"
    assert send(app).status == 401
    assert send(app, caller=BUYER).status == 200


def test_without_any_word_about_access_an_operation_is_for_people_who_signed_in() -> None:
    app = Endpoint("shelves.see")
    app.route("/api/shelves")(lambda: None)

    assert send(app).status == 401


def test_a_permission_is_asked_for_after_who_it_is() -> None:
    app = endpoint(lambda: None, access=permission("shelves.fill"))

    assert send(app).status == 401
    refused = send(app, caller=BUYER)
    assert (refused.status, refused.code, refused.body["Details"]) == (
        403,
        "Forbidden",
        {"permission": "shelves.fill"},
    )
    assert send(app, caller=OPERATOR).status == 200


def test_who_may_not_ask_learns_nothing_about_the_request() -> None:
    app = posting(access=permission("shelves.fill"))

    assert send(app, body="not json", caller=BUYER).status == 403


def test_the_caller_of_one_request_is_forgotten_at_the_next() -> None:
    app = endpoint(lambda: Shelf(row=1, note=app.caller.user_id), access=PUBLIC)

    assert send(app, caller=BUYER).body["note"] == "usr_1"
    assert send(app).body["note"] == ""


def test_a_client_cannot_name_itself_in_a_header() -> None:
    app = endpoint(lambda: None, access=SIGNED_IN)

    assert send(app, headers={"user_id": "usr_1", "X-User-Id": "usr_1", "principalId": "usr_1"}).status == 401


def test_the_clients_address_is_the_one_that_the_gateway_saw() -> None:
    app = endpoint(lambda: Shelf(row=1, note=app.source_ip))

    answer = send(app, source_ip="203.0.113.9", headers={"X-Forwarded-For": "1.2.3.4"})

    assert answer.body["note"] == "203.0.113.9"


def test_a_signed_call_is_refused_where_people_sign_in() -> None:
    app = endpoint(lambda: None, access=SIGNED_IN)

    answer = send(app, headers={"authorization": "MALL-ED25519 key=k,time=1,nonce=n,signature=s"}, caller=BUYER)

    assert answer.status == 401


def test_a_header_is_what_was_sent_or_nothing_and_has_a_longest() -> None:
    app = endpoint(lambda: Shelf(row=1, note=app.header("Shelf-Key", most=4)))

    assert send(app).body["note"] == ""
    assert send(app, headers={"shelf-key": "k-17"}).body["note"] == "k-17"
    assert send(app, headers={"Shelf-Key": "k-170"}).code == "Invalid"


def shelf_of_caller() -> Endpoint:
    """An endpoint for guests and people alike, which says who asks."""
    app = endpoint(lambda: Shelf(row=1, note=app.caller.user_id), access=GUESTS_TOO)
    return app


def test_where_guests_may_ask_too_nobody_has_to_be_known() -> None:
    answer = send(shelf_of_caller())

    assert (answer.status, answer.body["note"]) == (200, "")


@pytest.mark.usefixtures("aws")
def test_where_guests_may_ask_too_a_token_still_says_who_it_is(logged: Callable[[], list[dict[str, Any]]]) -> None:
    token = tokens.issue(BUYER)

    answer = send(shelf_of_caller(), headers={"Authorization": f"Bearer {token}"})

    assert (answer.status, answer.body["note"]) == (200, BUYER.user_id)
    assert logged()[-1]["user_id"] == BUYER.user_id


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("given", ["Bearer x.y.z", "Bearer ", "Basic dXNyXzE6", "nonsense"])
def test_where_guests_may_ask_too_a_token_that_is_none_of_ours_is_refused(given: str) -> None:
    answer = send(shelf_of_caller(), headers={"Authorization": given})

    assert (answer.status, answer.code) == (401, "TokenRefused")


@pytest.mark.usefixtures("aws")
def test_where_guests_may_ask_too_nobody_becomes_a_guest_when_their_token_expires() -> None:
    with clock.at(datetime.now(UTC) - timedelta(minutes=16)):
        token = tokens.issue(BUYER)

    answer = send(shelf_of_caller(), headers={"Authorization": f"Bearer {token}"})

    assert (answer.status, answer.code) == (401, "TokenRefused")


def test_where_anybody_may_ask_a_token_does_not_matter() -> None:
    app = endpoint(lambda: Shelf(row=1, note=app.caller.user_id))

    assert send(app, headers={"Authorization": "Bearer x.y.z"}).body["note"] == ""


# ── Refusals ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.Invalid, 400),
        (errors.Unauthenticated, 401),
        (errors.Forbidden, 403),
        (errors.NotFound, 404),
        (errors.Conflict, 409),
        (Full, 409),
        (errors.Unavailable, 503),
        (errors.MallError, 500),
    ],
)
def test_each_branch_of_refusals_has_its_status(error: type[errors.MallError], status: int) -> None:
    def refuse() -> None:
        raise error("Because.", why="so")

    answer = send(endpoint(refuse))

    assert answer.status == status == status_of(error)
    assert answer.body == {"Code": error.__name__, "Message": "Because.", "Details": {"why": "so"}}


def test_a_limit_says_when_to_come_back() -> None:
    def refuse() -> None:
        raise errors.TooManyRequests(retry_after=17)

    answer = send(endpoint(refuse))

    assert (answer.status, answer.headers["retry-after"]) == (429, "17")


def test_our_own_fault_is_a_500_in_the_same_shape_and_tells_nothing(logged: Callable[[], list[dict[str, Any]]]) -> None:
    def break_down() -> None:
        raise RuntimeError("the database password is swordfish")

    answer = send(endpoint(break_down))

    assert (answer.status, answer.code) == (500, "InternalServerError")
    assert set(answer.body) == {"Code", "Message"}
    assert "swordfish" not in json.dumps(answer.body)
    assert any(line["level"] == "ERROR" and "break_down" in line.get("exception", "") for line in logged())


def test_an_invalid_model_of_our_own_is_our_fault_not_the_callers() -> None:
    answer = send(endpoint(lambda: Shelf(row="many")))  # type: ignore[arg-type]

    assert answer.status == 500


# ── What operators see ──────────────────────────────────────────────────────────────────────────────────────────────


def test_every_request_leaves_one_line_that_says_who_what_and_how(logged: Callable[[], list[dict[str, Any]]]) -> None:
    send(endpoint(lambda: None, access=SIGNED_IN), caller=BUYER)

    (line,) = logged()
    assert (line["message"], line["operation"], line["status"], line["user_id"]) == (
        "request",
        "shelves.fill",
        200,
        "usr_1",
    )
    assert line["request_id"] == "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"


def test_the_lines_of_one_request_know_nothing_of_the_one_before(logged: Callable[[], list[dict[str, Any]]]) -> None:
    app = endpoint(lambda: None)

    send(app, caller=BUYER)
    send(app)

    assert "user_id" not in logged()[-1]


@pytest.mark.parametrize(
    ("view", "expected"), [(lambda: None, set()), (lambda: 1 / 0, {"ServerErrors"}), (None, {"Refusals"})]
)
def test_requests_refusals_and_faults_are_counted(view: Any, expected: set[str], capsys: Any) -> None:
    def refuse() -> None:
        raise Full

    send(endpoint(view or refuse))

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    counted = {metric["Name"] for line in lines for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert counted == {"Requests", "Duration", *expected}


# ── Bodies and answers that are not JSON ────────────────────────────────────────────────────────────────────────────


def raw(view: Callable[..., Any], **options: Any) -> Endpoint:
    return endpoint(view, method="POST", body=bytes, **options)


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (b"decision=pay&x=%20", "application/x-www-form-urlencoded"),
        (b'{"amount": 1 , "b":2}', "application/json"),
        ("价格".encode(), "text/plain; charset=utf-8"),
        (b"\x00\xff", "application/octet-stream"),
        (b"<xml/>", "text/xml"),
    ],
)
def test_a_raw_body_comes_to_the_last_byte_whatever_it_is(body: bytes, media: str) -> None:
    seen = []

    answer = send(raw(lambda body: seen.extend([body])), body=body, headers={"Content-Type": media})

    assert answer.status == 200
    assert seen == [body]


def test_a_raw_body_may_be_nothing() -> None:
    seen = []

    send(raw(lambda body: seen.extend([body])))

    assert seen == [b""]


def test_a_raw_body_has_the_limit_of_every_body() -> None:
    answer = send(raw(lambda body: None), body=b"x" * (MAX_BODY_BYTES + 1), headers={"Content-Type": "text/plain"})

    assert (answer.status, answer.code) == (400, "BodyTooLarge")


def test_what_a_signature_speaks_of_is_there_as_it_came() -> None:
    seen: list[Any] = []
    app = Endpoint("shelves.fill")

    @app.route("/api/shelves/{row}", method="POST", access=PUBLIC, body=Parcel)
    def fill(row: str, body: Parcel) -> None:
        """Fill a shelf."""
        seen.extend([app.headers["x-signature"], app.path, app.raw, body.name])

    text = '{"name":  "shoe"}'
    send(app, body=text, path={"row": "7"}, headers={"X-Signature": "abc"})

    assert seen == ["abc", "/api/shelves/7", text.encode(), "shoe"]


def test_an_answer_of_text_has_the_headers_that_it_was_given() -> None:
    page = text("<p>价格</p>", content_type="text/html", status=201, Content_Security_Policy="default-src 'none'")

    answer = send(endpoint(lambda: page))

    assert (answer.status, answer.body) == (201, "<p>价格</p>")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == "default-src 'none'"
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")


def test_an_answer_of_text_may_be_kept_too() -> None:
    answer = send(endpoint(lambda: text("a {}", content_type="text/css"), max_age=60))

    assert answer.headers["cache-control"] == "public, max-age=60"
