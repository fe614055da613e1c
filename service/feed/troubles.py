"""Why a delivery did not arrive or a webhook was switched off, in both languages, by the code that is kept."""

from __future__ import annotations

from service.api.shapes import Error

_TROUBLES = {
    "status": ("Bên nhận trả lời bằng mã lỗi.", "The receiver answered with an error."),
    "redirect": (
        "Bên nhận chuyển hướng sang địa chỉ khác; dịch vụ không đi theo. Hãy đặt thẳng địa chỉ mới.",
        "The receiver redirects, which is not followed. Set the new address itself.",
    ),
    "timeout": ("Bên nhận không trả lời trong 10 giây.", "The receiver did not answer within 10 seconds."),
    "bad-address": ("Địa chỉ không hợp lệ.", "The address is not a valid one."),
    "unresolved": ("Không tìm thấy tên máy chủ này.", "There is no such host name."),
    "unreachable": ("Không kết nối được tới bên nhận.", "The receiver cannot be connected to."),
    "certificate": (
        "Chứng thư TLS của bên nhận không hợp lệ hoặc không được máy này tin cậy.",
        "The receiver's TLS certificate is invalid or not trusted by this machine.",
    ),
    "private-address": (
        "Địa chỉ nằm trong mạng nội bộ. Người quản trị có thể cho phép máy chủ này bằng "
        "DIRECTIVES_WEBHOOK_PRIVATE_HOSTS.",
        "The address is a private one. The operator can allow this host by DIRECTIVES_WEBHOOK_PRIVATE_HOSTS.",
    ),
    "insecure": (
        "Địa chỉ phải là https, trừ máy chủ nội bộ mà người quản trị cho phép.",
        "The address has to be https, except for hosts of the own network that the operator allows.",
    ),
    "gone": ("Bên nhận báo không nhận nữa (410).", "The receiver says that it takes no more (410)."),
    "failing": (
        "Không lần gửi nào thành công trong hai ngày. Khi bên nhận hoạt động trở lại, hãy bật lại.",
        "No delivery has succeeded for two days. Switch it on again when the receiver is back.",
    ),
    "by-hand": ("Do người dùng tắt.", "Switched off by a user."),
    "bad-search": (
        "Câu hỏi không còn hiểu được. Hãy tạo webhook mới với câu hỏi viết lại.",
        "The search is not understood any more. Make a new webhook with the question written anew.",
    ),
    "skipped": (
        "Được bỏ qua: webhook được bật lại để gửi từ thời điểm đó.",
        "Skipped: the webhook was switched on again to go on from then.",
    ),
}


def error(code: str | None) -> Error | None:
    """What is shown for a kept code."""
    if code is None:
        return None
    message, message_en = _TROUBLES[code]
    return Error(code=code, message=message, message_en=message_en)
