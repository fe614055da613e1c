"""Typed errors: each has a stable code, an exit status for the command line, and a message in both languages.

The library raises them; the command line turns them into exit statuses, the service into problem details.
Exit statuses: 2 usage, 3 bad input, 4 a needed program is missing, 5 cancelled, 70 internal error (sysexits EX_SOFTWARE).
"""

from __future__ import annotations

from typing import ClassVar


class DirectiveError(Exception):
    """Something went wrong that a person can act upon."""

    code: ClassVar[str] = "internal-error"
    exit_status: ClassVar[int] = 70
    vi: ClassVar[str] = "Lỗi bên trong chương trình: {detail}"
    en: ClassVar[str] = "Internal error: {detail}"

    def __init__(self, **details: object) -> None:
        self.details = {"detail": "", **details}
        super().__init__(f"{self.message} / {self.message_en}")

    @property
    def message(self) -> str:
        """What happened and what to do, in Vietnamese."""
        return self.vi.format(**self.details).strip()

    @property
    def message_en(self) -> str:
        """The same in English."""
        return self.en.format(**self.details).strip()

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders (pages are read in child processes).
        return (_rebuild, (type(self), self.details))


def _rebuild(cls: type[DirectiveError], details: dict[str, object]) -> DirectiveError:
    return cls(**details)


class BadInput(DirectiveError):
    """The file itself is at fault."""

    code = "bad-input"
    exit_status = 3
    vi = "Không đọc được tệp: {detail}"
    en = "The file cannot be read: {detail}"


class EmptyFile(BadInput):
    code = "empty-file"
    vi = "Tệp rỗng (0 byte). Hãy quét hoặc tải lại văn bản."
    en = "The file is empty (0 bytes). Scan or upload the document again."


class UnsupportedType(BadInput):
    code = "unsupported-type"
    vi = "Loại tệp không được hỗ trợ. Chỉ nhận PDF, PNG, JPEG, TIFF và văn bản thuần (.txt). {detail}"
    en = "This type of file is not supported. PDF, PNG, JPEG, TIFF and plain text (.txt) are. {detail}"


class DamagedFile(BadInput):
    code = "damaged-file"
    vi = "Tệp bị hỏng hoặc bị cắt cụt, không mở được. Hãy quét hoặc tải lại. {detail}"
    en = "The file is damaged or truncated and cannot be opened. Scan or upload it again. {detail}"


class PasswordProtected(BadInput):
    code = "password-protected"
    vi = "Tệp PDF được bảo vệ bằng mật khẩu. Hãy bỏ mật khẩu rồi tải lại."
    en = "The PDF is protected by a password. Remove the password and upload it again."


class TooManyPages(BadInput):
    code = "too-many-pages"
    vi = "Tệp có {pages} trang, vượt giới hạn {limit} trang. Hãy tách tệp thành nhiều phần."
    en = "The file has {pages} pages, more than the limit of {limit}. Split it into parts."


class TooLarge(BadInput):
    code = "too-large"
    vi = "Tệp hoặc trang quá lớn ({detail}). Giới hạn: {limit}."
    en = "The file or a page is too large ({detail}). The limit is {limit}."


class TesseractMissing(DirectiveError):
    """Tesseract, or its Vietnamese model, is not installed."""

    code = "tesseract-missing"
    exit_status = 4
    vi = "Chưa cài Tesseract hoặc gói tiếng Việt. Debian/Ubuntu: apt-get install tesseract-ocr tesseract-ocr-vie. {detail}"
    en = (
        "Tesseract or its Vietnamese model is not installed. Debian/Ubuntu: apt-get install tesseract-ocr tesseract-ocr-vie; "
        "macOS: brew install tesseract tesseract-lang. {detail}"
    )


class Cancelled(DirectiveError):
    """The caller asked to stop."""

    code = "cancelled"
    exit_status = 5
    vi = "Đã hủy theo yêu cầu."
    en = "Cancelled on request."
