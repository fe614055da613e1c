"""What a route asks for by naming its type."""

from typing import Annotated

from fastapi import Depends, Request

from service.house import House


def _house(request: Request) -> House:
    house: House = request.app.state.house
    return house


AtHand = Annotated[House, Depends(_house)]
