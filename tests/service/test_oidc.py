"""Signing in through an OpenID provider."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import openid
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from joserfc.jwk import RSAKey
from openid import CLIENT, SECRET, Provider
from starlette.testclient import TestClient

from service import cli
from service.access import accounts, oidc
from service.access.actor import Role, the_service
from service.access.doors import COOKIE
from service.app import create_app
from service.house import House
from service.settings import Settings
from service.store import offices, tables
from service.web.oidc import COOKIE as AWAY
from tests.service.conftest import settings_for

TESTS = the_service("tests")
_people = count(1)
_apps: dict[Settings, FastAPI] = {}


@pytest.fixture(scope="module")
def server() -> Iterator[Provider]:
    with openid.running() as provider:
        yield provider


@pytest.fixture
def provider(server: Provider) -> Provider:
    """Honest, and somebody is at its door whom nobody here knows."""
    n = next(_people)
    server.claims, server.header, server.signing_key, server.broken = {}, {}, None, ""
    server.person = {"sub": f"s-{n}", "preferred_username": f"Nguyễn Văn {n}", "name": f"Nguyễn Văn Thứ {n}"}
    return server


def _browser(house: House, provider: Provider, **given: Any) -> TestClient:
    settings = replace(
        house.settings,
        oidc_issuer=provider.address,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        oidc_default_role="clerk",
    )
    settings = replace(settings, **given)
    if settings not in _apps:
        _apps[settings] = create_app(replace(house, settings=settings))
    return TestClient(
        _apps[settings],
        base_url="http://127.0.0.1",
        headers={"Sec-Fetch-Site": "cross-site"},
        follow_redirects=False,
        raise_server_exceptions=False,
    )


def _away(browser: TestClient, where: str = "/tasks?agency=so%20y%20te") -> str:
    """The browser goes to the provider, which sends it back to this address."""
    away = browser.get("/oidc/start", params={"next": where})
    assert away.status_code == 303, away.text
    back = httpx2.get(away.headers["location"])
    assert back.status_code == 302
    return back.headers["location"]


def _sign_in(browser: TestClient) -> Any:
    return browser.get(_away(browser))


def _user(house: House, provider: Provider) -> tables.User | None:
    with house.database.reading() as session:
        subject = f"{provider.address} {provider.person['sub']}"
        return session.scalar(sa.select(tables.User).where(tables.User.subject == subject))


def test_who_comes_back_is_signed_in(house: House, provider: Provider) -> None:
    browser = _browser(house, provider)
    assert "/oidc/start?next=/" in browser.get("/sign-in").text
    answer = _sign_in(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/tasks?agency=so%20y%20te")
    assert AWAY not in browser.cookies
    n = provider.person["sub"].removeprefix("s-")
    me = browser.get("/v1/session").json()
    assert me["name"] == f"nguyen-van-{n}" and "upload" in me["scopes"] and "admin" not in me["scopes"]
    user = _user(house, provider)
    assert user and (user.full_name, user.role, user.password) == (f"Nguyễn Văn Thứ {n}", "clerk", None)
    with house.database.reading() as session:
        assert user.office_id == offices.default(session).id

    again = _browser(house, provider)
    assert _sign_in(again).status_code == 303
    assert again.get("/v1/session").json() == me, "known by subject, whatever the name has become"
    with house.database.reading() as session:
        told = session.scalars(sa.select(tables.Audit.action).where(tables.Audit.object_id == str(user.id))).all()
    assert list(told) == ["user.create", "user.sign_in", "user.sign_in"]


def test_the_way_there_says_nothing_of_the_secret(house: House, provider: Provider) -> None:
    browser = _browser(house, provider)
    away = browser.get("/oidc/start")
    secret = browser.cookies[AWAY]
    cookie = away.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "path=/oidc/" in cookie
    query = parse_qs(urlsplit(away.headers["location"]).query)
    assert secret not in away.headers["location"] and query["code_challenge_method"] == ["S256"]
    assert len({query[name][0] for name in ("state", "nonce", "code_challenge")}) == 3
    assert query["redirect_uri"] == ["http://127.0.0.1/oidc/callback"]


@pytest.mark.parametrize(
    ("claims", "header"),
    [
        ({"nonce": "another"}, {}),
        ({"nonce": None}, {}),
        ({"aud": "another-client"}, {}),
        ({"aud": [CLIENT, "another"], "azp": "another"}, {}),
        ({"aud": None}, {}),
        ({"iss": "https://elsewhere.example"}, {}),
        ({"iss": None}, {}),
        ({"sub": None}, {}),
        ({"exp": int(time.time()) - 3600}, {}),
        ({"exp": None}, {}),
        ({"iat": None}, {}),
        ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, {}),
        ({}, {"alg": "none"}),
        ({}, {"alg": "HS256"}),
        ({}, {"kid": "unknown"}),
    ],
)
def test_a_token_that_proves_nothing_lets_nobody_in(
    house: House, provider: Provider, claims: dict[str, Any], header: dict[str, Any]
) -> None:
    browser = _browser(house, provider)
    provider.claims, provider.header = claims, header
    answer = _sign_in(browser)
    assert (answer.status_code, answer.json()["code"]) == (403, "oidc-refused")
    assert COOKIE not in browser.cookies and _user(house, provider) is None


def test_a_token_by_another_key_lets_nobody_in(house: House, provider: Provider) -> None:
    provider.signing_key = RSAKey.generate_key(2048, {"kid": "k1"})
    assert _sign_in(_browser(house, provider)).json()["code"] == "oidc-refused"


def test_an_answer_fits_one_browser_once(house: House, provider: Provider) -> None:
    browser, other = (_browser(house, provider) for _ in range(2))
    back = _away(browser)
    refused = other.get(back)
    assert refused.json()["code"] == "oidc-refused", "no cookie"
    _away(other)
    assert other.get(back).json()["code"] == "oidc-refused", "the cookie of another journey"
    state = parse_qs(urlsplit(back).query)["state"][0]
    elsewhere = base64.urlsafe_b64encode(b"https://evil.example").decode()
    for forged in (state[:-1], state.partition(".")[0], f"{state.partition('.')[0]}.{elsewhere}", "", "é.%%%"):
        code = parse_qs(urlsplit(back).query)["code"][0]
        assert browser.get("/oidc/callback", params={"code": code, "state": forged}).status_code == 403
    assert browser.get("/oidc/callback", params={"error": "access_denied", "state": state}).status_code == 403
    assert browser.get(back).status_code == 303
    assert browser.get(back).status_code == 403, "and only once"


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil"])
def test_nobody_is_sent_elsewhere(house: House, provider: Provider, where: str) -> None:
    browser = _browser(house, provider)
    assert browser.get(_away(browser, where)).headers["location"] == "/"


@pytest.mark.parametrize("broken", ["/.well-known/openid-configuration", "/keys"])
def test_a_provider_that_is_away_is_named(house: House, provider: Provider, broken: str) -> None:
    browser = _browser(house, provider)
    back = _away(browser)
    provider.broken = broken
    answer = browser.get(back, headers={"Accept": "text/html"})
    assert answer.status_code == 502 and "Hệ thống định danh không trả lời" in answer.text
    nowhere = _browser(house, provider, oidc_issuer="http://127.0.0.1:9")
    assert nowhere.get("/oidc/start").json()["code"] == "oidc-unavailable"


@pytest.mark.parametrize(
    ("claims", "default", "role"),
    [
        ({}, "", None),
        ({}, "researcher", "researcher"),
        ({"role": "approver"}, "", "approver"),
        ({"role": ["clerk", "approver", "nothing"]}, "", "approver"),
        ({"role": "administrator"}, "", None),
        ({"role": "administrator"}, "clerk", "clerk"),
        ({"role": "lãnh-đạo"}, "", "approver"),
        ({"role": ["quan-tri"]}, "", "administrator"),
        ({"role": None}, "", None),
        ({"role": {"clerk": 1}}, "", None),
    ],
)
def test_roles_are_what_the_claim_says(
    house: House, provider: Provider, claims: dict[str, Any], default: str, role: Role | None
) -> None:
    browser = _browser(
        house,
        provider,
        oidc_role_claim="realm.role",
        oidc_roles=("lãnh-đạo=approver", "quan-tri=administrator"),
        oidc_default_role=default,
    )
    provider.person["realm"] = claims
    answer = _sign_in(browser)
    user = _user(house, provider)
    if role is None:
        assert (answer.status_code, user) == (403, None)
        assert "vai trò" in answer.json()["detail"]
    else:
        assert answer.status_code == 303 and user and user.role == role


def test_the_claim_is_followed_at_each_sign_in(house: House, provider: Provider) -> None:
    given: dict[str, Any] = {"oidc_role_claim": "role", "oidc_default_role": ""}
    provider.person["role"] = "approver"
    first = _browser(house, provider, **given)
    _sign_in(first)
    provider.person["role"] = "clerk"
    second = _browser(house, provider, **given)
    assert _sign_in(second).status_code == 303
    assert "approve" not in second.get("/v1/session").json()["scopes"]
    assert first.get("/v1/session").status_code == 401, "a sign-in of another role ends"
    del provider.person["role"]
    assert _sign_in(_browser(house, provider, **given)).status_code == 403
    assert _sign_in(_browser(house, provider)).status_code == 303, "without a claim, roles are given here"


def test_accounts_that_are_here_are_nobody_elses(house: House, provider: Provider) -> None:
    n = next(_people)
    with house.database.writing() as session:
        local = accounts.add_user(session, TESTS, name=f"sep-{n}", full_name="Sếp", role="administrator")
    provider.person |= {"preferred_username": f"Sep {n}", "email": f"sep-{n}@example"}
    browser = _browser(house, provider)
    assert _sign_in(browser).status_code == 303
    assert browser.get("/v1/session").json()["name"] == f"sep-{n}-2"
    with house.database.reading() as session:
        assert session.get_one(tables.User, local.id).subject is None

    user = _user(house, provider)
    assert user
    with house.database.writing() as session:
        session.get_one(tables.User, user.id).active = False
    locked = _sign_in(_browser(house, provider))
    assert (locked.status_code, "bị khóa" in locked.json()["detail"]) == (403, True)
    assert browser.get("/v1/session").status_code == 401


def test_a_claim_may_name_the_office(house: House, provider: Provider) -> None:
    with house.database.writing() as session:
        office = offices.add(session, TESTS, f"Xã Mẫu {next(_people)}")
    browser = _browser(house, provider, oidc_office_claim="office")
    assert _sign_in(browser).status_code == 403
    provider.person["office"] = office.name
    assert _sign_in(browser).status_code == 303
    assert browser.get("/v1/session").json()["office_id"] == str(office.id)


def test_without_a_provider_there_is_no_such_way(client: TestClient) -> None:
    assert client.get("/oidc/start", follow_redirects=False).status_code == 404
    assert "/oidc/start" not in client.get("/sign-in").text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"oidc_client_id": ""}, "OIDC_CLIENT_ID"),
        ({"oidc_issuer": "http://id.example"}, "https"),
        ({"oidc_default_role": "boss"}, "'boss'"),
        ({"oidc_roles": ("a=boss",)}, "'boss'"),
        ({"oidc_roles": ("a",)}, "''"),
    ],
)
def test_what_cannot_work_is_said_at_the_start(given: dict[str, Any], words: str) -> None:
    good = Settings(oidc_issuer="https://id.example", oidc_client_id="a", oidc_roles=("x=clerk",))
    oidc.check(good)
    oidc.check(replace(good, oidc_issuer="http://127.0.0.1:8080/realms/a"))
    with pytest.raises(oidc.Unusable, match=words):
        oidc.check(replace(good, **given))


def test_a_missing_library_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import argparse

    monkeypatch.setattr(oidc, "find_spec", lambda _: None)
    settings = settings_for(tmp_path, oidc_issuer="https://id.example", oidc_client_id="a")
    assert cli.serve(argparse.Namespace(no_worker=True), settings) == cli.EXIT_USAGE
    assert "pip install 'directives[oidc]'" in capsys.readouterr().err
    oidc.check(Settings())
