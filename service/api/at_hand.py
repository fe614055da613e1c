"""What a route asks for by naming its type: the house, and a caller who may do it."""

from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from service.access import subscription_token
from service.access.actor import Actor, Scope
from service.house import House
from service.problems import Problem


async def _house(request: Request) -> House:
    # Not a plain function: those are called on a thread of their own.
    house: House = request.app.state.house
    return house


AtHand = Annotated[House, Depends(_house)]


class _Caller(SecurityBase):
    """Whoever asks, as the door has found by token or cookie; with the scope that is needed. The interface's description
    tells which.

    Raises Problem("unauthenticated"), Problem("forbidden").
    """

    scheme_name = "token"
    model = HTTPBearer(description="Mã truy cập, theo quyền / a token, with scopes")

    def __init__(self, scope: Scope | None = None, challenge: str = "Bearer") -> None:
        self._scope = scope
        self._challenge = f'{challenge} scope="{scope}"' if scope else challenge

    async def __call__(self, request: Request) -> Actor:
        actor: Actor | None = getattr(request.state, "actor", None)
        if actor is None:
            raise Problem("unauthenticated", headers={"WWW-Authenticate": self._challenge})
        if self._scope and not actor.may(self._scope):
            lacking = f'Bearer error="insufficient_scope", scope="{self._scope}"'
            raise Problem("forbidden", headers={"WWW-Authenticate": lacking})
        return actor


def needs(scope: Scope, challenge: str = "Bearer") -> Any:
    """The caller, who has to have this scope."""
    return Security(_Caller(scope, challenge), scopes=[scope])


Caller = Annotated[Actor, Security(_Caller())]  # what they may do, the route says
Reader = Annotated[Actor, needs("read")]
Uploader = Annotated[Actor, needs("upload")]
Corrector = Annotated[Actor, needs("correct")]
Approver = Annotated[Actor, needs("approve")]
Exporter = Annotated[Actor, needs("export")]
CalendarProgram = Annotated[Actor, needs("calendar", f"{subscription_token.challenge('/v1/calendar.ics')}, Bearer")]
FeedProgram = Annotated[Actor, needs("search", f"{subscription_token.challenge('/v1/search.atom')}, Bearer")]
FeedReader = Annotated[Actor, needs("feed")]
Tracker = Annotated[Actor, needs("progress")]
HookKeeper = Annotated[Actor, needs("webhooks")]
Administrator = Annotated[Actor, needs("admin")]
