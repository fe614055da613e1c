"""What a route asks for by naming its type: the house, and a caller who may do it."""

from typing import Annotated, Any

from fastapi import Depends, Request

from service.access import calendar_token
from service.access.actor import Actor, Scope
from service.house import House
from service.problems import Problem


def _house(request: Request) -> House:
    house: House = request.app.state.house
    return house


AtHand = Annotated[House, Depends(_house)]


def _who(request: Request, challenge: str) -> Actor:
    actor: Actor | None = getattr(request.state, "actor", None)  # the door has looked at token or cookie
    if actor is None:
        raise Problem("unauthenticated", headers={"WWW-Authenticate": challenge})
    return actor


async def _anybody(request: Request) -> Actor:
    return _who(request, "Bearer")


Caller = Annotated[Actor, Depends(_anybody)]  # what they may do, the route says


def needs(scope: Scope, challenge: str = "Bearer") -> Any:
    """The caller, who has to have this scope. Raises Problem("unauthenticated"), Problem("forbidden")."""

    def check(request: Request) -> Actor:
        actor = _who(request, f'{challenge} scope="{scope}"')
        if not actor.may(scope):
            raise Problem(
                "forbidden", headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'}
            )
        return actor

    return Depends(check)


Reader = Annotated[Actor, needs("read")]
Uploader = Annotated[Actor, needs("upload")]
Corrector = Annotated[Actor, needs("correct")]
Approver = Annotated[Actor, needs("approve")]
Exporter = Annotated[Actor, needs("export")]
Subscriber = Annotated[Actor, needs("calendar", f"{calendar_token.CHALLENGE}, Bearer")]
FeedReader = Annotated[Actor, needs("feed")]
Tracker = Annotated[Actor, needs("progress")]
HookKeeper = Annotated[Actor, needs("webhooks")]
Administrator = Annotated[Actor, needs("admin")]
