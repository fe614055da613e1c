"""Webhooks, told to a real receiver: signed, in order, again when need be, and never into the own network."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from conftest import Json, client_of, put, settings_for
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fakes import directive
from fastapi import FastAPI
from receiver import Receiver
from standardwebhooks.webhooks import WebhookVerificationError
from starlette.testclient import TestClient

from service.access.actor import SCOPES, the_service
from service.app import create_app
from service.feed import deliveries, reach, sender, webhooks
from service.feed.deliveries import GIVE_UP, Outcome, Try
from service.feed.sender import Sender
from service.house import House
from service.search import index
from service.store import changes, offices, records
from service.store.ids import new_id
from service.store.tables import Delivery, Document, Event, Met, Webhook

US = the_service("tests")
MINUTE = timedelta(minutes=1)
OK, BAD, AWAY = Outcome.of(204), Outcome.of(500), Outcome(None, "unreachable")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[House]:
    allowed = ("127.0.0.1", "receiver.test", "localhost", "nobody.test")
    settings = settings_for(tmp_path_factory.mktemp("data"), database_url=database_url, webhook_private_hosts=allowed)
    opened = House.open(settings, work=False)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def app(house: House) -> FastAPI:
    return create_app(house)


@pytest.fixture(autouse=True)
def _no_webhooks_of_others(house: House) -> None:
    with house.database.writing() as session:
        session.execute(sa.delete(Webhook))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    opened = Receiver()
    yield opened
    opened.close()


@pytest.fixture
def senders(house: House) -> Iterator[Callable[..., Sender]]:
    """Starts a sender; all are stopped at the end."""
    started: list[Sender] = []

    def start() -> Sender:
        started.append(Sender(house))
        started[-1].start()
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of milliseconds."""
    monkeypatch.setattr(deliveries, "PAUSES", [timedelta(milliseconds=20)] * 3 + [timedelta(milliseconds=300)])


@pytest.fixture
def document(house: House) -> UUID:
    return put(house, directive(f"hooked {new_id()}", number="5/CT-UBND", lead="Sở Y tế"))


def _change(house: House, document: UUID, times: int = 1) -> list[int]:
    """Change a document several times; the numbers of the changes."""
    with house.database.writing() as session:
        before = changes.last(session)
        for _ in range(times):
            changes.of_document(session, "document.corrected", session.get_one(Document, document))
    with house.database.reading() as session:
        return [event.seq for event in changes.page(session, after=before, limit=times)]


def _hook(client: TestClient, url: str, **given: Any) -> tuple[str, str]:
    """Id and secret of a new webhook."""
    answer = client.post("/v1/webhooks", json={"url": url, **given})
    assert answer.status_code == 201, answer.text
    return answer.json()["webhook"]["id"], answer.json()["secret"]


def _look(client: TestClient, hook: str) -> Json:
    found: Json = client.get(f"/v1/webhooks/{hook}").json()
    return found


def _deliveries(client: TestClient, hook: str, **query: Any) -> list[Json]:
    """The deliveries, oldest first."""
    items: list[Json] = client.get(f"/v1/webhooks/{hook}/deliveries", params={"limit": 200, **query}).json()["items"]
    return items[::-1]


def _change_hook(client: TestClient, hook: str, **given: Any) -> Any:
    etag = client.get(f"/v1/webhooks/{hook}").headers["ETag"]
    return client.patch(f"/v1/webhooks/{hook}", json=given, headers={"If-Match": etag})


