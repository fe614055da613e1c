"""Whole services, over both databases."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import postgres
import pytest
import structlog


@pytest.fixture(scope="module", autouse=True)
def only_faults_are_logged() -> Iterator[None]:
    """Thousands of requests are made here; the log tells what went wrong."""
    before = structlog.get_config()
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
    )
    yield
    structlog.configure(**before)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A new, empty database of each kind."""
    return "" if request.param == "sqlite" else postgres.fresh(request.module.__name__)
