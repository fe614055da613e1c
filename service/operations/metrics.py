"""What a Prometheus server is told.

What the whole service counts lies in the database and is read at each scrape, so any of several processes answers for all;
requests are counted by the process that answers them.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, SummaryMetricFamily
from prometheus_client.metrics_core import Metric
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from extractor.record import SCHEMA_VERSION
from service.operations import state
from service.operations.state import State
from service.settings import Settings
from service.store.database import Database
from service.version import VERSION

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_ENDS = ("succeeded", "partial", "cancelled")


class Metrics:
    """The measures of one process."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)
        labels = ("method", "route", "status")
        self.requests = Counter(
            "directives_http_requests", "Requests that were answered.", labels, registry=self._registry
        )
        self.seconds = Histogram(
            "directives_http_request_seconds",
            "From a request's head to the end of its answer.",
            labels[:2],
            buckets=_BUCKETS,
            registry=self._registry,
        )

    def text(self) -> bytes:
        """Everything, in Prometheus's text format."""
        return generate_latest(self._registry)

    def describe(self) -> Iterator[Metric]:
        """Nothing is promised beforehand: registering looks at no database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily(
            "directives_build",
            "What runs here.",
            {"version": VERSION, "record_schema": SCHEMA_VERSION, "python": platform.python_version()},
        )
        yield GaugeMetricFamily(
            "directives_disk_free_bytes", "Free space for the data folder.", state.disk_free(self._settings)
        )
        try:
            with self._database.reading() as session:
                now = state.look(session, self._settings)
        except SQLAlchemyError:
            now = None
        yield GaugeMetricFamily(
            "directives_database_up", "1 while the database answers; 0: what is counted in it is missing.", bool(now)
        )
        if now:
            yield from _of_all(now)


def _of_all(now: State) -> Iterator[Metric]:
    queue = GaugeMetricFamily("directives_jobs", "Jobs that have not ended.", labels=["state"])
    queue.add_metric(["queued"], now.queued)
    queue.add_metric(["running"], now.running)
    yield queue
    yield GaugeMetricFamily(
        "directives_oldest_queued_seconds", "How long the oldest waiting job has waited.", now.oldest_queued
    )
    yield GaugeMetricFamily("directives_workers", "Workers that give signs of life.", now.workers)
    ended = CounterMetricFamily("directives_documents", "Readings that ended.", labels=["state", "code"])
    stages = SummaryMetricFamily("directives_stage_seconds", "Seconds of a reading's stages.", labels=["stage"])
    for (name, label), value in sorted(now.counts.items()):
        if name == "ended":
            ended.add_metric([label, ""] if label in _ENDS else ["failed", label], value)
        elif name == "seconds":
            stages.add_metric([label], int(now.counts.get(("readings", label), 0)), value)
    yield ended
    yield stages
    yield CounterMetricFamily("directives_pages", "Pages that were read.", value=now.counts.get(("pages", ""), 0))
    yield GaugeMetricFamily("directives_feed_last_sequence", "Number of the newest change.", now.last_change)
    yield GaugeMetricFamily("directives_webhook_undelivered", "Deliveries that have not arrived.", now.undelivered)
    yield GaugeMetricFamily(
        "directives_webhook_lag_seconds", "Age of the oldest delivery that has not arrived.", now.oldest_undelivered
    )
    yield GaugeMetricFamily(
        "directives_webhooks_switched_off", "Webhooks that their receivers' failures switched off.", now.webhooks_off
    )


class Measured:
    """ASGI middleware that counts and times requests, by the route that they are for and never by address."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()
        status = 0

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sent)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = getattr(scope.get("route"), "path", "other")
            self._metrics.requests.labels(method, route, status).inc()
            self._metrics.seconds.labels(method, route).observe(time.monotonic() - began)
