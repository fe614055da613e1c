"""Who may do what: every address for every role, offices that do not see each other, the door, accounts and tokens."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.access import accounts, tokens
from service.access.actor import ROLES, SCOPES, Role, Scope, the_service
from service.access.doors import COOKIE
from service.app import create_app
from service.house import House
from service.store import offices, tables
from service.store.ids import new_id
from tests.service.conftest import client_of, put
from tests.service.fakes import directive

Json = dict[str, Any]

TESTS = the_service("tests")
PASSWORD = "mật khẩu đủ dài"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}

# What each operation asks of its caller. OPEN: nothing; ANYBODY: to be somebody.
OPEN, ANYBODY = "open", "anybody"
NEEDS: dict[str, str] = {
    "upload_document": "upload",
    "upload_batch": "upload",
    "read_document_again": "upload",
    "cancel_job": "upload",
    "list_documents": "read",
    "get_document": "read",
    "list_similar": "read",
    "list_versions": "read",
    "get_record": "read",
    "get_page_image": "read",
    "get_page_words": "read",
    "get_original": "read",
    "get_job": "read",
    "follow_job": "read",
    "list_tasks": "read",
    "count_by_month": "read",
    "get_citations": "read",
    "list_citations": "read",
    "list_targets": "read",
    "list_series": "read",
    "compare_documents": "read",
    "search": "read",
    "suggest_agency": "read",
    "list_own_agencies": "read",
    "add_agency": "correct",
    "change_agency": "admin",
    "delete_agency": "admin",
    "understand_deadline": "read",
    "get_task": "read",
    "correct_record": "correct",
    "edit_record": "correct",
    "approve_record": "approve",
    "recall_document": "approve",
    "report_progress": "progress",
    "export_lines": "export",
    "export_csv": "export",
    "export_workbook": "export",
    "export_found": "export",
    "export_targets": "export",
    "export_citations": "export",
    "export_annex": "export",
    "export_message": "export",
    "get_calendar": "calendar",
    "create_calendar_link": "calendar",
    "get_search_feed": "search",
    "create_search_link": "search",
    "list_saved_filters": "read",
    "save_filter": "read",
    "delete_saved_filter": "read",
    "list_changes": "feed",
    "get_last_change": "feed",
    "list_webhooks": "webhooks",
    "add_webhook": "webhooks",
    "get_webhook": "webhooks",
    "change_webhook": "webhooks",
    "delete_webhook": "webhooks",
    "rotate_secret": "webhooks",
    "test_webhook": "webhooks",
    "list_deliveries": "webhooks",
    "send_again": "webhooks",
    "get_session": ANYBODY,
    "sign_in": OPEN,
    "sign_out": OPEN,
    "accept_invitation": OPEN,
    "list_users": "admin",
    "add_user": "admin",
    "get_user": "admin",
    "change_user": "admin",
    "invite_user": "admin",
    "list_tokens": "admin",
    "create_token": "admin",
    "revoke_token": "admin",
    "list_offices": "admin",
    "add_office": "admin",
    "list_audit": "admin",
    "get_health": OPEN,
    "get_readiness": OPEN,
}
NOTHING = UUID(int=7)
JSON = ("application/json", "application/problem+json")


def _operations(app: FastAPI) -> Iterator[tuple[str, str, str]]:
    """Method, path and name of each."""
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            yield method.upper(), path, operation["operationId"]


def _at(path: str, **ids: object) -> str:
    ids_of = ("document", "job", "task", "webhook", "delivery", "user", "token", "agency", "filter")
    for name in (f"{kind}_id" for kind in ids_of):
        path = path.replace(f"{{{name}}}", str(ids.get(name, NOTHING)))
    path = path.replace("{number}", "1").replace("{form}", "csv")
    return path + "?sender=000.00.00.H01&receiver=000.00.01.H01" if path.endswith(".edxml") else path


def test_the_table_names_every_operation(app: FastAPI) -> None:
    assert {name for *_, name in _operations(app)} == NEEDS.keys()


@pytest.mark.parametrize("role", [None, *ROLES])
def test_every_address_for_every_role(house: House, app: FastAPI, stranger: TestClient, role: Role | None) -> None:
    scopes = ROLES[role] if role else frozenset[Scope]()
    caller = client_of(house, app, scopes) if role else stranger
    for method, path, name in _operations(app):
        needed = NEEDS.get(name, "")
        answer = caller.request(method, _at(path))
        code = answer.json().get("code") if answer.content and answer.headers["content-type"] in JSON else None
        where = f"{role} {method} {path}: {answer.status_code} {code}"
        if not needed:
            continue  # the test above says so
        if needed == OPEN or (role and needed in (ANYBODY, *scopes)):
            assert (answer.status_code == 401) == (code == "wrong-password"), where
            assert answer.status_code != 403 or code == "bad-invitation", where
        elif role is None:
            assert (answer.status_code, code) == (401, "unauthenticated"), where
            assert "WWW-Authenticate" in answer.headers
        else:
            assert (answer.status_code, code) == (403, "forbidden"), where
            assert f'scope="{needed}"' in answer.headers["WWW-Authenticate"]


def test_pages_send_strangers_to_the_entrance(stranger: TestClient) -> None:
    for path in ("/", "/tasks?agency=so%20y%20te", f"/documents/{NOTHING}"):
        answer = stranger.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in?next=/")
    for path in ("/sign-in", "/way-in", "/docs", "/problems", "/openapi.json"):
        assert stranger.get(path).status_code == 200


# Offices


def _says(answer: Any, words: str) -> bool:
    """Whether an answer tells of something, in a workbook too."""
    content: bytes = answer.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            content = b"".join(parts.read(name) for name in parts.namelist())
    return words.encode() in content


def test_offices_do_not_see_each_other(house: House, app: FastAPI, client: TestClient) -> None:
    with house.database.writing() as session:
        ours, theirs = (offices.add(session, TESTS, f"Xã {name} {new_id()}").id for name in ("Ta", "Bạn"))
    inside, outside = (client_of(house, app, SCOPES, office) for office in (ours, theirs))
    mark = "KINH-DOC"
    document = put(house, directive(f"kín {ours}", number=f"01/{mark}", lead=f"Ban {mark}"), ours)
    with house.database.writing() as session:
        row = session.scalars(sa.select(tables.Task).where(tables.Task.document_id == document)).first()
        job = session.scalars(sa.select(tables.Job).where(tables.Job.document_id == document)).one()
        user = accounts.add_user(
            session, TESTS, name=f"{mark}-{ours}".lower(), full_name=mark, role="clerk", office=ours
        )
        _, token = tokens.create_token(session, TESTS, mark, ["read"], ours, None)
        assert row
        ids = {"document_id": document, "job_id": job.id, "task_id": row.id, "user_id": user.id, "token_id": token.id}
    webhook = inside.post("/v1/webhooks", json={"url": f"https://hooks.example/{mark}"})
    if webhook.is_success:
        ids["webhook_id"] = webhook.json().get("id") or webhook.json()["webhook"]["id"]

    lists = {}
    for method, path, name in _operations(app):
        where = _at(path, **ids)
        if "_id}" in path:
            answer = outside.request(method, where, json={"why": "x", "state": "done"} if method != "GET" else None)
            assert answer.status_code in (404, 422, 428), (name, answer.text)
            if method == "GET":
                assert answer.status_code == 404, (name, answer.text)
        elif method == "GET":
            lists[name] = where
            assert not _says(outside.get(where), mark), f"{name} tells another office"
    seen = {name for name, where in lists.items() if _says(inside.get(where), mark)}
    assert {"list_documents", "list_tasks", "list_users", "list_tokens", "list_audit", "export_csv"} <= seen
    assert {"export_workbook", "export_lines", "list_changes"} <= seen
    assert _says(client.get("/v1/documents"), mark), "who is of no office sees all"

    assert [each["id"] for each in outside.get("/v1/offices").json()["items"]] == [str(theirs)]
    for act in (
        lambda: outside.post(
            "/v1/users", json={"name": "x-y", "full_name": "X", "role": "clerk", "office_id": str(ours)}
        ),
        lambda: outside.post("/v1/tokens", json={"name": "x", "scopes": ["read"], "office_id": str(ours)}),
        lambda: outside.post("/v1/offices", json={"name": "Xã mới"}),
    ):
        assert act().json()["code"] == "forbidden"
    upload = {"content": b"a", "headers": {"Content-Type": "text/plain"}}
    assert outside.post("/v1/documents", params={"office": str(ours)}, **upload).status_code == 404
    assert client.post("/v1/documents", params={"office": str(NOTHING)}, **upload).status_code == 404
    sent = client.post("/v1/documents", params={"office": str(theirs)}, **upload).json()["document"]
    assert sent["office_id"] == str(theirs)
    own = inside.post("/v1/documents", **upload).json()["document"]
    assert own["office_id"] == str(ours) and own["id"] != sent["id"], "the same bytes in two offices are two documents"


# The door


@pytest.mark.parametrize(
    ("headers", "cookie", "passes"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True, True),
        ({"Sec-Fetch-Site": "none"}, True, True),
        ({"Sec-Fetch-Site": "same-site"}, True, False),
        ({"Sec-Fetch-Site": "cross-site"}, True, False),
        ({"Sec-Fetch-Site": "cross-site"}, False, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1"}, True, False),
        ({"Origin": "http://127.0.0.1"}, True, True),
        ({"Origin": "http://127.0.0.1:81"}, True, False),
        ({"Origin": "https://evil.example"}, True, False),
        ({"Origin": "https://evil.example"}, False, False),
        ({"Origin": "null"}, True, False),
        ({}, True, False),
        ({}, False, True),
    ],
)
def test_no_other_web_site_changes_anything(
    stranger: TestClient, headers: dict[str, str], cookie: bool, passes: bool
) -> None:
    if cookie:
        headers = {**headers, "Cookie": f"{COOKIE}=anything"}
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = stranger.request(method, "/v1/session", headers=headers)
        assert (answer.status_code == 403) == (not passes), (method, headers)
        if not passes:
            assert answer.json()["code"] == "cross-site"
    assert stranger.get("/v1/health", headers=headers).status_code == 200, "looking is no change"


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("127.0.0.1", True),
        ("127.0.0.1:8000", True),
        ("LOCALHOST", True),
        ("[::1]", True),
        ("[::1]:8000", True),
        ("giao-viec.example", True),
        ("giao-viec.example:443", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("giao-viec.example.evil.example", False),
        ("[::1", False),
        ("", False),
    ],
)
def test_only_known_names_are_answered(house: House, host: str, known: bool) -> None:
    open_to = replace(house, settings=replace(house.settings, allowed_hosts=("Giao-Viec.example",)))
    caller = TestClient(create_app(open_to), base_url="http://127.0.0.1")
    assert caller.get("/v1/health", headers={"Host": host}).status_code == (200 if known else 421)


def test_every_answer_has_an_id(stranger: TestClient) -> None:
    given = stranger.get("/v1/health", headers={"X-Request-ID": "viec-2026.0001"})
    assert given.headers["X-Request-ID"] == "viec-2026.0001"
    for odd in ("short", "with space in it", "x" * 65, "<script>alert</script>", ""):
        made = stranger.get("/v1/nowhere", headers={"X-Request-ID": odd})
        assert made.headers["X-Request-ID"] not in (odd, "") and len(made.headers["X-Request-ID"]) == 32
        assert made.json()["request_id"] == made.headers["X-Request-ID"]


def test_an_address_with_nul_in_it_is_refused(client: TestClient) -> None:
    for path in ("/v1/tasks?q=a%00b", "/tasks?agency=%00", "/v1/documents?number=%00", "/v1/nowhere%00"):
        assert client.get(path).json()["code"] == "bad-request"


def _strict(house: House, **given: Any) -> TestClient:
    app = create_app(replace(house, settings=replace(house.settings, **given)))
    return TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False, follow_redirects=False)


def test_too_many_requests_are_told_when_to_come_back(house: House) -> None:
    caller = _strict(house, rate_per_minute=5)
    answers = [caller.get("/v1/health") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    refused = answers[-1]
    assert refused.json()["code"] == "too-many-requests" and 1 <= int(refused.headers["Retry-After"]) <= 60
    secrets = [_token(house, ["read"]) for _ in range(2)]
    for secret in secrets:
        statuses = [
            caller.get("/v1/tasks", headers={"Authorization": f"Bearer {secret}"}).status_code for _ in range(6)
        ]
        assert statuses == [200] * 5 + [429], "each token has a measure of its own"
    wrong = caller.get("/v1/tasks", headers={"Authorization": "Bearer dtk_guess"})
    assert wrong.status_code == 429, "guesses count for the address that they come from"


def test_passwords_are_not_tried_for_ever(house: House) -> None:
    caller = _strict(house, sign_ins_per_minute=3)
    wrong = {"name": "admin", "password": "đoán mò một hai ba"}
    statuses = [caller.post("/v1/session", json=wrong).status_code for _ in range(5)]
    assert statuses == [401] * 3 + [429] * 2
    assert caller.post("/v1/invitation", json={"secret": "x", "password": PASSWORD}).status_code == 429
    assert caller.get("/v1/health").status_code == 200


def test_reading_goes_on_when_nothing_can_be_written(
    house: House, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = client_of(house, app, ["read"])

    def full(*_: object) -> None:
        raise sa.exc.OperationalError("", {}, Exception("disk full"))

    monkeypatch.setattr(tokens, "note_use", full)
    assert caller.get("/v1/tasks").status_code == 200


# Tokens


def _token(house: House, scopes: list[Scope], **given: Any) -> str:
    with house.database.writing() as session:
        secret, row = tokens.create_token(session, TESTS, "thử", scopes, None, None)
        for name, value in given.items():
            setattr(row, name, value)
    return secret


def test_a_token_lets_in_until_it_ends(house: House, stranger: TestClient) -> None:
    now = datetime.now(UTC)
    cases = {
        _token(house, ["read"]): 200,
        _token(house, ["read"], expires_at=now + timedelta(minutes=1)): 200,
        _token(house, ["read"], expires_at=now - timedelta(seconds=1)): 401,
        _token(house, ["read"], revoked_at=now): 401,
        "dtk_" + "a" * 43: 401,
        "": 401,
        "Bearer": 401,
    }
    for secret, status in cases.items():
        answer = stranger.get("/v1/tasks", headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == status
        assert (answer.headers.get("WWW-Authenticate") == 'Bearer error="invalid_token"') == (status == 401)
    good = next(iter(cases))
    assert stranger.get("/v1/tasks", headers={"Authorization": f"bearer  {good} "}).status_code == 200
    assert stranger.get("/v1/tasks", headers={"Authorization": f"Basic {good}"}).status_code == 401


def test_tokens_are_made_shown_once_and_revoked(house: House, client: TestClient, stranger: TestClient) -> None:
    made = client.post("/v1/tokens", json={"name": "theo-doi", "scopes": ["read", "feed"], "days": 30})
    assert made.status_code == 201 and made.headers["Cache-Control"] == "no-store"
    body = made.json()
    as_it = {"Authorization": f"Bearer {body['secret']}"}
    assert sorted(stranger.get("/v1/session", headers=as_it).json()["scopes"]) == ["feed", "read"]
    listed = client.get("/v1/tokens")
    assert body["secret"] not in listed.text
    mine = next(each for each in listed.json()["items"] if each["id"] == body["token"]["id"])
    assert mine["used_at"] and mine["revoked_at"] is None
    with house.database.reading() as session:
        assert body["secret"] not in str(session.execute(sa.select(tables.Token)).all())
    for _ in range(2):
        assert client.delete(f"/v1/tokens/{mine['id']}").status_code == 204
    assert stranger.get("/v1/session", headers=as_it).status_code == 401


def test_nobody_gives_away_more_than_they_have(house: House, app: FastAPI) -> None:
    modest = client_of(house, app, ["read", "admin"])
    assert modest.post("/v1/tokens", json={"name": "x", "scopes": ["read", "approve"]}).json()["code"] == "forbidden"
    assert modest.post("/v1/tokens", json={"name": "x", "scopes": ["read"]}).status_code == 201
    new = {"name": f"u-{new_id()}", "full_name": "X", "role": "administrator"}
    assert modest.post("/v1/users", json=new).json()["code"] == "forbidden"
    boss = _user(house, "administrator")
    assert modest.post(f"/v1/users/{boss.id}/invitation").json()["code"] == "forbidden", (
        "a password is all that one may"
    )
    change = modest.patch(f"/v1/users/{boss.id}", json={"role": "researcher"}, headers={"If-Match": '"1"'})
    assert change.json()["code"] == "forbidden"


# People


def _user(house: House, role: Role, password: str | None = PASSWORD) -> tables.User:
    with house.database.writing() as session:
        user = accounts.add_user(session, TESTS, name=f"u-{new_id()}", full_name="Nguyễn Văn A", role=role)
        if password:
            accounts.accept(session, accounts.invite(session, TESTS, user), password, None)
        return user


def _browser(house: House, app: FastAPI, user: tables.User) -> TestClient:
    caller = TestClient(app, base_url="http://127.0.0.1", headers=SAME_ORIGIN, follow_redirects=False)
    answer = caller.post("/v1/session", json={"name": user.name, "password": PASSWORD})
    assert answer.status_code == 200
    return caller


def test_people_sign_in_and_out(house: House, app: FastAPI, stranger: TestClient) -> None:
    user = _user(house, "clerk")
    for wrong in (
        {"name": user.name, "password": PASSWORD + "!"},
        {"name": "không-có-ai", "password": PASSWORD},
        {"name": user.name, "password": ""},
        {"name": _user(house, "clerk", password=None).name, "password": ""},
    ):
        answer = stranger.post("/v1/session", json=wrong)
        assert (answer.status_code, answer.json()["code"]) == (401, "wrong-password")
        assert "set-cookie" not in answer.headers

    caller = _browser(house, app, user)
    assert caller.get("/v1/session").json() == {
        "kind": "user",
        "name": user.name,
        "office_id": None,
        "scopes": sorted(ROLES["clerk"]),
    }
    secret = caller.cookies[COOKIE]
    assert caller.get("/").status_code == 200
    assert caller.delete("/v1/session").status_code == 204
    stolen = {"Cookie": f"{COOKIE}={secret}", **SAME_ORIGIN}
    assert stranger.get("/v1/session", headers=stolen).status_code == 401, "the sign-in ended here, not in the browser"
    assert stranger.delete("/v1/session", headers=stolen).status_code == 204, "twice is once"


def test_the_cookie_is_for_the_browser_alone(house: House, app: FastAPI) -> None:
    user = _user(house, "clerk")
    for scheme in ("http", "https"):
        caller = TestClient(app, base_url=f"{scheme}://127.0.0.1", headers=SAME_ORIGIN)
        answer = caller.post("/v1/session", json={"name": user.name.upper(), "password": PASSWORD})
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=lax" in cookie
        assert ("secure" in cookie) == (scheme == "https")
        with house.database.reading() as session:
            assert caller.cookies[COOKIE] not in str(session.execute(sa.select(tables.SignIn)).all())


@pytest.mark.parametrize(
    ("change", "still_in"),
    [
        ({"seen_at": -timedelta(hours=1, minutes=59)}, True),
        ({"seen_at": -accounts.IDLE_LASTS}, False),
        ({"expires_at": timedelta(seconds=30)}, True),
        ({"expires_at": timedelta(0)}, False),
    ],
)
def test_a_sign_in_ends_by_itself(house: House, app: FastAPI, change: dict[str, timedelta], still_in: bool) -> None:
    caller = _browser(house, app, _user(house, "clerk"))
    now = datetime.now(UTC)
    with house.database.writing() as session:
        row = session.get_one(tables.SignIn, tokens.hashed(caller.cookies[COOKIE]))
        for name, away in change.items():
            setattr(row, name, now + away)
    assert caller.get("/v1/session").status_code == (200 if still_in else 401)
    if still_in and "seen_at" in change:
        with house.database.reading() as session:
            assert session.get_one(tables.SignIn, tokens.hashed(caller.cookies[COOKIE])).seen_at >= now, "it is in use"


def test_the_way_in_works_once(house: House, app: FastAPI, client: TestClient, stranger: TestClient) -> None:
    made = client.post("/v1/users", json={"name": f"moi-{new_id()}", "full_name": "Trần Thị B", "role": "approver"})
    assert made.status_code == 201
    user, secret = made.json()["user"], made.json()["invitation"]["secret"]

    def accept(secret: str, password: str) -> Any:
        return stranger.post("/v1/invitation", json={"secret": secret, "password": password}, headers=SAME_ORIGIN)

    for weak in ("ngắn", user["name"]):
        assert accept(secret, weak).json()["code"] == "weak-password", "and the link stays good"
    assert accept("x" * 43, PASSWORD).json()["code"] == "bad-invitation"
    taken = accept(secret, PASSWORD)
    assert taken.status_code == 200 and COOKIE in taken.headers["set-cookie"]
    assert accept(secret, PASSWORD).json()["code"] == "bad-invitation"

    stranger.cookies.clear()
    first, second = (client.post(f"/v1/users/{user['id']}/invitation").json()["secret"] for _ in range(2))
    assert accept(first, PASSWORD).json()["code"] == "bad-invitation", "a new link makes the old one void"
    with house.database.writing() as session:
        session.execute(sa.update(tables.Invitation).values(expires_at=datetime.now(UTC)))
    assert accept(second, PASSWORD).json()["code"] == "bad-invitation"


def test_the_first_way_in_is_made_until_somebody_has_used_it(house: House, stranger: TestClient) -> None:
    """With the database of a first run: nobody there."""
    with house.database.reading() as session:
        somebody = session.scalar(sa.select(tables.User.id).where(tables.User.password.is_not(None)).limit(1))
    assert (accounts.first_way_in(house.database) is None) == (somebody is not None)


def test_who_is_locked_or_changed_is_signed_out(house: House, app: FastAPI, client: TestClient) -> None:
    user = _user(house, "clerk")
    caller = _browser(house, app, user)
    tag = client.get(f"/v1/users/{user.id}").headers["ETag"]

    def change(etag: str | None, **what: Any) -> Any:
        return client.patch(f"/v1/users/{user.id}", json=what, headers={"If-Match": etag} if etag else {})

    assert change(None, active=False).status_code == 428
    assert change('"0"', active=False).status_code == 412
    renamed = change(tag, full_name="Nguyễn Văn Anh")
    assert renamed.json()["full_name"] == "Nguyễn Văn Anh"
    assert caller.get("/v1/session").status_code == 200
    promoted = change(renamed.headers["ETag"], role="approver")
    assert caller.get("/v1/session").status_code == 401, "what one may is told at the sign-in"
    caller = _browser(house, app, user)
    locked = change(promoted.headers["ETag"], active=False)
    assert caller.get("/v1/session").status_code == 401
    assert caller.post("/v1/session", json={"name": user.name, "password": PASSWORD}).status_code == 401
    with house.database.writing() as session:
        link = accounts.invite(session, TESTS, session.get_one(tables.User, user.id))
    assert caller.post("/v1/invitation", json={"secret": link, "password": PASSWORD}).status_code == 403
    assert change(locked.headers["ETag"], active=True).status_code == 200
    assert _browser(house, app, user).get("/v1/session").status_code == 200


def test_the_last_administrator_stays(house: House, app: FastAPI, client: TestClient) -> None:
    with house.database.writing() as session:
        session.execute(sa.update(tables.User).where(tables.User.role == "administrator").values(active=False))
        far = offices.add(session, TESTS, f"Xã xa {new_id()}").id
    one, two = _user(house, "administrator"), _user(house, "administrator")
    of_an_office, without_password = _user(house, "administrator"), _user(house, "administrator", password=None)
    with house.database.writing() as session:
        session.get_one(tables.User, of_an_office.id).office_id = far

    def change(user: tables.User, by: TestClient = client, **what: Any) -> Any:
        tag = client.get(f"/v1/users/{user.id}").headers["ETag"]
        return by.patch(f"/v1/users/{user.id}", json=what, headers={"If-Match": tag})

    with ThreadPoolExecutor(2) as pool:  # each takes the other's rights away, at once
        both = [_browser(house, app, user) for user in (one, two)]
        answers = [pool.submit(change, two, both[0], active=False), pool.submit(change, one, both[1], role="clerk")]
        statuses = sorted(answer.result().status_code for answer in answers)
    assert statuses in ([200, 401], [200, 409]), "one of them is still there"
    with house.database.reading() as session:
        left = session.scalars(accounts._administrators()).one()
    for what in ({"active": False}, {"role": "approver"}):
        answer = change(left, **what)
        assert (answer.status_code, answer.json()["code"]) == (409, "last-administrator")
    assert change(left, full_name="Người cuối cùng").status_code == 200
    assert change(of_an_office, active=False).status_code == 200
    assert change(without_password, role="clerk").status_code == 200


def test_a_name_is_given_once(client: TestClient) -> None:
    new = {"name": f"trung-{new_id()}", "full_name": "X", "role": "clerk"}
    assert client.post("/v1/users", json=new).status_code == 201
    assert client.post("/v1/users", json=new).json()["code"] == "conflict"
    assert client.post("/v1/users", json={**new, "name": "có dấu"}).json()["code"] == "invalid"
    unknown = {**new, "name": f"x-{new_id()}", "office_id": str(NOTHING)}
    assert client.post("/v1/users", json=unknown).json()["code"] == "conflict"
    assert (
        client.post("/v1/tokens", json={"name": "x", "scopes": ["read"], "office_id": str(NOTHING)}).status_code == 409
    )
