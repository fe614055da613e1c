"""ETags as the interface describes them, and the ETags of things that count their versions."""

from __future__ import annotations

from typing import Any

from service.problems import Problem
from service.store.tables import Record

ETAG: dict[str, Any] = {
    "ETag": {
        "description": "Đổi khi nội dung đổi; dùng cho `If-Match`, `If-None-Match` / changes with the content",
        "schema": {"type": "string"},
    }
}
WITH_ETAG: dict[int | str, dict[str, Any]] = {200: {"headers": ETAG}}


def of_version(version: int) -> str:
    """The tag of a thing that counts its versions."""
    return f'"{version}"'


def of_record(record: Record) -> str:
    """The tag of a record. What one person corrects in one sitting is one version, so its content counts as well."""
    return f'"{record.version}-{record.sha256[:16]}"'


def known(if_none_match: str | None, tag: str) -> bool:
    """Whether who asks has this already (RFC 9110, 13.1.2)."""
    return bool({given.strip().removeprefix("W/") for given in (if_none_match or "").split(",")} & {tag, "*"})


def matched(if_match: str | None, tag: str, *, needed: bool = True) -> None:
    """Raises Problem("if-match-needed") where it is and is not there, Problem("changed-meanwhile") unless it names this tag."""
    if if_match is None:
        if needed:
            raise Problem("if-match-needed", headers={"ETag": tag})
    elif tag not in {given.strip() for given in if_match.split(",")}:
        raise Problem("changed-meanwhile", headers={"ETag": tag})
