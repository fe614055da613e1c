"""ETags as the interface describes them, and the ETags of things that count their versions."""

from __future__ import annotations

from typing import Any

from service.problems import Problem

ETAG: dict[str, Any] = {
    "ETag": {
        "description": "Đổi khi nội dung đổi; dùng cho `If-Match`, `If-None-Match` / changes with the content",
        "schema": {"type": "string"},
    }
}
WITH_ETAG: dict[int | str, dict[str, Any]] = {200: {"headers": ETAG}}


def matched(if_match: str | None, version: int) -> None:
    """Raises Problem("if-match-needed"), Problem("changed-meanwhile") unless If-Match names this version."""
    tag = f'"{version}"'
    if if_match is None:
        raise Problem("if-match-needed", headers={"ETag": tag})
    if tag not in {given.strip() for given in if_match.split(",")}:
        raise Problem("changed-meanwhile", headers={"ETag": tag})
