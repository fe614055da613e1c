"""What a request may bring: no body larger than its address has use for, and none that keeps the service waiting."""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.settings import MIB

# A record of a thousand pages has a third of it. Files have a limit of their own, which their routes keep.
LARGEST = 32 * MIB
_FILES = ("/v1/documents", "/v1/documents/batch")


class Bodies:
    """ASGI middleware. `silence`: seconds that a sender may pause."""

    def __init__(self, app: ASGIApp, silence: float) -> None:
        self._app = app
        self._silence = silence

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        counted = scope["path"] not in _FILES
        size, more = 0, True

        async def received() -> Message:
            nonlocal size, more
            if not more:  # from here on the server tells only when the caller has gone
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), self._silence)
            except TimeoutError:
                raise HTTPException(408) from None
            more = message.get("more_body", False)
            size += len(message.get("body", b""))
            if counted and size > LARGEST:
                raise HTTPException(413)
            return message

        await self._app(scope, received, send)
