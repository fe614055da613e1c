"""The number of the newest change, for those who wait for the next."""

from __future__ import annotations

import asyncio
import time

from service.store import changes
from service.store.database import Database

LOOK_EVERY = 0.25  # seconds


class Tide:
    """Looks at the database a few times a second, however many wait, and not at all while nobody does."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._number = 0
        self._stale_at = 0.0

    async def beyond(self, number: int, until: float) -> bool:
        """Wait for a change after this one, not longer than `until` on the monotonic clock; whether there is one."""
        while (await self._newest()) <= number:
            left = until - time.monotonic()
            if left <= 0:
                return False
            await asyncio.sleep(min(LOOK_EVERY, left))
        return True

    async def _newest(self) -> int:
        now = time.monotonic()
        if now >= self._stale_at:
            self._stale_at = now + LOOK_EVERY  # before the look: the others go on with what was seen last
            self._number = await asyncio.to_thread(self._look)
        return self._number

    def _look(self) -> int:
        with self._database.reading() as session:
            return changes.last(session)
