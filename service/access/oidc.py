"""Signing in through an OpenID provider: authorization code with PKCE. An option, with a library of its own (extra ``oidc``).

While the browser is away at the provider it keeps one secret in a cookie; state, nonce and the verifier of PKCE are made of
it, so nothing is kept here and no answer fits another browser. Who comes back is known by issuer and subject alone: a name
or an address that somebody has at the provider opens no account that is here already.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from importlib.util import find_spec
from itertools import count
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import httpx2
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.access import accounts
from service.access.actor import ROLES, Role, the_service
from service.problems import Problem
from service.settings import Settings
from service.store import offices
from service.store.fold import fold
from service.store.tables import Office, User

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import OAuth2Client

CALLBACK = "/oidc/callback"
# Signatures by keys of the provider; never by the secret that we share with it, and never none.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
_LEEWAY = 60  # seconds that clocks may differ
_TIMEOUT = 10.0  # seconds
_ME = the_service("OpenID Connect")


class Unusable(Exception):
    """What the operator has set cannot work; the words say why, in both languages."""


def check(settings: Settings) -> None:
    """Raises Unusable. Nothing is asked of the provider, which may be away for a while."""
    if not settings.oidc_issuer:
        return
    if find_spec("authlib") is None:
        raise Unusable(
            "DIRECTIVES_OIDC_ISSUER cần thư viện Authlib: pip install 'directives[oidc]'\n"
            "DIRECTIVES_OIDC_ISSUER needs the library Authlib: pip install 'directives[oidc]'"
        )
    if not settings.oidc_client_id:
        raise Unusable("Thiếu DIRECTIVES_OIDC_CLIENT_ID.\nDIRECTIVES_OIDC_CLIENT_ID is missing.")
    address = urlsplit(settings.oidc_issuer)
    if address.scheme != "https" and address.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise Unusable("DIRECTIVES_OIDC_ISSUER phải là https.\nDIRECTIVES_OIDC_ISSUER has to be https.")
    given = [pair.partition("=")[2] for pair in settings.oidc_roles]
    if settings.oidc_default_role:
        given.append(settings.oidc_default_role)
    for role in given:
        if role not in ROLES:
            raise Unusable(f"Không có vai trò {role!r}.\nThere is no role {role!r}.")


def start(settings: Settings, secret: str, redirect_uri: str, where: str) -> str:
    """The provider's address to send a browser to, which keeps `secret`; `where` it wants to be afterwards.

    Raises Problem("oidc-unavailable").
    """
    provider = _get(_well_known(settings))
    with _client(settings, provider, redirect_uri) as client:
        address, _ = client.create_authorization_url(
            provider["authorization_endpoint"],
            state=_state(secret, where),
            nonce=_made(secret, "nonce"),
            code_verifier=_made(secret, "verifier"),
        )
    return str(address)


def finish(settings: Settings, secret: str, redirect_uri: str, answer: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    """What the provider says of the person whose browser came back with `answer`, and where they wanted to be.

    Raises Problem("oidc-refused"), Problem("oidc-unavailable").
    """
    from authlib.integrations.base_client import OAuthError
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    state = answer.get("state", "")
    where = _decoded(state.partition(".")[2])
    if not secret or not hmac.compare_digest(state.encode(), _state(secret, where).encode()) or "code" not in answer:
        raise Problem("oidc-refused")
    provider = _get(_well_known(settings))
    try:
        with _client(settings, provider, redirect_uri) as client:
            given = client.fetch_token(
                provider["token_endpoint"],
                grant_type="authorization_code",
                code=answer["code"],
                code_verifier=_made(secret, "verifier"),
            )
        keys = KeySet.import_key_set(cast(Any, _get(provider["jwks_uri"])))
        token = jwt.decode(given["id_token"], keys, ALGORITHMS)
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": settings.oidc_issuer},
                "aud": {"essential": True, "value": settings.oidc_client_id},
            },
            params={
                "nonce": _made(secret, "nonce"),
                "client_id": settings.oidc_client_id,
                "access_token": given.get("access_token"),
            },
        )
        claims.validate(leeway=_LEEWAY)
    except httpx2.HTTPError as error:
        raise Problem("oidc-unavailable") from error
    except (OAuthError, JoseError, KeyError, ValueError) as error:
        raise Problem("oidc-refused") from error
    return dict(claims), where


def user_of(session: Session, settings: Settings, claims: Mapping[str, Any]) -> User:
    """The account of a person, made at the first sign-in. Raises Problem("oidc-refused")."""
    subject = f"{settings.oidc_issuer} {claims['sub']}"
    user = session.scalar(sa.select(User).where(User.subject == subject))
    role = _role(settings, claims)
    if user is None:
        return _new(session, settings, claims, subject, role)
    if not user.active:
        raise Problem("oidc-refused", "Tài khoản đã bị khóa.", "The account is locked.")
    if settings.oidc_role_claim and role != user.role:  # the provider says who is what, at each sign-in
        locked = accounts.find(session, user.id, _ME, lock=True)
        assert locked
        accounts.change_user(session, _ME, locked, full_name=None, role=_needed(role), active=None)
    return user


def _new(session: Session, settings: Settings, claims: Mapping[str, Any], subject: str, role: Role | None) -> User:
    office = offices.default(session).id
    if settings.oidc_office_claim:
        name = _claim(claims, settings.oidc_office_claim)
        found = session.scalar(sa.select(Office).where(Office.name == str(name)))
        if found is None:
            raise Problem("oidc-refused", f"Không có văn phòng {name!r}.", f"There is no office {name!r}.")
        office = found.id
    wanted = str(claims.get("preferred_username") or claims.get("email") or claims["sub"])
    plain = re.sub(r"[^a-z0-9._@-]+", "-", fold(wanted)).strip("-._@")[:56] or "oidc"
    names = (plain if n == 1 else f"{plain}-{n}" for n in count(1))
    free = next(name for name in names if not session.scalar(sa.select(User.id).where(User.name == name)))
    full_name = str(claims.get("name") or free).replace("\x00", "")[:200]
    user = accounts.add_user(session, _ME, name=free, full_name=full_name, role=_needed(role), office=office)
    user.subject = subject
    return user


def _role(settings: Settings, claims: Mapping[str, Any]) -> Role | None:
    """The strongest role that the claim names. Nobody becomes an administrator unless the operator maps it so."""
    given = _claim(claims, settings.oidc_role_claim) if settings.oidc_role_claim else None
    values = [str(value) for value in (given if isinstance(given, list) else [given])]
    mapped = dict(pair.partition("=")[::2] for pair in settings.oidc_roles)
    names = {mapped.get(value, value if value != "administrator" else "") for value in values}
    roles: list[Role] = [role for role in ROLES if role in names]
    if not roles:
        return cast(Role, settings.oidc_default_role) if settings.oidc_default_role else None
    return max(roles, key=lambda role: len(ROLES[role]))


def _needed(role: Role | None) -> Role:
    if role is None:
        raise Problem(
            "oidc-refused",
            "Tài khoản của bạn chưa được giao vai trò nào ở đây. Hãy hỏi quản trị viên.",
            "Your account has no role here. Ask an administrator.",
        )
    return role


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, or by its path: "realm_access.roles"."""
    if name in claims:
        return claims[name]
    value: Any = claims
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _well_known(settings: Settings) -> str:
    return settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration"


def _get(address: str) -> dict[str, Any]:
    """Asked for at each sign-in: they are few, and keys change."""
    try:
        answer = httpx2.get(address, timeout=_TIMEOUT)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise Problem("oidc-unavailable") from error
    return found


def _client(settings: Settings, provider: dict[str, Any], redirect_uri: str) -> OAuth2Client:
    from authlib.integrations.httpx_client import OAuth2Client

    method = "none"
    if settings.oidc_client_secret:
        known = provider.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        method = "client_secret_basic" if "client_secret_basic" in known else "client_secret_post"
    return OAuth2Client(
        settings.oidc_client_id,
        settings.oidc_client_secret,
        scope="openid profile email",
        redirect_uri=redirect_uri,
        token_endpoint_auth_method=method,
        code_challenge_method="S256",
        timeout=_TIMEOUT,
    )


def _state(secret: str, where: str) -> str:
    encoded = base64.urlsafe_b64encode(where.encode()).decode()
    return f"{_made(secret, 'state ' + where)}.{encoded}"


def _decoded(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(text.encode()).decode()
    except ValueError:
        return ""


def _made(secret: str, use: str) -> str:
    """A value for one use, which tells nothing of the secret or of the others."""
    digest = hmac.digest(secret.encode(), use.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
