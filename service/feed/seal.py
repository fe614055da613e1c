"""Signatures of webhooks, as Standard Webhooks has them: who holds the secret can tell that a call is ours, and fresh."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime

from standardwebhooks import Webhook

_SECRET_BYTES = 32


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def headers(signing: Iterable[str], message_id: str, at: datetime, body: str) -> dict[str, str]:
    """The headers of a call at a moment (UTC), signed with each of the secrets."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(message_id, at, body) for secret in signing),
    }
