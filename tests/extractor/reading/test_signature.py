"""Digital signatures of PDFs signed in the test: who, when, how much of the file, and whether it was changed."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from made_files import A4, pdf, stream
from pyhanko.pdf_utils.generic import TextStringObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers

from extractor.reading.open import read
from extractor.reading.signature import signatures_of
from extractor.record import Signature
from extractor.show import wording

OFFICE = "Ủy ban nhân dân tỉnh Mẫu"


@cache
def _key(name: str) -> bytes:
    """A key and a self-made certificate of this body, as PKCS #12."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tỉnh Mẫu")]
    )
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.KeyUsage(True, True, False, False, False, False, False, False, False), critical=True)
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(b"", key, certificate, None, serialization.NoEncryption())


def _signed(data: bytes, name: str = OFFICE, field: str = "Signature1") -> bytes:
    signer = signers.SimpleSigner.load_pkcs12_data(_key(name), other_certs=[])
    assert signer is not None
    writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
    out = signers.sign_pdf(writer, signers.PdfSignatureMetadata(field_name=field), signer=signer)
    return bytes(out.getbuffer())


def _page() -> bytes:
    return pdf([A4 + b" /Contents 4 0 R"], [stream(b"90 600 400 20 re f")])


def _of(data: bytes, folder: Path) -> tuple[Signature, ...]:
    path = folder / "signed.pdf"
    path.write_bytes(data)
    return signatures_of(path)


def test_signer_time_and_coverage(tmp_path: Path) -> None:
    (found,) = _of(_signed(_page()), tmp_path)
    assert (found.signer, found.organisation) == (OFFICE, "Tỉnh Mẫu")
    assert found.signed_at is not None and abs(datetime.now(UTC) - found.signed_at) < timedelta(minutes=10)
    assert (found.covers, found.valid, found.changed) == ("entire_file", True, False)
    assert "còn nguyên vẹn" in wording.signature(found)


def test_a_second_signature_is_no_change(tmp_path: Path) -> None:
    first, second = _of(_signed(_signed(_page()), "Văn phòng Mẫu", "Signature2"), tmp_path)
    assert (first.covers, first.valid, first.changed) == ("entire_revision", True, False)
    assert (second.signer, second.covers, second.changed) == ("Văn phòng Mẫu", "entire_file", False)


def test_what_was_signed_and_then_altered_is_broken(tmp_path: Path) -> None:
    signed = _signed(_page())
    altered = signed.replace(b"/MediaBox [0 0 595 842]", b"/MediaBox [0 0 595 841]", 1)
    assert altered != signed
    (found,) = _of(altered, tmp_path)
    assert found.valid is False
    assert "signature-broken" in {w.code for w in read(altered, file_name="a.pdf", jobs=1).warnings}


def test_what_was_added_after_signing_is_said(tmp_path: Path) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(_signed(_page())), strict=False)
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Note"] = TextStringObject("thêm")
    page[pdf_name("/Rotate")] = page.get("/Rotate", TextStringObject("90"))
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    (found,) = _of(out.getvalue(), tmp_path)
    assert (found.valid, found.changed, found.covers) == (True, True, "entire_revision")
    assert "thay đổi sau khi ký" in wording.signature(found)


def test_a_file_without_signatures_has_none(tmp_path: Path) -> None:
    assert _of(_page(), tmp_path) == ()
