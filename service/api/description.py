"""The OpenAPI document: what the framework writes of the routes, and what all of them have in common."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from service.access.doors import COOKIE
from service.access.idempotency import LONGEST_KEY, METHODS
from service.api.examples import example
from service.problems import MEDIA_TYPE, ProblemDetails

Json = dict[str, Any]

TEXT = """
Nhận văn bản chỉ đạo (chỉ thị, công điện, kế hoạch …) dạng quét hoặc điện tử, bóc tách thành nhiệm vụ có cơ quan,
thời hạn, chỉ tiêu, và cho tra cứu.

Takes in Vietnamese government directives, scanned or digital, and turns them into tasks with agencies, deadlines and
targets.

1. `POST /v1/documents` nhận tệp và trả lời khi tệp đã an toàn / answers when the file is safe.
2. `GET /v1/jobs/{id}` cho biết đã đọc đến trang nào / how far the reading is.
3. `GET /v1/documents/{id}/record`, `GET /v1/tasks` cho kết quả / give the result.
4. `GET /v1/changes` cho từng thay đổi, đúng thứ tự, đúng một lần / every change, in order, exactly once.

Mọi lỗi đều theo RFC 9457 (`application/problem+json`), bằng tiếng Việt và tiếng Anh. Mỗi câu trả lời có `X-Request-ID`.
Every error follows RFC 9457, in both languages. Every answer has an `X-Request-ID`.
"""

# What parameters of these names mean, wherever they stand without a word of their own.
_PARAMETERS = {
    "document_id": "Mã văn bản / id of the document",
    "job_id": "Mã lần xử lý / id of the job",
    "task_id": "Mã nhiệm vụ / id of the task",
    "user_id": "Mã người dùng / id of the user",
    "token_id": "Mã của mã truy cập / id of the token",
    "agency_id": "Mã cơ quan / id of the agency",
    "webhook_id": "Mã nơi nhận thay đổi / id of the webhook",
    "delivery_id": "Mã lần gửi / id of the delivery",
    "filter_id": "Mã bộ lọc / id of the filter",
    "number": "Số trang, từ 1 / page number, from 1",
    "if-match": "ETag của bản bạn đã đọc / the ETag of what you have read",
    "if-none-match": "ETag bạn đã có; không đổi thì trả lời 304 / the ETag that you have; unchanged: 304",
}
_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Gửi lại với cùng khóa thì được trả lời như cũ và không làm hai lần / sent again with the same key, it is "
    "answered alike and not done twice",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
    "example": "nop-van-ban-2026-06-01-0001",
}
_SESSION: Json = {
    "type": "apiKey",
    "in": "cookie",
    "name": COOKIE,
    "description": "Trình duyệt đã đăng nhập / a browser",
}
_PROBLEM: Json = {
    "description": "Lỗi / error",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
}


def describe(app: FastAPI) -> None:
    """Say in the document what holds for every route, and what errors really look like."""
    plain = app.openapi

    def openapi() -> Json:
        if app.openapi_schema:
            return app.openapi_schema
        document = plain()
        components = document["components"]
        for name in ("HTTPValidationError", "ValidationError"):
            components["schemas"].pop(name, None)
        components["schemas"]["ProblemDetails"] = ProblemDetails.model_json_schema(
            ref_template="#/components/schemas/{model}"
        )
        components["securitySchemes"]["session"] = _SESSION
        for path in document["paths"].values():
            for method, operation in path.items():
                _complete(method.upper(), operation, components["schemas"])
        app.openapi_schema = document
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _complete(method: str, operation: Json, schemas: Json) -> None:
    for parameter in operation.get("parameters", []):
        if not parameter.get("description"):
            parameter["description"] = _PARAMETERS.get(parameter["name"].lower(), "")
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body and "example" not in body and "examples" not in body:
        body["example"] = example(body["schema"], schemas)
    if "security" in operation:
        operation["security"].append({"session": []})
        if method in METHODS:
            operation.setdefault("parameters", []).append(_KEY)
    operation["responses"].pop("422", None)
    operation["responses"]["default"] = _PROBLEM
