"""The text becomes facts. `read_facts` is the whole of it; each grammar stands in a module of its own."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extractor.facts.read import Facts, read_facts

__all__ = ["Facts", "read_facts"]


def __getattr__(name: str) -> Any:
    # Most grammars need spaCy (seconds, 80 MB). One that does not can be had without.
    if name in __all__:
        from extractor.facts import read

        return getattr(read, name)
    raise AttributeError(name)
