"""Small files to read, made here: pages with print, and files that try to break a reader."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONTS = (
    "/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/freefont/FreeSerif.ttf",
)

PROSE = (
    "Yêu cầu thủ trưởng các sở, ban, ngành và địa phương",
    "tổ chức thực hiện nghiêm túc những nhiệm vụ sau đây:",
    "1. Sở Tài chính chủ trì, phối hợp với các đơn vị có liên quan",
    "xây dựng kế hoạch, báo cáo trước ngày 15 tháng 12 năm 2024.",
    "2. Sở Y tế tăng cường kiểm tra, bảo đảm an toàn thực phẩm",
    "trên địa bàn tỉnh trong dịp lễ và mùa du lịch.",
)


@lru_cache
def font(size: int) -> ImageFont.FreeTypeFont | None:
    """A font with Vietnamese letters, or None where the machine has none."""
    path = next((p for p in FONTS if Path(p).exists()), None)
    return ImageFont.truetype(path, size) if path else None


def printed(lines: Sequence[str] = PROSE, *, dpi: int = 200) -> Image.Image:
    """A grey A4 page with lines of print."""
    page = Image.new("L", (round(8.27 * dpi), round(11.69 * dpi)), 255)
    draw = ImageDraw.Draw(page)
    for i, line in enumerate(lines):
        draw.text((dpi, dpi + i * dpi // 3), line, font=font(round(dpi * 14 / 72)), fill=0)
    return page


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def pdf(pages: Sequence[bytes], objects: Sequence[bytes] = (), *, trailer: bytes = b"") -> bytes:
    """A PDF of these page dictionaries (without type and parent) and further objects.

    Object 1 is the catalogue, 2 the page tree, then come the pages, then `objects`.
    """
    first = 3
    kids = b" ".join(b"%d 0 R" % (first + i) for i in range(len(pages)))
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        *(b"<< /Type /Page /Parent 2 0 R %s >>" % page for page in pages),
        *objects,
    ]
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(bodies, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, trailer, start)
    return bytes(out)


def stream(data: bytes, extra: bytes = b"") -> bytes:
    packed = zlib.compress(data)
    return b"<< /Length %d /Filter /FlateDecode %s >>\nstream\n%s\nendstream" % (len(packed), extra, packed)


A4 = b"/MediaBox [0 0 595 842]"


def scanned_pdf(images: Sequence[Image.Image | None]) -> bytes:
    """A PDF of one grey image a page; None makes an empty page."""
    pages, objects = [], []
    number = 3 + len(images)
    for image in images:
        if image is None:
            pages.append(A4)
            continue
        pages.append(A4 + b" /Contents %d 0 R /Resources << /XObject << /I %d 0 R >> >>" % (number, number + 1))
        objects.append(stream(b"q 595 0 0 842 0 0 cm /I Do Q"))
        shape = b"/Type /XObject /Subtype /Image /ColorSpace /DeviceGray /BitsPerComponent 8 /Width %d /Height %d"
        objects.append(stream(image.tobytes(), shape % image.size))
        number += 2
    return pdf(pages, objects)


def deflate_bomb(size: int) -> bytes:
    """A page whose content stream unpacks to `size` bytes of a drawing operator, and a page of a line of ink."""
    packer = zlib.compressobj(9)
    piece = b"q " * (1 << 19)
    blocks = [packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2)]
    # After a full flush the same input packs to the same bytes.
    packed = blocks[0] + blocks[1] * (size // len(piece) - 1) + packer.flush()
    bomb = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)
    return pdf([A4 + b" /Contents 5 0 R", A4 + b" /Contents 6 0 R"], [bomb, stream(b"90 600 400 20 re f")])


def image_bomb(side: int) -> bytes:
    """A PNG of side × side black pixels in few bytes."""
    packer = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8) * 64
    packed = b"".join(packer.compress(row) for _ in range(side // 64)) + packer.flush()

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = side.to_bytes(4, "big") * 2 + b"\x01\x00\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def locked_pdf() -> bytes:
    """A PDF that asks for a password: the security handler's keys match no empty password."""
    lock = b"<< /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O <%s> /U <%s> >>" % (b"41" * 32, b"42" * 32)
    identity = b"/Encrypt 4 0 R /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]"
    return pdf([A4], [lock], trailer=identity)
