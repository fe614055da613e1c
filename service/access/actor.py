"""Who acts: a person, a program with a token, or the service itself; in which office, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

Scope = Literal[
    "read", "upload", "correct", "approve", "export", "calendar", "search", "feed", "progress", "webhooks", "admin",
]  # fmt: skip
Role = Literal["clerk", "approver", "researcher", "integrator", "administrator"]

SCOPES: frozenset[Scope] = frozenset(get_args(Scope))
ROLES: dict[Role, frozenset[Scope]] = {
    "clerk": frozenset({"read", "upload", "correct", "export", "calendar", "search"}),
    "approver": frozenset({"read", "upload", "correct", "approve", "export", "calendar", "search"}),
    "researcher": frozenset({"read", "export", "calendar", "search"}),
    "integrator": frozenset({"read", "upload", "export", "calendar", "search", "feed", "progress", "webhooks"}),
    "administrator": SCOPES,
}


@dataclass(frozen=True, slots=True)
class Actor:
    """`office` None means all offices."""

    kind: Literal["user", "token", "service"]
    name: str
    id: UUID | None = None
    office: UUID | None = None
    scopes: frozenset[Scope] = frozenset()
    request_id: str | None = None

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes

    def sees(self, office: UUID | None) -> bool:
        return self.office is None or self.office == office


def the_service(name: str) -> Actor:
    """The service acting by itself: its pipeline, the watched folder, a command of the operator."""
    return Actor("service", name, scopes=SCOPES)
