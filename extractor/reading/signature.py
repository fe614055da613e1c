"""Digital signatures of a PDF, by pyHanko: who signed, for which body, when. Nothing is fetched from a network.

Runs in a child process only. A certificate's chain is not checked: whom to trust is the reader's office's affair.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from extractor.record import Signature


def signatures_of(path: Path) -> tuple[Signature, ...]:
    """The signatures of a PDF in the order of its fields; raises whatever pyHanko raises on a broken file."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    names = {
        SignatureCoverageLevel.ENTIRE_FILE: "entire_file",
        SignatureCoverageLevel.ENTIRE_REVISION: "entire_revision",
        SignatureCoverageLevel.CONTIGUOUS_BLOCK_FROM_START: "block_from_start",
        SignatureCoverageLevel.UNCLEAR: "unclear",
    }
    found: list[Signature] = []
    with path.open("rb") as file:
        for embedded in PdfFileReader(file, strict=False).embedded_regular_signatures:
            subject = embedded.signer_cert.subject.native
            try:
                embedded.compute_integrity_info()
                covers = names.get(embedded.coverage) if embedded.coverage else None
                valid: bool | None = _unchanged(embedded)
                changed: bool | None = _changed_after(embedded)
            except Exception:
                covers, valid, changed = None, None, None
            found.append(
                Signature(
                    signer=_name(subject.get("common_name")),
                    organisation=_name(subject.get("organization_name")),
                    signed_at=embedded.self_reported_timestamp,
                    covers=covers,
                    valid=valid,
                    changed=changed,
                )
            )
    return tuple(found)


def _unchanged(embedded: Any) -> bool | None:
    """Whether the signed bytes have the digest that was signed; None where the signature carries none in the clear."""
    attributes = embedded.signer_info["signed_attrs"]
    for attribute in attributes:
        if attribute["type"].native == "message_digest":
            return bool(attribute["values"][0].native == embedded.compute_digest())
    return None


def _changed_after(embedded: Any) -> bool:
    """Whether what was appended to the file after this signature is more than further signatures and proofs of their time."""
    from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    if embedded.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return False
    found = embedded.diff_result
    return not (isinstance(found, DiffResult) and found.modification_level <= ModificationLevel.FORM_FILLING)


def _name(value: object) -> str | None:
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return str(value).strip() or None if value is not None else None
