"""The thread that sends deliveries: it claims webhooks that have something to tell and works through each in order.

Any number of processes may run one. What arrives may arrive twice (the answer got lost, the sender was killed): the same
`webhook-id` says so.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx2
import structlog

from service.feed import deliveries, findings, news, reach, seal, webhooks
from service.feed.deliveries import Outcome, Try
from service.house import House
from service.settings import Settings

AT_ONCE = 20  # webhooks
DRAIN_SECONDS = 3.0  # at the end, for calls under way; one that takes longer is made again
_AFTER_TROUBLE = 5.0  # seconds

log = structlog.get_logger()


class Sender:
    """Started once, stopped once."""

    def __init__(self, house: House) -> None:
        self._name = uuid4().hex
        self._house = house
        self._database = house.database
        self._settings = house.settings
        self._tls = ssl.create_default_context()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="webhooks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let calls under way end, and give all claims back."""
        self._stopping.set()
        self._thread.join()

    def _work(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        # Looking names up takes threads, too, and may take long.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2 * AT_ONCE, "webhooks"))
        busy: set[asyncio.Task[None]] = set()
        while not self._stopping.is_set():
            pause = self._settings.poll_seconds
            try:
                for webhook in await asyncio.to_thread(self._claim, AT_ONCE - len(busy)):
                    task = asyncio.create_task(self._send_all(webhook))
                    busy.add(task)
                    task.add_done_callback(busy.discard)
            except Exception:
                # The database may be away for a while.
                log.exception("webhooks cannot be looked at")
                pause = _AFTER_TROUBLE
            await asyncio.to_thread(self._stopping.wait, pause)
        if busy:
            _, late = await asyncio.wait(busy, timeout=DRAIN_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _send_all(self, webhook: UUID) -> None:
        """Send what a claimed webhook has, until nothing is left that can be sent now."""
        try:
            async with reach.client(self._tls) as client:
                while not self._stopping.is_set() and await asyncio.to_thread(self._line_up, webhook):
                    pass
                while not self._stopping.is_set():
                    tried = await asyncio.to_thread(self._begin, webhook)
                    if tried is None:
                        return
                    outcome = await self._send(client, tried)
                    await asyncio.to_thread(self._end, tried, outcome)
        except Exception:
            log.exception("webhook failed", webhook=str(webhook))  # its lease is the pause
            return
        finally:
            if self._stopping.is_set():
                await asyncio.to_thread(self._give_back, webhook)

    async def _send(self, client: httpx2.AsyncClient, tried: Try) -> Outcome:
        body = await asyncio.to_thread(self._told, tried)
        sealed = seal.headers(
            webhooks.secrets(tried.webhook, tried.at), str(tried.delivery.id), datetime.now(UTC), body
        )
        return await call(client, tried.webhook.url, sealed, body, self._settings)

    # What it does in the database

    def _claim(self, most: int) -> list[UUID]:
        now = datetime.now(UTC)
        with self._database.reading() as session:
            due = deliveries.due(session, now, most) if most else ()
        claimed = []
        for webhook in due:
            with self._database.writing() as session:
                if deliveries.claim(session, webhook, self._name, now):
                    claimed.append(webhook)
        return claimed

    def _line_up(self, webhook: UUID) -> bool:
        return findings.line_up(self._house, webhook, self._name, datetime.now(UTC))

    def _begin(self, webhook: UUID) -> Try | None:
        with self._database.writing() as session:
            return deliveries.begin(session, webhook, self._name, datetime.now(UTC))

    def _told(self, tried: Try) -> str:
        if tried.webhook.search is not None:
            return findings.tell(self._house, tried).model_dump_json()
        with self._database.reading() as session:
            change = news.tell_one(
                session, tried.event, tried.delivery.lead, self._settings, by_lead=tried.webhook.by_lead
            )
        return change.model_dump_json()

    def _end(self, tried: Try, outcome: Outcome) -> None:
        with self._database.writing() as session:
            deliveries.end(session, tried, outcome, datetime.now(UTC))

    def _give_back(self, webhook: UUID) -> None:
        with self._database.writing() as session:
            deliveries.give_back(session, webhook, self._name)


async def call(client: httpx2.AsyncClient, url: str, sealed: dict[str, str], body: str, settings: Settings) -> Outcome:
    """Send a sealed body; what came of it."""
    headers = sealed | {"Content-Type": "application/cloudevents+json; charset=utf-8"}
    try:
        return Outcome.of(await reach.post(client, url, headers, body, settings.webhook_private_hosts))
    except reach.Unreachable as why:
        return Outcome(None, why.code)
