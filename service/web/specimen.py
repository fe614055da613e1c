"""The specimen: an invented directive to try the product with. It is known by its bytes, and marked wherever it is shown."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from service.access.actor import Actor
from service.api.at_hand import AtHand, Uploader
from service.intake.reception import Order
from service.problems import Problem

router = APIRouter()

SPECIMEN = (
    Path(__file__).parents[2] / "corpus" / "demo" / "chi-thi-mau.pdf"
)  # with the sources; not in an installed package


@cache
def sha256() -> str | None:
    return hashlib.sha256(SPECIMEN.read_bytes()).hexdigest() if SPECIMEN.is_file() else None


def at_hand(actor: Actor) -> bool:
    """Whether this actor can load it."""
    return sha256() is not None and actor.may("upload")


@router.post("/specimen")
async def load_specimen(house: AtHand, actor: Uploader) -> RedirectResponse:
    """Hand it in, and begin the tour."""
    if sha256() is None:
        raise Problem("not-found")

    async def content() -> AsyncIterator[bytes]:
        yield SPECIMEN.read_bytes()

    received = await house.reception.receive(content(), SPECIMEN.name, Order(actor))
    return RedirectResponse(f"/?tour={received.document.id}", 303)
