"""The interface keeps its word: whatever is sent, no answer is a 500, and each is one that the OpenAPI document announces.

Every operation is tried with values that its description allows and with values that it forbids, by an administrator and by
a clerk, on both databases. Ids and ETags are real ones as often as not, or little beyond "not found" would ever be answered.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import argon2
import pytest
import schemathesis
import sqlalchemy as sa
from fakes import directive
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from service.access import accounts
from service.access.actor import ROLES, Role, the_service
from service.access.tokens import create_token
from service.app import create_app
from service.feed import reach
from service.house import House
from service.settings import Settings
from service.store import documents, offices, records, tables

SEED = 20261126
# Examples of each operation and each kind of values; most of what a clerk asks for is forbidden.
EXAMPLES: dict[Role, int] = {"administrator": 2, "clerk": 2}
QUICK = settings(deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))


def no_defect(context: Any, response: Any, case: Any) -> None:
    """A 503 of the readiness says what it is asked; a 500 never does."""
    assert response.status_code < 500 or (response.status_code, case.operation.path) == (503, "/v1/health/ready")


CHECKS = [
    no_defect,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
# What parameters of these names are ids of.
KINDS: dict[str, Any] = {
    "document_id": tables.Document.id,
    "document": tables.Document.id,
    "replaces": tables.Document.id,
    "replaced_by": tables.Document.id,
    "job_id": tables.Job.id,
    "task_id": tables.Task.id,
    "webhook_id": tables.Webhook.id,
    "delivery_id": tables.Delivery.id,
    "user_id": tables.User.id,
    "office": tables.Office.id,
    "office_id": tables.Office.id,
    "agency_id": tables.Agency.agency_id,
    "agency": tables.Agency.name,
    "number": tables.Document.number,
}


async def _nowhere(url: str, private_hosts: Any) -> list[str]:
    """Nobody is called."""
    raise reach.Unreachable("unresolved")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[House]:
    """One with something of everything in it."""
    cheap = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # passwords of tests are worth no work
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_hasher", cheap)
        patch.setattr(reach, "checked", _nowhere)
        limits = {"rate_per_minute": 10**6, "sign_ins_per_minute": 10**6, "upload_bytes": 100_000}
        data = tmp_path_factory.mktemp("schema")
        opened = House.open(
            Settings(data=data, database_url=database_url, allowed_hosts=("testserver",), **limits), work=False
        )
        for number in range(4):
            _put(opened, f"số {number}".encode(), number)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def app(house: House) -> FastAPI:
    return create_app(house)


def _put(house: House, content: bytes, number: int) -> None:
    """A document: read, or read and approved (1), or of no use (3)."""
    record = directive(content.decode(), number=f"{number}/CT-UBND", lead="Sở Y tế")
    us = the_service("tests")
    with house.database.writing() as session:
        document = documents.add(
            session,
            actor=us,
            office=offices.default(session).id,
            sha256=house.originals.put(content),
            file_name="chỉ thị.txt",
            media_type="text/plain",
            size=len(content),
        )
        job = documents.add_job(session, document, priority=documents.BULK)
        job.finished_at = document.received_at
        if number == 3:
            job.state, job.error_code, job.error_message, job.error_message_en = "failed", "damaged-file", "Hỏng", "Bad"
            return
        job.state = "succeeded"
        records.keep_reading(session, document, record, pipeline_version="1", job_id=job.id)
        session.flush()
        if number == 1:
            records.approve(session, document, us)


def _token(house: House, role: Role) -> str:
    with house.database.writing() as session:
        return create_token(session, the_service("tests"), f"own-{role}", sorted(ROLES[role]), None, None)[0]


class Hand:
    """Puts real ids and tags where others were made up, now and then."""

    def __init__(self, house: House, client: TestClient) -> None:
        self._house = house
        self._client = client
        self._chance = random.Random(SEED)

    def guide(self, case: Any) -> None:
        for place, values in (
            (ParameterLocation.PATH, case.path_parameters),
            (ParameterLocation.QUERY, case.query),
            (ParameterLocation.BODY, case.body),
        ):
            part = case.meta.components.get(place) if case.meta else None
            # What is wrong on purpose stays wrong.
            if not isinstance(values, dict) or (part and part.mode is GenerationMode.NEGATIVE):
                continue
            for name in values:
                if self._chance.random() < 0.7 and (known := self._ids(name)):
                    values[name] = self._chance.choice(known)
        if isinstance(case.query, dict) and "wait" in case.query:
            case.query["wait"] = 0  # nobody has half a minute
        if case.operation.method.upper() in ("PUT", "PATCH", "POST") and self._chance.random() < 0.7:
            path = case.operation.path.removesuffix("/approval").removesuffix("/record")
            known = case.path_parameters or {}
            where = path.format(**known) if "{" in path and known else ""
            for address in (where + "/record", where) if where.startswith("/v1/") else ():
                if "/" not in str(next(iter(known.values()))) and (
                    tag := self._client.get(address).headers.get("etag")
                ):
                    case.headers = {**(case.headers or {}), "If-Match": tag}
                    break

    def _ids(self, name: str) -> list[str]:
        with self._house.database.reading() as session:
            if name == "token_id":  # those that we come in with stay good
                query = sa.select(tables.Token.id).where(tables.Token.name.not_like("own-%"))
            elif name in KINDS:
                query = sa.select(KINDS[name]).distinct().order_by(KINDS[name]).limit(20)
            else:
                return []
            return [str(value) for value in session.scalars(query) if value]


@pytest.mark.parametrize("role", EXAMPLES)
def test_every_answer_is_as_announced(house: House, app: FastAPI, role: Role) -> None:
    token = _token(house, role)
    everything = _token(house, "administrator")
    client = TestClient(app, headers={"Authorization": f"Bearer {everything}"})
    hand = Hand(house, client)
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    faults: dict[str, str] = {}
    tried = 0

    def try_one(case: Any) -> None:
        nonlocal tried
        tried += 1
        hand.guide(case)
        try:
            case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)
        except FailureGroup as group:
            group.add_note(f"asked: {case.path_parameters} {case.query} {case.body}")
            raise

    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @settings(QUICK, max_examples=EXAMPLES[role])
            @seed(SEED)
            @given(case=operation.as_strategy(generation_mode=mode))
            def run(case: Any) -> None:
                try_one(case)

            try:
                run()
            except Unsatisfiable:  # nothing can be sent that it forbids
                assert mode is GenerationMode.NEGATIVE, operation.label
            except FailureGroup as group:
                for failure in group.exceptions:
                    faults[f"{operation.label} {mode.value}: {failure.title}"] = f"{failure}\n{group.__notes__}"
    assert tried > 200
    assert not faults, "\n\n".join(f"{where}\n{what}" for where, what in faults.items())
