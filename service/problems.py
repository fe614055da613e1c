"""What can go wrong at the door, as problem details (RFC 9457) in Vietnamese and English.

Every error answer of the service has this one shape, from a mistyped address to a defect of our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from extractor.errors import DirectiveError, EmptyFile, TooLarge, UnsupportedType
from service.patience import no_space

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its status, its title, and what to do, in both languages."""

    status: int
    title: str
    title_en: str
    detail: str
    detail_en: str


KINDS: dict[str, Kind] = {
    "bad-request": Kind(
        400, "Yêu cầu không hợp lệ", "Bad request",
        "Yêu cầu không đúng định dạng.", "The request is malformed.",
    ),
    "no-file": Kind(
        400, "Thiếu tệp", "No file",
        'Hãy gửi đúng một tệp trong trường "file", hoặc gửi nội dung tệp làm thân yêu cầu.',
        'Send exactly one file in the field "file", or the file\'s bytes as the body of the request.',
    ),
    "bad-cursor": Kind(
        400, "Con trỏ trang không hợp lệ", "Bad cursor",
        'Giá trị "cursor" phải lấy nguyên văn từ "next_cursor" của trang trước, với cùng bộ lọc.',
        'The value of "cursor" has to be the "next_cursor" of the page before, with the same filters.',
    ),
    "unauthenticated": Kind(
        401, "Chưa đăng nhập", "Not signed in",
        "Hãy đăng nhập, hoặc gửi mã truy cập: Authorization: Bearer …", "Sign in, or send a token: Authorization: Bearer …",
    ),
    "subscription-token-only": Kind(
        401, "Mã truy cập không dùng được ở đây", "This token cannot be used here",
        'Trong địa chỉ hoặc làm mật khẩu chỉ dùng được mã truy cập có duy nhất quyền "calendar" (lịch) hay "search" (tin tìm kiếm).',
        'In an address or as a password, only a token whose one scope is "calendar" or "search" is taken, each for its own.',
    ),
    "forbidden": Kind(
        403, "Không có quyền", "Not allowed",
        "Tài khoản hoặc mã truy cập này không có quyền làm việc đó.", "This account or token may not do that.",
    ),
    "cross-site": Kind(
        403, "Bị từ chối", "Refused",
        "Yêu cầu đến từ một trang web khác.", "The request comes from another web site.",
    ),
    "wrong-password": Kind(
        401, "Không đăng nhập được", "Not signed in",
        "Tên đăng nhập hoặc mật khẩu không đúng.", "The name or the password is wrong.",
    ),
    "oidc-refused": Kind(
        403, "Không đăng nhập được qua hệ thống định danh", "Not signed in by the OpenID provider",
        "Phiên đăng nhập không hợp lệ hoặc đã hết hạn. Hãy đăng nhập lại từ đầu.",
        "The sign-in is not valid or has expired. Begin it anew.",
    ),
    "oidc-unavailable": Kind(
        502, "Hệ thống định danh không trả lời", "The OpenID provider does not answer",
        "Không hỏi được hệ thống định danh của cơ quan. Hãy thử lại sau, hoặc đăng nhập bằng mật khẩu.",
        "The OpenID provider cannot be asked. Try again later, or sign in by password.",
    ),
    "bad-invitation": Kind(
        403, "Liên kết không còn dùng được", "Invitation is void",
        "Liên kết đã được dùng hoặc đã hết hạn. Hãy xin quản trị viên liên kết mới.",
        "The link has been used or has expired. Ask an administrator for a new one.",
    ),
    "not-found": Kind(
        404, "Không tìm thấy", "Not found",
        "Không có địa chỉ hoặc đối tượng này.", "There is nothing at this address.",
    ),
    "no-record": Kind(
        404, "Chưa có kết quả", "No record yet",
        "Văn bản chưa được bóc tách. Hãy xem trạng thái xử lý.",
        "The document has not been read. Look at the state of its job.",
    ),
    "method-not-allowed": Kind(
        405, "Phương thức không được hỗ trợ", "Method not allowed",
        "Địa chỉ này không nhận phương thức đó.", "This address does not take that method.",
    ),
    "too-slow": Kind(
        408, "Gửi quá chậm", "Too slow",
        "Đã chờ quá lâu mà không nhận được dữ liệu. Hãy gửi lại.", "Nothing came for too long. Send it again.",
    ),
    "conflict": Kind(
        409, "Không thực hiện được lúc này", "Conflict",
        "Trạng thái hiện tại không cho phép việc đó.", "The present state does not allow that.",
    ),
    "edit-conflict": Kind(
        409, "Đồng nghiệp vừa sửa chỗ này", "A colleague has changed this",
        'Giá trị hiện tại khác giá trị bạn đã thấy; xem "errors". Chưa có gì bị ghi đè.',
        'The present value is not the one that you saw; see "errors". Nothing has been overwritten.',
    ),
    "unknown-change": Kind(
        410, "Không có thay đổi mang số này", "No change has this number",
        "Số này lớn hơn thay đổi mới nhất: dữ liệu đã được khôi phục từ một bản sao cũ hơn. Hãy lấy lại toàn bộ, bắt đầu "
        "từ GET /v1/changes/last.",
        "The number is greater than that of the newest change: the data was restored from an older copy. Fetch everything "
        "again, beginning with GET /v1/changes/last.",
    ),
    "message-incomplete": Kind(
        409, "Chưa lập được thông điệp", "The message cannot be made",
        'Bản ghi hoặc tham số còn thiếu hoặc sai những gì thông điệp edXML cần; xem "errors".',
        'The record or the parameters lack what an edXML message needs, or have it wrong; see "errors".',
    ),
    "classified": Kind(
        409, "Văn bản mật", "Classified document",
        "Văn bản có độ mật không được gửi qua trục liên thông văn bản.",
        "A classified document must not go over the document exchange.",
    ),
    "last-administrator": Kind(
        409, "Quản trị viên cuối cùng", "Last administrator",
        "Đây là quản trị viên duy nhất còn đăng nhập được. Hãy có một quản trị viên khác trước.",
        "This is the only administrator who can sign in. Let there be another one first.",
    ),
    "changed-meanwhile": Kind(
        412, "Đã có người sửa", "Changed meanwhile",
        "Nội dung đã thay đổi từ khi bạn tải về. Hãy tải lại rồi sửa tiếp.",
        "It has changed since you fetched it. Fetch it again, then change it.",
    ),
    "too-large": Kind(
        413, "Tệp quá lớn", "File too large",
        "Tệp vượt quá giới hạn.", "The file is larger than the limit.",
    ),
    "too-many-files": Kind(
        413, "Quá nhiều tệp", "Too many files",
        "Mỗi yêu cầu nhận tối đa 100 tệp. Hãy chia thành nhiều yêu cầu.",
        "One request takes at most 100 files. Send them in several.",
    ),
    "unsupported-type": Kind(
        415, "Loại tệp không được hỗ trợ", "Unsupported type of file",
        "Chỉ nhận PDF, PNG, JPEG, TIFF và văn bản thuần.", "PDF, PNG, JPEG, TIFF and plain text are supported.",
    ),
    "misdirected": Kind(
        421, "Tên máy chủ không đúng", "Unknown host",
        "Dịch vụ không phục vụ tên máy chủ này. Người quản trị có thể thêm tên bằng DIRECTIVES_ALLOWED_HOSTS.",
        "The service does not answer to this host name. The operator can add it by DIRECTIVES_ALLOWED_HOSTS.",
    ),
    "invalid": Kind(
        422, "Giá trị không hợp lệ", "Invalid values",
        'Một hoặc nhiều giá trị không hợp lệ; xem "errors".', 'One or more values are invalid; see "errors".',
    ),
    "bad-query": Kind(
        422, "Không hiểu câu hỏi", "The query cannot be understood",
        'Câu hỏi tìm kiếm viết chưa đúng; xem "errors".', 'The search query is not well formed; see "errors".',
    ),
    "not-installed": Kind(
        501, "Chưa cài phần này", "Not installed",
        "Dạng Parquet cần thêm một gói: pip install directives[parquet]. CSV, Excel và JSON Lines có cùng nội dung.",
        "Parquet needs one more package: pip install directives[parquet]. CSV, Excel and JSON Lines hold the same.",
    ),
    "weak-password": Kind(
        422, "Mật khẩu quá yếu", "Password too weak",
        "Mật khẩu cần ít nhất 10 ký tự và khác tên đăng nhập.",
        "The password needs at least 10 characters and must differ from the name.",
    ),
    "webhook-address": Kind(
        422, "Địa chỉ nhận không hợp lệ", "The address cannot be called",
        "Địa chỉ nhận thay đổi không hợp lệ.", "Changes cannot be sent to this address.",
    ),
    "idempotency-mismatch": Kind(
        422, "Idempotency-Key đã dùng cho yêu cầu khác", "Idempotency-Key was used for another request",
        "Hãy dùng khóa mới cho yêu cầu mới.", "Use a new key for a new request.",
    ),
    "empty-file": Kind(
        422, "Tệp rỗng", "Empty file",
        "Tệp rỗng (0 byte).", "The file is empty (0 bytes).",
    ),
    "if-match-needed": Kind(
        428, "Thiếu If-Match", "If-Match needed",
        "Hãy gửi ETag của phiên bản bạn đã đọc trong If-Match.", "Send the ETag of the version that you have read in If-Match.",
    ),
    "too-many-requests": Kind(
        429, "Quá nhiều yêu cầu", "Too many requests",
        "Hãy chờ theo Retry-After rồi thử lại.", "Wait as Retry-After says, then try again.",
    ),
    "internal-error": Kind(
        500, "Lỗi của dịch vụ", "Internal error",
        "Đã có lỗi bên trong dịch vụ. Hãy thử lại; nếu còn lỗi, báo quản trị viên kèm mã yêu cầu.",
        "Something went wrong inside the service. Try again; if it persists, give the operator the request id.",
    ),
    "not-ready": Kind(
        503, "Dịch vụ chưa sẵn sàng", "Not ready",
        "Dịch vụ không dùng được cơ sở dữ liệu. Hãy thử lại sau ít giây.",
        "The service cannot use its database. Try again in a few seconds.",
    ),
    "busy": Kind(
        503, "Quá tải", "Busy",
        "Quá nhiều người đang dùng dịch vụ. Hãy thử lại sau ít giây.",
        "Too many are using the service. Try again in a few seconds.",
    ),
    "disk-full": Kind(
        507, "Hết dung lượng", "Disk full",
        "Máy chủ hết dung lượng lưu trữ; chưa có gì được lưu. Hãy báo quản trị viên, rồi thử lại.",
        "The server has no space left; nothing was kept. Tell the operator, then try again.",
    ),
}  # fmt: skip