def _until(true: Callable[[], Any]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def _settled(client: TestClient, hook: str) -> list[Json]:
    """The deliveries when none waits any more."""
    _until(lambda: not _deliveries(client, hook, state="waiting") and _deliveries(client, hook))
    return _deliveries(client, hook)


# What arrives


def test_changes_arrive_signed_and_in_order(
    house: House, client: TestClient, receiver: Receiver, senders: Any, document: UUID
) -> None:
    hook, secret = _hook(client, receiver.url())
    numbers = _change(house, document, 30)
    senders()
    calls = receiver.wait_for(30)
    assert [call.sequence for call in calls] == numbers
    assert len({call.id for call in calls}) == 30 and receiver.most_at_once == 1
    settled = _settled(client, hook)
    assert [row["id"] for row in settled] == [call.id for call in calls]
    assert all((row["state"], row["attempts"], row["status"]) == ("delivered", 1, 204) for row in settled)
    call = calls[0]
    assert call.path == "/hook" and call.headers["content-type"].startswith("application/cloudevents+json")
    event = call.verified(secret)
    feed = client.get("/v1/changes", params={"after": numbers[0] - 1, "limit": 1}).json()["items"]
    assert [event] == feed, "the same in the feed and in a call"
    with pytest.raises(WebhookVerificationError):
        call.verified(client.post("/v1/webhooks", json={"url": receiver.url()}).json()["secret"])


def test_types_and_leads_are_chosen(
    house: House, client: TestClient, receiver: Receiver, senders: Any, document: UUID
) -> None:
    hook, _ = _hook(client, receiver.url(), types=["task.created"], by_lead=True)
    record = directive(f"leads {new_id()}", number="6/CT-UBND", lead="Sở Y tế", tasks=1)
    task = record.tasks[0]
    two = task.model_copy(
        update={"assignments": (task.assignments[0].model_copy(update={"agency": "Sở Công Thương"}), *task.assignments)}
    )
    put(house, record.model_copy(update={"tasks": (two,)}))
    senders()
    calls = receiver.wait_for(2)
    assert [call.event["data"]["lead"] for call in calls] == ["Sở Công Thương", "Sở Y tế"]
    assert [row["lead"] for row in _settled(client, hook)] == ["Sở Công Thương", "Sở Y tế"]
    assert {call.event["type"] for call in calls} == {"vn.directives.task.created"}
    assert _look(client, hook)["after"] == client.get("/v1/changes/last").json()["last"]


def test_an_office_is_told_of_its_own_changes(
    house: House, app: FastAPI, client: TestClient, receiver: Receiver, senders: Any, document: UUID
) -> None:
    with house.database.writing() as session:
        office = offices.add(session, US, f"Văn phòng {new_id()}").id
    theirs = client_of(house, app, SCOPES, office)
    hook, _ = _hook(theirs, receiver.url())
    assert _look(theirs, hook)["office_id"] == str(office)
    _change(house, document)
    own = put(house, directive(f"own {new_id()}", number="7/CT-UBND", lead="Sở Y tế"), office)
    senders()
    assert {call.event["data"]["document_id"] for call in receiver.wait_for(5)} == {str(own)}
    with house.database.writing() as session:
        other = offices.add(session, US, f"Văn phòng {new_id()}").id
    stranger = client_of(house, app, SCOPES, other)
    assert stranger.get("/v1/webhooks").json()["items"] == []
    assert client.get("/v1/webhooks").json()["items"][0]["id"] == hook
    delivery = _settled(theirs, hook)[0]["id"]
    for method, path in (
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/secret"),
        ("POST", "/test"),
        ("GET", "/deliveries"),
        ("POST", f"/deliveries/{delivery}/send-again"),
    ):
        answer = stranger.request(method, f"/v1/webhooks/{hook}{path}", json={} if method == "PATCH" else None)
        assert answer.status_code == 404, (method, path)
    assert stranger.post("/v1/webhooks", json={"url": receiver.url(), "office_id": str(office)}).status_code == 403


def test_a_webhook_begins_where_its_tracker_has_looked(
    house: House, client: TestClient, receiver: Receiver, senders: Any, document: UUID
) -> None:
    last = client.get("/v1/changes/last").json()["last"]
    numbers = _change(house, document, 2)
    _hook(client, receiver.url(), after=last)
    senders()
    assert [call.sequence for call in receiver.wait_for(2)] == numbers
    answer = client.post("/v1/webhooks", json={"url": receiver.url(), "after": 2**52})
    assert (answer.status_code, answer.json()["code"]) == (410, "unknown-change")


def test_a_long_backlog_is_taken_up_in_portions(
    house: House, client: TestClient, receiver: Receiver, document: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "AHEAD", 3)
    hook, _ = _hook(client, receiver.url())
    numbers = _change(house, document, 10)
    clock = Clockwork(house, hook)
    assert clock.next() and len(clock.states()) == 3
    clock.now += deliveries.LEASE
    clock.run(timedelta(hours=1), lambda _: OK)
    assert [number for number, _ in clock.tried] == numbers


# What does not arrive at first


def test_a_failure_is_tried_again_with_the_same_id_while_the_others_wait(
    house: House, client: TestClient, receiver: Receiver, senders: Any, document: UUID, quick: None
) -> None:
    hook, secret = _hook(client, receiver.url())
    receiver.answers.extend([500, 503])
    numbers = _change(house, document, 3)
    senders()
    calls = receiver.wait_for(5)
    assert [call.sequence for call in calls] == [numbers[0]] * 3 + numbers[1:]
    assert len({call.id for call in calls[:3]}) == 1
    for call in calls[:3]:
        call.verified(secret)
    settled = _settled(client, hook)
    assert [row["attempts"] for row in settled] == [3, 1, 1] and _look(client, hook)["failing_since"] is None


def test_one_event_that_is_never_taken_steps_aside(
    house: House, client: TestClient, receiver: Receiver, senders: Any, document: UUID, quick: None
) -> None:
    hook, _ = _hook(client, receiver.url())
    numbers = _change(house, document, 6)
    receiver.judge = lambda call: 400 if call.sequence == numbers[1] else 200
    senders()
    _until(lambda: len([c for c in receiver.calls if c.sequence != numbers[1]]) == 5)
    taken = [call.sequence for call in receiver.calls if call.sequence != numbers[1]]
    assert taken == [numbers[0], *numbers[2:]]
    (stuck,) = _deliveries(client, hook, state="waiting")
    assert (stuck["sequence"], stuck["status"], stuck["error"]["code"]) == (numbers[1], 400, "status")
    assert stuck["attempts"] >= deliveries.ASIDE and stuck["next_at"] and stuck["error"]["message_en"]
    receiver.judge = None
    assert [row["state"] for row in _settled(client, hook)] == ["delivered"] * 6


@pytest.mark.parametrize(
    ("status", "code"), [(302, "redirect"), (307, "redirect"), (404, "status"), (429, "status"), (500, "status")]
)
def test_what_counts_as_not_arrived(client: TestClient, receiver: Receiver, status: int, code: str) -> None:
    hook, _ = _hook(client, receiver.url())
    receiver.answers.append(status)
    answer = client.post(f"/v1/webhooks/{hook}/test").json()
    assert (answer["state"], answer["status"], answer["error"]["code"]) == ("failed", status, code)
    assert [call.path for call in receiver.calls] == ["/hook"], "a redirect is not followed"


def test_an_answer_of_410_switches_off_and_says_so(
    house: House, client: TestClient, receiver: Receiver, senders: Any, document: UUID, capsys: Any
) -> None:
    hook, _ = _hook(client, receiver.url())
    receiver.answers.append(410)
    numbers = _change(house, document, 2)
    senders()
    _until(lambda: not _look(client, hook)["active"])
    off = _look(client, hook)
    assert off["switched_off_at"] and off["switched_off_why"]["code"] == "gone" and off["version"] == 2
    assert off["switched_off_why"]["message"] and off["switched_off_why"]["message_en"]
    entries = client.get("/v1/audit", params={"object_id": hook}).json()["items"]
    assert [entry["action"] for entry in entries] == ["webhook.switch_off", "webhook.create"]
    assert entries[0]["actor_kind"] == "service" and entries[0]["after"]["why"] == "gone"
    assert "webhook switched off" in capsys.readouterr().out
    assert [call.sequence for call in receiver.calls] == numbers[:1], "and nothing more is sent"

    assert _change_hook(client, hook, active=True).status_code == 200
    assert [call.sequence for call in receiver.wait_for(3)[1:]] == numbers, "from where it was"
    assert _look(client, hook)["switched_off_why"] is None


def test_a_webhook_goes_on_from_where_it_was_or_from_now(
    house: House, client: TestClient, receiver: Receiver, senders: Any, document: UUID
) -> None:
    kept, _ = _hook(client, receiver.url("127.0.0.1"))
    now, _ = _hook(client, receiver.url("127.0.0.1") + "/now")
    for hook in (kept, now):
        assert _change_hook(client, hook, active=False).json()["switched_off_why"]["code"] == "by-hand"
    missed = _change(house, document, 2)
    for hook, resume in ((kept, "kept"), (now, "now")):
        assert _change_hook(client, hook, active=True, resume=resume).json()["active"]
    fresh = _change(house, document)
    senders()
    calls = receiver.wait_for(4)
    assert [call.sequence for call in calls if call.path == "/hook"] == [*missed, *fresh]
    assert [call.sequence for call in calls if call.path == "/hook/now"] == fresh


def test_what_has_arrived_or_failed_is_sent_again_by_hand(
    house: House, client: TestClient, receiver: Receiver, senders: Any, document: UUID
) -> None:
    hook, secret = _hook(client, receiver.url())
    _change(house, document)
    senders()
    (first,) = receiver.wait_for(1)
    (row,) = _settled(client, hook)
    again = f"/v1/webhooks/{hook}/deliveries/{row['id']}/send-again"
    assert client.post(again).status_code == 202
    assert receiver.wait_for(2)[1].id == first.id
    assert receiver.calls[1].verified(secret) == first.event
    _settled(client, hook)
    entries = client.get("/v1/audit", params={"object_id": row["id"]}).json()["items"]
    assert [(entry["action"], entry["before"]["state"]) for entry in entries] == [("webhook.send_again", "delivered")]
    _change_hook(client, hook, active=False)
    assert client.post(again).json()["code"] == "conflict"
    assert client.post(f"/v1/webhooks/{hook}/deliveries/{new_id()}/send-again").status_code == 404
    test = client.post(f"/v1/webhooks/{hook}/test").json()
    assert test["state"] == "delivered", "a switched-off one can be tried"
    assert client.post(f"/v1/webhooks/{hook}/deliveries/{test['id']}/send-again").status_code == 409


# Two days in a moment: what senders do in the database, with a clock of the test's own


class Clockwork:
    """A sender without thread and network: one webhook, moments that pass at once, answers that are given."""

    def __init__(self, house: House, hook: str) -> None:
        self.database, self.hook, self.now = house.database, UUID(hook), datetime.now(UTC)
        self.tried: list[tuple[int | None, timedelta]] = []
        self.start = self.now

    def next(self, name: str = "one") -> Try | None:
        with self.database.writing() as session:
            if self.hook not in deliveries.due(session, self.now, 10):
                return None
            assert deliveries.claim(session, self.hook, name, self.now)
        with self.database.writing() as session:
            return deliveries.begin(session, self.hook, name, self.now)

    def run(self, until: timedelta, answer: Callable[[int | None], Outcome]) -> None:
        """Work until so long after the start, looking once a second or when something is due."""
        while self.now < self.start + until:
            tried = self.next()
            if tried is None:
                self.now = min(self._something_is_due(), self.start + until)
                continue
            self.tried.append((tried.delivery.seq, self.now - self.start))
            self.now += timedelta(seconds=1)
            with self.database.writing() as session:
                deliveries.end(session, tried, answer(tried.delivery.seq), self.now)
                deliveries.give_back(session, self.hook, "one")

    def _something_is_due(self) -> datetime:
        with self.database.reading() as session:
            waiting = sa.select(sa.func.min(Delivery.next_at)).where(
                Delivery.webhook_id == self.hook, Delivery.state == "waiting", Delivery.next_at > self.now
            )
            at = session.scalar(waiting)
        return at or datetime.max.replace(tzinfo=UTC)

    def row(self) -> Webhook:
        with self.database.reading() as session:
            return session.get_one(Webhook, self.hook)

    def states(self) -> dict[int | None, str]:
        with self.database.reading() as session:
            rows = session.scalars(sa.select(Delivery).where(Delivery.webhook_id == self.hook).order_by(Delivery.seq))
            return {row.seq: row.state for row in rows}


def test_a_receiver_that_is_away_is_asked_ever_more_rarely_and_switched_off_after_two_days(
    house: House, client: TestClient, receiver: Receiver, document: UUID
) -> None:
    hook, _ = _hook(client, receiver.url())
    numbers = _change(house, document, 12)
    clock = Clockwork(house, hook)
    clock.run(3 * GIVE_UP, lambda _: AWAY)
    tries = [at for _, at in clock.tried]
    assert clock.row().switched_off_why == "failing" and GIVE_UP <= tries[-1] <= GIVE_UP + MINUTE
    assert len(tries) < 60, "as if nothing but the three oldest were there"
    assert {number for number, _ in clock.tried} == set(numbers[: deliveries.MOST_ASIDE])
    pauses = [b - a for a, b in pairwise(tries)]
    assert sum(pauses[:8], timedelta()) < sum(pauses[-8:], timedelta())
    assert set(clock.states().values()) == {"waiting"}, "nothing is lost"

    assert _change_hook(client, hook, active=True).json()["failing_since"] is None
    clock.tried.clear()
    clock.run(4 * GIVE_UP, lambda _: OK)
    assert [number for number, _ in clock.tried] == numbers, "in order, when it is switched on again"
    assert set(clock.states().values()) == {"delivered"}


def test_a_receiver_that_comes_back_gets_all_at_once_in_order(
    house: House, client: TestClient, receiver: Receiver, document: UUID
) -> None:
    hook, _ = _hook(client, receiver.url())
    numbers = _change(house, document, 8)
    clock = Clockwork(house, hook)
    clock.run(timedelta(hours=5), lambda _: AWAY)
    assert clock.row().active and clock.row().failing_since
    clock.tried.clear()
    clock.run(timedelta(hours=12), lambda _: OK)
    first = clock.tried[0][0]
    assert [number for number, _ in clock.tried] == [first, *(n for n in numbers if n != first)]
    assert clock.tried[-1][1] - clock.tried[0][1] < MINUTE, "nobody waits out the pause of a receiver that was away"
    assert set(clock.states().values()) == {"delivered"}


def test_an_event_that_is_never_taken_is_given_up_after_two_days_and_the_others_go_on(
    house: House, client: TestClient, receiver: Receiver, document: UUID
) -> None:
    hook, _ = _hook(client, receiver.url())
    (poison,) = _change(house, document)
    clock = Clockwork(house, hook)
    taken: list[int] = []
    for hours in range(4, 60, 4):
        clock.run(timedelta(hours=hours), lambda number: BAD if number == poison else OK)
        taken += _change(house, document)
    clock.run(timedelta(hours=61), lambda number: BAD if number == poison else OK)
    assert clock.states() == {poison: "failed"} | dict.fromkeys(taken, "delivered")
    assert clock.row().active
    tries = [at for number, at in clock.tried if number == poison]
    assert GIVE_UP <= tries[-1] <= GIVE_UP + MINUTE
    late = [at for number, at in clock.tried if number != poison]
    assert [number for number, _ in clock.tried if number != poison] == taken and len(late) == 14
    (failed,) = _deliveries(client, hook, state="failed")
    assert failed["sequence"] == poison and failed["next_at"] is None and failed["attempts"] == len(tries)
    assert client.post(f"/v1/webhooks/{hook}/deliveries/{failed['id']}/send-again").json()["state"] == "waiting"
    clock.tried.clear()
    clock.run(timedelta(hours=62), lambda _: OK)
    assert clock.tried[0][0] == poison and clock.states()[poison] == "delivered"


def test_the_claim_of_a_dead_sender_is_taken_over(
    house: House, client: TestClient, receiver: Receiver, document: UUID
) -> None:
    hook, _ = _hook(client, receiver.url())
    number, *_ = _change(house, document, 2)
    clock = Clockwork(house, hook)
    dead = clock.next("dead")
    assert dead and dead.delivery.seq == number
    assert clock.next("two") is None, "while it may live, nobody else sends"
    clock.now += deliveries.LEASE - timedelta(seconds=1)
    assert clock.next("two") is None
    clock.now += timedelta(seconds=2)
    again = clock.next("two")
    assert again and again.delivery.id == dead.delivery.id and again.attempt == 2

    with house.database.writing() as session:  # the dead one was only frozen, and wakes up
        deliveries.end(session, dead, AWAY, clock.now)
        assert deliveries.begin(session, clock.hook, "dead", clock.now) is None, "its claim is gone"
    assert clock.states()[number] == "waiting" and clock.row().failing_since is None, "what it says counts no more"
    assert clock.row().claimed_by == "two"
    with house.database.writing() as session:
        deliveries.end(session, again, OK, clock.now)
        deliveries.end(session, dead, AWAY, clock.now)
    assert clock.states()[number] == "delivered"


def test_a_killed_sender_loses_nothing(
    house: House, client: TestClient, receiver: Receiver, senders: Any, document: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that dies between call and writing: the call is made again, with the same id."""
    monkeypatch.setattr(deliveries, "LEASE", timedelta(seconds=1))
    monkeypatch.setattr(deliveries, "PAUSES", [timedelta(milliseconds=20)])
    hook, _ = _hook(client, receiver.url())
    number, *others = _change(house, document, 3)
    end, deaths = deliveries.end, []

    def die(*given: Any) -> None:
        if not deaths:
            deaths.append(given)
            raise RuntimeError("killed")
        end(*given)

    monkeypatch.setattr(deliveries, "end", die)
    senders()
    calls = receiver.wait_for(4)
    assert [call.sequence for call in calls] == [number, number, *others]
    assert calls[0].id == calls[1].id
    assert [row["state"] for row in _settled(client, hook)] == ["delivered"] * 3


def test_two_senders_share_the_work_and_double_nothing(
    house: House, client: TestClient, senders: Any, document: UUID
) -> None:
    receivers = [Receiver() for _ in range(4)]
    for receiver in receivers:
        receiver.pause = 0.01
        _hook(client, receiver.url())
    for _ in range(3):
        senders()
    numbers = [number for _ in range(5) for number in _change(house, document, 4)]
    for receiver in receivers:
        calls = receiver.wait_for(20)
        assert [call.sequence for call in calls] == numbers and receiver.most_at_once == 1
        receiver.close()


def test_a_stopped_sender_gives_its_claims_back(
    house: House, client: TestClient, receiver: Receiver, document: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "DRAIN_SECONDS", 0.0)
    receiver.pause = 2.0
    hook, _ = _hook(client, receiver.url())
    _change(house, document, 2)
    one = Sender(house)
    one.start()
    _until(lambda: receiver.at_once)
    one.stop()
    clock = Clockwork(house, hook)
    assert (clock.row().claimed_by, clock.row().rests_until) == (None, None)
    assert set(clock.states().values()) == {"waiting"}


# Where calls go


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",  # where clouds keep their keys
        "100.64.0.1",  # shared by the customers of a provider
        "192.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "203.0.113.7",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "fc00::1",
        "fd12:3456:789a::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_private_addresses(address: str) -> None:
    assert not reach.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "203.162.4.190", "::ffff:8.8.8.8", "2606:4700::1111", "2405:4800::1"])
def test_public_addresses(address: str) -> None:
    assert reach.is_public(address)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://10.1.2.3/hook", "private-address"),
        ("https://169.254.169.254/latest/meta-data/", "private-address"),
        ("https://0.0.0.0/", "private-address"),
        ("https://[::1]:8443/", "private-address"),
        ("https://[::ffff:127.0.0.1]/", "private-address"),
        ("https://[::ffff:a9fe:a9fe]/", "private-address"),
        ("https://167772161/", "private-address"),  # 10.0.0.1, and so are those below
        ("https://0x0a.1/", "private-address"),
        ("https://012.0.0.1/", "bad-address"),
        ("https://ip6-localhost/", "private-address"),
        ("https://inside.test/", "private-address"),
        ("https://both.test/", "private-address"),
        ("http://outside.test/", "insecure"),
        ("http://10.1.2.3/", "insecure"),
    ],
)
def test_the_own_network_is_not_called(
    house: House,
    client: TestClient,
    receiver: Receiver,
    names: dict[str, list[list[str]]],
    url: str,
    code: str,
) -> None:
    names["ip6-localhost"] = [["::1"]]
    names["inside.test"] = [["192.168.7.7"]]
    names["both.test"] = [["8.8.8.8", "127.0.0.1"]]
    answer = client.post("/v1/webhooks", json={"url": url})
    assert (answer.status_code, answer.json()["code"]) == (422, "webhook-address")
    assert answer.json()["detail"] != answer.json()["detail_en"]
    hook, _ = _hook(client, receiver.url())
    assert _change_hook(client, hook, url=url).status_code == 422
    with pytest.raises(reach.Unreachable, match=code):
        asyncio.run(reach.checked(url, house.settings.webhook_private_hosts))
    # One that was put there before, or whose name has changed since, is not called either.
    with house.database.writing() as session:
        session.get_one(Webhook, UUID(hook)).url = url
    assert client.post(f"/v1/webhooks/{hook}/test").json()["error"]["code"] == code
    assert receiver.calls == []


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """A name service: for each name what it answers, one look-up after the other, the last for ever."""
    known: dict[str, list[list[str]]] = {}
    plain = socket.getaddrinfo

    def look_up(host: Any, port: Any, *given: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if not str(name).endswith((".test", "localhost")):
            return plain(host, port, *given, **named)
        if name not in known:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        answers = known[name]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        families = {4: socket.AF_INET, 6: socket.AF_INET6}
        return [(families[ipaddress.ip_address(a).version], socket.SOCK_STREAM, 6, "", (a, port)) for a in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


def test_a_sender_checks_at_each_try(
    house: House,
    client: TestClient,
    receiver: Receiver,
    senders: Any,
    document: UUID,
    names: dict[str, list[list[str]]],
    quick: None,
) -> None:
    names["turned.test"] = [["8.8.8.8"], ["127.0.0.1"]]
    hook, _ = _hook(client, f"https://turned.test:{receiver.port}/")
    _change(house, document)
    senders()
    _until(lambda: any(row["attempts"] > 2 and row["error"] for row in _deliveries(client, hook)))
    assert _deliveries(client, hook)[0]["error"]["code"] == "private-address" and receiver.calls == []


def test_a_name_that_changes_its_mind_gains_nothing(
    house: House, client: TestClient, receiver: Receiver, names: dict[str, list[list[str]]]
) -> None:
    """It is looked up once a call: what was checked is what is called."""
    names["turncoat.test"] = [["8.8.8.8"], ["8.8.8.8"], ["127.0.0.1"]]
    hook, _ = _hook(client, f"https://turncoat.test:{receiver.port}/")  # the first time
    assert asyncio.run(reach.checked("https://turncoat.test/", ())) == ["8.8.8.8"]  # the second
    assert client.post(f"/v1/webhooks/{hook}/test").json()["error"]["code"] == "private-address"
    assert receiver.calls == []


def test_an_allowed_host_is_called_at_its_checked_address_by_its_name(
    client: TestClient, receiver: Receiver, names: dict[str, list[list[str]]]
) -> None:
    names["receiver.test"] = [["127.0.0.1"], ["127.0.0.1"], ["192.0.2.1"]]  # created, called, and looked up no more
    hook, _ = _hook(client, receiver.url("receiver.test"))
    assert client.post(f"/v1/webhooks/{hook}/test").json()["state"] == "delivered"
    assert receiver.calls[0].headers["host"] == f"receiver.test:{receiver.port}"


def test_a_receiver_with_several_addresses_is_called_at_one_that_answers(
    client: TestClient, receiver: Receiver, names: dict[str, list[list[str]]]
) -> None:
    names["receiver.test"] = [["::1", "127.0.0.1"]]
    hook, _ = _hook(client, receiver.url("receiver.test"))
    assert client.post(f"/v1/webhooks/{hook}/test").json()["state"] == "delivered"


def test_nobody_there(client: TestClient, names: dict[str, list[list[str]]]) -> None:
    hook, _ = _hook(client, "http://nobody.test/")  # it may get a name tomorrow
    assert client.post(f"/v1/webhooks/{hook}/test").json()["error"]["code"] == "unresolved"
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    hook, _ = _hook(client, f"http://127.0.0.1:{port}/")
    assert client.post(f"/v1/webhooks/{hook}/test").json()["error"]["code"] == "unreachable"


@pytest.mark.parametrize("dripping", [False, True])
def test_a_call_ends_in_time(client: TestClient, monkeypatch: pytest.MonkeyPatch, dripping: bool) -> None:
    """Also when the receiver says a little now and then, so that no silence is too long."""
    monkeypatch.setattr(reach, "SECONDS", 0.5)
    receiver = Receiver()
    receiver.pause = 3.0
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1] if dripping else receiver.port
        if dripping:
            threading.Thread(target=_drip, args=(silent,), daemon=True).start()
        hook, _ = _hook(client, f"http://127.0.0.1:{port}/")
        assert client.post(f"/v1/webhooks/{hook}/test").json()["error"]["code"] == "timeout"
    receiver.close()


def _drip(door: socket.socket) -> None:
    talk, _ = door.accept()
    with talk:
        for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 100:
            try:
                talk.sendall(bytes([letter]))
            except OSError:
                return
            time.sleep(0.1)


def test_an_endless_answer_is_not_read(client: TestClient) -> None:
    def pour(door: socket.socket, sent: list[int]) -> None:
        talk, _ = door.accept()
        with talk:
            talk.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            try:
                while True:
                    talk.sendall(b"x" * 65536)
                    sent.append(65536)
            except OSError:
                return

    sent: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=pour, args=(door, sent), daemon=True).start()
        hook, _ = _hook(client, f"http://127.0.0.1:{door.getsockname()[1]}/")
        assert client.post(f"/v1/webhooks/{hook}/test").json()["state"] == "delivered"
    assert sum(sent) < 50_000_000, "no more than what was in the pipes"


@pytest.mark.parametrize("trusted", [False, True])
def test_a_certificate_is_checked_against_the_name(
    client: TestClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    names: dict[str, list[list[str]]],
    trusted: bool,
) -> None:
    names["localhost"] = names["receiver.test"] = [["127.0.0.1"]]
    certificate = _certificate(tmp_path, "localhost")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    receiver = Receiver(server)
    hook, _ = _hook(client, receiver.url("localhost", "https"))
    answer = client.post(f"/v1/webhooks/{hook}/test").json()
    assert answer["state"] == ("delivered" if trusted else "failed")
    assert trusted or answer["error"]["code"] == "certificate"
    other, _ = _hook(client, receiver.url("receiver.test", "https"))
    answer = client.post(f"/v1/webhooks/{other}/test").json()
    assert answer["error"]["code"] == "certificate", "trusted, but another's"
    receiver.close()


def _certificate(folder: Path, name: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


# The resource


def test_a_secret_is_shown_once_and_changed_without_losing_a_call(
    house: House, client: TestClient, receiver: Receiver, senders: Any, document: UUID
) -> None:
    hook, old = _hook(client, receiver.url())
    assert old.startswith("whsec_") and "secret" not in _look(client, hook)
    new = client.post(f"/v1/webhooks/{hook}/secret").json()["secret"]
    assert new != old
    _change(house, document)
    senders()
    (call,) = receiver.wait_for(1)
    assert call.verified(old) == call.verified(new)
    with house.database.reading() as session:
        webhook = session.get_one(Webhook, UUID(hook))
        assert webhooks.secrets(webhook, datetime.now(UTC) + webhooks.OLD_SECRET_LASTS) == [new]
    trail = client.get("/v1/audit", params={"object_id": hook}).text
    assert "webhook.rotate_secret" in trail and old not in trail and new not in trail


def test_changes_name_the_version_that_they_change(client: TestClient, receiver: Receiver) -> None:
    hook, _ = _hook(client, receiver.url(), types=["task.created", "task.approved"])
    path = f"/v1/webhooks/{hook}"
    etag = client.get(path).headers["ETag"]
    assert client.patch(path, json={"types": []}).status_code == 428
    changed = client.patch(path, json={"types": []}, headers={"If-Match": etag})
    assert changed.json()["types"] == [] and changed.headers["ETag"] != etag
    assert client.patch(path, json={"active": False}, headers={"If-Match": etag}).status_code == 412
    same = client.patch(path, json={"types": []}, headers={"If-Match": changed.headers["ETag"]})
    assert same.headers["ETag"] == changed.headers["ETag"], "nothing changed"
    entries = client.get("/v1/audit", params={"object_id": hook}).json()["items"]
    assert [entry["action"] for entry in entries] == ["webhook.change", "webhook.create"]
    assert entries[0]["before"]["types"] == ["task.approved", "task.created"] and entries[0]["after"]["types"] == []


def test_a_new_address_is_tried_at_once(
    house: House, client: TestClient, receiver: Receiver, senders: Any, document: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "PAUSES", [timedelta(hours=1)])
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    hook, _ = _hook(client, f"http://127.0.0.1:{port}/")
    numbers = _change(house, document, 2)
    senders()
    _until(lambda: _look(client, hook)["failing_since"])
    assert _change_hook(client, hook, url=receiver.url()).status_code == 200
    assert [call.sequence for call in receiver.wait_for(2)] == numbers


def test_a_deleted_webhook_is_gone_with_its_deliveries(
    house: House, client: TestClient, receiver: Receiver, senders: Any, document: UUID
) -> None:
    hook, _ = _hook(client, receiver.url())
    receiver.pause = 0.3
    _change(house, document, 3)
    senders()
    _until(lambda: receiver.at_once)
    assert client.delete(f"/v1/webhooks/{hook}").status_code == 204  # in the middle of a call
    assert client.get(f"/v1/webhooks/{hook}").status_code == 404
    with house.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 0
    other, _ = _hook(client, receiver.url())
    _change(house, document)
    _settled(client, other)
    assert len(receiver.calls) <= 2, "the one under way, and the other's"


def test_deliveries_page_by_page(house: House, client: TestClient, receiver: Receiver, document: UUID) -> None:
    hook, _ = _hook(client, receiver.url())
    numbers = _change(house, document, 7)
    clock = Clockwork(house, hook)
    clock.run(timedelta(hours=1), lambda number: BAD if number == numbers[3] else OK)
    path, seen, query = f"/v1/webhooks/{hook}/deliveries", [], {"limit": 3}
    while True:
        page = client.get(path, params=query).json()
        seen += [row["sequence"] for row in page["items"]]
        if not page["next_cursor"]:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == numbers[::-1]
    assert [row["sequence"] for row in _deliveries(client, hook, state="delivered")] == numbers[:3] + numbers[4:]
    for bad in ({"cursor": "x"}, {**query, "state": "failed"}):
        assert client.get(path, params=bad).json()["code"] == "bad-cursor"


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"url": "ftp://receiver.test/"},
        {"url": "https://user:secret@receiver.test/"},
        {"url": "https://receiver.test/#part"},
        {"url": "https://receiver.test/" + "a" * 2000},
        {"url": "receiver.test/hook"},
        {"url": "http://127.0.0.1/", "types": ["task.eaten"]},
        {"url": "http://127.0.0.1/", "after": -1},
        {"url": "http://127.0.0.1/", "secret": "whsec_mine"},
    ],
)
def test_what_makes_no_sense_is_said(client: TestClient, form: Json) -> None:
    answer = client.post("/v1/webhooks", json=form)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_an_unknown_office_is_said(client: TestClient, receiver: Receiver) -> None:
    answer = client.post("/v1/webhooks", json={"url": receiver.url(), "office_id": str(new_id())})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_only_keepers_of_webhooks_keep_them(
    house: House, app: FastAPI, stranger: TestClient, receiver: Receiver
) -> None:
    assert stranger.get("/v1/webhooks").status_code == 401
    others = client_of(house, app, sorted(SCOPES - {"webhooks"}))
    assert others.get("/v1/webhooks").status_code == 403
    assert others.post("/v1/webhooks", json={"url": receiver.url()}).status_code == 403


def test_old_deliveries_are_forgotten_and_those_that_wait_are_not(
    house: House, client: TestClient, receiver: Receiver, document: UUID
) -> None:
    hook, _ = _hook(client, receiver.url())
    numbers = _change(house, document, 5)
    clock = Clockwork(house, hook)
    clock.run(timedelta(minutes=30), lambda number: BAD if number == numbers[0] else OK)
    assert deliveries.forget(house.database, clock.start - timedelta(days=1)) == 0
    assert deliveries.forget(house.database, datetime.now(UTC) + timedelta(days=1)) == 4
    assert clock.states() == {numbers[0]: "waiting"}
    with house.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).where(Event.seq.in_(numbers))) == 5


# What a search finds


def _found_by(house: House, words: str, office: UUID | None = None) -> UUID:
    """A document that says these words, indexed."""
    document = put(house, directive(f"{words} {new_id()}", number="8/CT-UBND", lead="Sở Y tế"), office)
    index.catch_up(house.database)
    return document


def _documents(calls: list[Any]) -> list[str]:
    return [call.event["data"]["document_id"] for call in calls]


def test_a_search_tells_each_document_once_when_it_is_first_found(
    house: House, client: TestClient, receiver: Receiver, senders: Any
) -> None:
    _found_by(house, "Chất lượng không khí")  # is there before anybody asks
    hook, secret = _hook(client, receiver.url(), search="?q=chat+luong+khong+khi&cursor=x")
    assert _look(client, hook)["search"] == "q=chat+luong+khong+khi&what=pages"
    senders()
    first = _found_by(house, "Cải thiện chất lượng không khí")
    _found_by(house, "Phòng cháy rừng")
    second = _found_by(house, "Đo chất lượng không khí")
    calls = receiver.wait_for(2)
    assert _documents(calls) == [str(first), str(second)]
    event = calls[0].verified(secret)
    assert (event["type"], event["subject"]) == ("vn.directives.search.found", f"documents/{first}")
    told = event["data"]
    assert told["document"]["number"] == "8/CT-UBND" and not told["withdrawn"]
    assert told["count"] == len(told["hits"]) == 1
    snippet = told["hits"][0]["snippet"]
    marked = " ".join(snippet["text"][start:end] for start, end in snippet["marks"])
    assert marked == "chất lượng không khí"
    # A correction or an approval is no news, nor is a document that does not have it any more.
    _change(house, first, 3)
    third = _found_by(house, "Chất lượng không khí ở cảng")
    index.catch_up(house.database)
    assert _documents(receiver.wait_for(3)) == [str(first), str(second), str(third)]
    assert {row["state"] for row in _settled(client, hook)} == {"delivered"}
    assert _change_hook(client, hook, types=["task.created"]).status_code == 409, "it tells no changes"


def test_a_document_that_is_corrected_into_the_search_is_news(
    house: House, client: TestClient, receiver: Receiver, senders: Any
) -> None:
    document = _found_by(house, "Phòng hạn mặn")
    hook, _ = _hook(client, receiver.url(), search="q=xam+nhap+man")
    senders()
    with house.database.writing() as session:
        row = session.get_one(Document, document)
        record = directive(f"Phòng xâm nhập mặn {new_id()}", number="8/CT-UBND", lead="Sở Y tế")
        records.keep_reading(session, row, record, pipeline_version="2", job_id=None)
    index.catch_up(house.database)
    assert _documents(receiver.wait_for(1)) == [str(document)]
    _settled(client, hook)


def test_words_are_waited_for(house: House, client: TestClient, receiver: Receiver, senders: Any) -> None:
    """Before its words are told, a document has "kinh tế" in "thần kinh | tế bào"."""
    hook, _ = _hook(client, receiver.url(), search="q=kinh+te")
    senders()
    long = "\n".join(f"{n}. Bệnh viện điều trị thần kinh tế bào gốc." for n in range(300))
    _found_by(house, long)
    last = _found_by(house, "Phát triển kinh tế biển")
    time.sleep(0.5)
    assert not receiver.calls
    while index.refine(house.database):
        pass
    assert _documents(receiver.wait_for(1)) == [str(last)]
    _settled(client, hook)


def test_a_search_begins_where_it_is_told_and_goes_on_after_a_rest(
    house: House, app: FastAPI, client: TestClient, receiver: Receiver, senders: Any
) -> None:
    with house.database.writing() as session:
        office = offices.add(session, US, f"Văn phòng {new_id()}").id
    theirs = client_of(house, app, SCOPES, office)
    old = [_found_by(house, "Phòng cháy chợ", office) for _ in range(3)]
    _found_by(house, "Phòng cháy chợ")  # another office's
    whole, _ = _hook(theirs, receiver.url(path="/whole"), search="q=phong+chay", after=0)
    rests, _ = _hook(theirs, receiver.url(path="/rests"), search="q=phong+chay")
    _change_hook(theirs, rests, active=False)
    senders()
    assert _documents(receiver.wait_for(3)) == [str(one) for one in old]
    missed = _found_by(house, "Phòng cháy nhà ở", office)
    assert _documents(receiver.wait_for(4))[3] == str(missed)
    _change_hook(theirs, rests, active=True, resume="now")
    new = _found_by(house, "Phòng cháy kho", office)
    receiver.wait_for(6)
    told = {path: _documents([call for call in receiver.calls if call.path == path]) for path in ("/whole", "/rests")}
    assert told == {"/whole": [*map(str, old), str(missed), str(new)], "/rests": [str(new)]}
    assert theirs.delete(f"/v1/webhooks/{whole}").status_code == 204
    with house.database.reading() as session:
        assert not session.scalars(sa.select(Met).where(Met.webhook_id == UUID(whole))).all()


def test_a_search_that_is_not_understood_is_refused(client: TestClient, receiver: Receiver) -> None:
    answer = client.post("/v1/webhooks", json={"url": receiver.url(), "search": "q=vai-tro:sep"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-query")
    assert answer.json()["errors"][0]["field"] == "body.search"
    answer = client.post("/v1/webhooks", json={"url": receiver.url(), "search": "q=a", "by_lead": True})
    assert answer.status_code == 422
    assert client.get("/v1/webhooks").json()["items"] == []


def test_a_search_that_is_understood_no_more_is_switched_off(
    house: House, client: TestClient, receiver: Receiver, senders: Any
) -> None:
    hook, _ = _hook(client, receiver.url(), search="q=chay")
    with house.database.writing() as session:
        session.get_one(Webhook, UUID(hook)).search = "q=vai-tro:sep"
    _found_by(house, "Phòng cháy")
    senders()
    _until(lambda: not _look(client, hook)["active"])
    assert _look(client, hook)["switched_off_why"]["code"] == "bad-search"
