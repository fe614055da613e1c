"""The web application: the public interface, the pages, and the door in front of both."""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from extractor.errors import DirectiveError
from service.access.bodies import Bodies
from service.access.doors import LOCAL_HOSTS, Doors
from service.access.idempotency import Idempotency
from service.api import (
    access,
    agencies,
    changes,
    citations,
    comparison,
    deadlines,
    description,
    documents,
    edits,
    exports,
    health,
    jobs,
    research,
    saved_filters,
    search,
    subscription_links,
    targets,
    tasks,
    webhooks,
    words,
)
from service.feed.tide import Tide
from service.house import House
from service.operations.metrics import Measured, Metrics
from service.patience import passing
from service.problems import Problem
from service.settings import Settings
from service.version import VERSION
from service.web import access as web_access
from service.web import admin as web_admin
from service.web import documents as web_documents
from service.web import help as web_help
from service.web import inbox, pages, review, specimen
from service.web import oidc as web_oidc
from service.web import search as web_search
from service.web import study as web_study
from service.web import tasks as web_tasks

log = structlog.get_logger()


def create_app(house: House) -> FastAPI:
    """The application over an open house, which its opener closes."""
    app = FastAPI(
        title="Bóc tách văn bản chỉ đạo",
        version=VERSION,
        description=description.TEXT,
        docs_url=None,  # the stock pages load their scripts from elsewhere; ours is at /docs
        redoc_url=None,
        generate_unique_id_function=_operation_id,
    )
    app.state.house = house
    app.state.metrics = metrics = Metrics(house.database, house.settings)
    app.state.tide = Tide(house.database)
    for resource in (
        documents,
        words,
        edits,
        jobs,
        tasks,
        citations,
        targets,
        comparison,
        saved_filters,
        search,
        exports,
        research,
        subscription_links,
        changes,
        webhooks,
        agencies,
        deadlines,
        access,
        health,
    ):
        app.include_router(resource.router)
    for part in (
        inbox,
        specimen,
        web_documents,
        review,
        web_tasks,
        web_search,
        web_study,
        web_admin,
        web_help,
        web_access,
    ):
        app.include_router(part.router, include_in_schema=False)
    app.include_router(health.measures, include_in_schema=False)
    if house.settings.oidc_issuer:
        app.include_router(web_oidc.router, include_in_schema=False)
    app.mount("/static", pages.static())
    _answer_errors(app)
    description.describe(app)
    app.add_middleware(Idempotency, database=house.database)
    app.add_middleware(Bodies, silence=house.settings.silence_seconds)
    app.add_middleware(Doors, hosts=_hosts(house.settings), database=house.database, settings=house.settings)
    app.add_middleware(Measured, metrics=metrics)
    return app


def _hosts(settings: Settings) -> Iterable[str]:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return {*LOCAL_HOSTS, host, *settings.allowed_hosts}


def _operation_id(route: APIRoute) -> str:
    return route.name


def _answer_errors(app: FastAPI) -> None:
    def answer(request: Request, problem: Problem) -> Response:
        if pages.wants_page(request):
            return pages.show_problem(request, problem)
        return problem.answer(instance=request.url.path, request_id=request.state.request_id)

    @app.exception_handler(Problem)
    async def _problem(request: Request, error: Problem) -> Response:
        return answer(request, error)

    @app.exception_handler(DirectiveError)
    async def _refused(request: Request, error: DirectiveError) -> Response:
        return answer(request, Problem.of(error))

    @app.exception_handler(SQLAlchemyError)
    @app.exception_handler(OSError)
    async def _lacking(request: Request, error: Exception) -> Response:
        if not passing(error):
            raise error
        log.warning("cannot answer now", path=request.url.path, why=type(error).__name__)
        return answer(request, Problem.of_lack(error))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        return answer(request, Problem.of_status(error.status_code, dict(error.headers or {})))

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        errors = [
            {"field": ".".join(map(str, wrong["loc"])), "message_en": wrong["msg"], "type": wrong["type"]}
            for wrong in error.errors()
        ]
        return answer(request, Problem("invalid", errors=errors))