class Problem(Exception):
    """An answer that is an error. `detail` and `detail_en` default to those of the kind."""

    def __init__(
        self,
        code: str,
        detail: str | None = None,
        detail_en: str | None = None,
        *,
        status: int | None = None,
        headers: dict[str, str] | None = None,
        errors: list[dict[str, Any]] | None = None,
    ) -> None:
        self.code = code
        self.kind = KINDS[code]
        self.status = status or self.kind.status
        self.detail = detail or self.kind.detail
        self.detail_en = detail_en or self.kind.detail_en
        self.headers = headers or {}
        self.errors = errors
        super().__init__(self.detail_en)

    @classmethod
    def of(cls, error: DirectiveError) -> Problem:
        """The problem that an error of the extractor is at the door."""
        known = isinstance(error, EmptyFile | TooLarge | UnsupportedType)
        return cls(error.code if known else "bad-request", error.message, error.message_en)

    @classmethod
    def of_status(cls, status: int, headers: dict[str, str] | None = None) -> Problem:
        """The problem for a bare HTTP status, as the framework raises it."""
        code = next((code for code, kind in KINDS.items() if kind.status == status), None)
        return cls(code or ("bad-request" if status < 500 else "internal-error"), status=status, headers=headers)

    @classmethod
    def of_lack(cls, error: Exception) -> Problem:
        """The problem for something that `service.patience` calls passing."""
        return cls("disk-full") if no_space(error) else cls("not-ready", headers={"Retry-After": "5"})

    def answer(self, *, instance: str, request_id: str) -> JSONResponse:
        return JSONResponse(self.body(instance, request_id), self.status, self.headers, MEDIA_TYPE)

    def body(self, instance: str, request_id: str) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": f"/problems#{self.code}",
            "title": self.kind.title,
            "title_en": self.kind.title_en,
            "status": self.status,
            "detail": self.detail,
            "detail_en": self.detail_en,
            "code": self.code,
            "instance": instance,
            "request_id": request_id,
        }
        if self.errors is not None:
            body["errors"] = self.errors
        return body


class ProblemDetails(BaseModel):
    """The body of every error answer (RFC 9457, `application/problem+json`)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="Địa chỉ mô tả loại lỗi / where this kind of problem is described")
    title: str = Field(description="Tên lỗi, tiếng Việt / what it is, in Vietnamese")
    title_en: str = Field(description="Tên lỗi, tiếng Anh / the same in English")
    status: int
    detail: str = Field(description="Chuyện gì xảy ra và cần làm gì, tiếng Việt / what happened, in Vietnamese")
    detail_en: str = Field(description="Như trên, tiếng Anh / the same in English")
    code: str = Field(description="Mã lỗi, không đổi giữa các phiên bản / stable code")
    instance: str = Field(description="Đường dẫn của yêu cầu / path of the request")
    request_id: str = Field(description="Mã yêu cầu, có trong nhật ký / id of the request, as in the log")
    errors: list[dict[str, Any]] | None = Field(default=None, description="Từng giá trị sai / each invalid value")
