"""What an operator can set: by argument, by environment (``DIRECTIVES_*``), else the default of one office machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self

from extractor.record import DOUBTFUL

MIB = 1024 * 1024
FILE = "directives.sqlite3"  # of the embedded database


@dataclass(frozen=True, slots=True)
class Settings:
    """Every field can be set as ``DIRECTIVES_<FIELD>`` in the environment; sizes in bytes, times in seconds."""

    data: Path = field(default_factory=lambda: Path("data"))  # everything that the service keeps lies below it
    database_url: str = ""  # also DATABASE_URL; empty: an SQLite file below `data`; else postgresql://…
    host: str = "127.0.0.1"  # nobody beyond this machine, unless the operator says so
    port: int = 8000  # 0: any free port
    rate_per_minute: int = 1200  # requests of one user, token or address
    silence_seconds: float = 60.0  # that the sender of a request may pause
    sign_ins_per_minute: int = 10  # attempts from one address
    webhook_private_hosts: tuple[str, ...] = ()  # hosts of the own network that webhooks may call, by http as well
    allowed_hosts: tuple[str, ...] = ()  # further names that a browser may know the service by

    # Signing in through an OpenID provider; without an issuer there is none.
    oidc_issuer: str = ""  # its address, as it calls itself
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)  # empty: a public client
    oidc_role_claim: str = ""  # a claim, or a path to it, that names roles; empty: roles are given here
    oidc_roles: tuple[str, ...] = ()  # "value of the claim=role", for values that are no roles by themselves
    oidc_default_role: str = ""  # of whom the claim gives none; empty: they are not let in
    oidc_office_claim: str = ""  # a claim that names a new user's office; empty: the first office

    upload_bytes: int = 200 * MIB
    watched_folder: str = ""  # files put there are taken in; empty: none is watched
    settle_seconds: float = 3.0  # a file in it that has not changed for so long is complete
    due_soon_days: int = 7  # a task whose deadline is that near is "due soon"
    job_slots: int = 1  # documents read at once; one reading already uses several cores
    reading_processes: int = 0  # pages that one reading has in hand at once; 0: one a core
    job_memory: int = 2048 * MIB  # address space of each process of a reading
    job_seconds: int = 3600  # one document, from first to last page
    job_stall_seconds: int = 600  # without a sign of progress
    job_deaths: int = 3  # a document that kills its reader so often is set aside
    drain_seconds: int = 30  # at shutdown, before a reading is given back to the queue
    poll_seconds: float = 0.5  # how often the queue is looked at

    keep_jobs_days: int = 90  # how long jobs and deliveries that ended are kept; the newest job of a document always is
    disk_floor: int = 512 * MIB  # with less free space than this the service calls itself not ready
    log_level: str = "info"  # debug, info, warning or error

    worker_name: str = ""  # unique among workers, stable across restarts; empty: this machine's name and a free number
    beat_seconds: float = 5.0  # how often a worker says that it lives
    dead_seconds: float = 45.0  # a worker that is silent for so long loses its jobs to others
    extractor: str = "extractor"  # a module with functions like `extractor.read`, `understand` and `place`
    doubt_below: float = DOUBTFUL  # confidence under which a task is shown as doubtful

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ, **given: Any) -> Self:
        """Defaults, then the environment, then what was `given` (None counts as not given).

        Raises ValueError naming the variable that cannot be read.
        """
        settings: Any = cls(database_url=environ.get("DATABASE_URL", ""))
        for spec in fields(cls):
            name = f"DIRECTIVES_{spec.name.upper()}"
            if (text := environ.get(name)) is not None:
                settings = replace(settings, **{spec.name: _parse(name, text, getattr(settings, spec.name))})
        chosen: Self = replace(settings, **{name: value for name, value in given.items() if value is not None})
        return chosen

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of the database."""
        if not self.database_url:
            return f"sqlite:///{(self.data / FILE).resolve()}"
        for scheme in ("postgres://", "postgresql://"):
            if self.database_url.startswith(scheme):
                return "postgresql+psycopg://" + self.database_url.removeprefix(scheme)
        return self.database_url


def _parse(name: str, text: str, default: object) -> object:
    if isinstance(default, Path):
        return Path(text)
    if isinstance(default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if isinstance(default, int | float):
        try:
            return type(default)(text)
        except ValueError:
            raise ValueError(f"{name}={text!r}: cần một số / a number is needed") from None
    return text
