"""What goes on in a thread of its own beside the answering of requests, until it is stopped."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import ClassVar

from service.house import House


class Beside(ABC):
    """Started once, stopped once; `_go_on` ends soon after `_stopping` is set."""

    name: ClassVar[str]  # of the thread

    def __init__(self, house: House) -> None:
        self._house = house
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name=self.name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    @abstractmethod
    def _go_on(self) -> None: ...
