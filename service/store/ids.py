"""Ids that any machine can make alone and that sort by time (UUID version 7, RFC 9562)."""

from __future__ import annotations

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def new_id() -> UUID:
    """A fresh id, greater than every id that this process made before."""
    global _last
    with _lock:
        # 60 bits: milliseconds and a 12-bit counter in their place, so that ids of one millisecond keep their order.
        _last = max(_last + 1, (time.time_ns() // 1_000_000) << 12)
        stamp = _last
    high = (stamp >> 12) << 16 | 0x7000 | (stamp & 0xFFF)
    low = 0x8000_0000_0000_0000 | (int.from_bytes(os.urandom(8)) >> 2)
    return UUID(int=high << 64 | low)
