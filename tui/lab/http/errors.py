"""Errors in OpenAI's shape: ``{"error": {"message", "type", "param", "code"}}``."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

_TYPES = {
    HTTPStatus.UNAUTHORIZED: "invalid_request_error",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_exceeded",
    HTTPStatus.INTERNAL_SERVER_ERROR: "server_error",
    HTTPStatus.SERVICE_UNAVAILABLE: "server_error",
}


class ApiError(Exception):
    """A request that is answered with an error.

    ``retry`` is what ``x-should-retry`` tells the client; None leaves it to the client.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        retry: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.code = code
        self.retry = retry

    def body(self) -> dict[str, Any]:
        """Return the JSON document of the answer."""
        kind = _TYPES.get(HTTPStatus(self.status), "invalid_request_error")
        return {
            "error": {
                "message": self.message,
                "type": kind,
                "param": self.param,
                "code": self.code,
            }
        }

    def headers(self) -> dict[str, str]:
        """Return the headers that go with the answer."""
        if self.retry is None:
            return {}
        return {"x-should-retry": "true" if self.retry else "false"}


def invalid(message: str, param: str | None = None, code: str | None = None) -> ApiError:
    """Return a 400: the request itself is wrong."""
    return ApiError(400, message, param=param, code=code)


def context_exceeded(window: int, tokens: int) -> ApiError:
    """Return a 400 for messages that leave no room for an answer, in OpenAI's words."""
    return invalid(
        f"This model's maximum context length is {window} tokens. However, your messages"
        f" resulted in {tokens} tokens. Please reduce the length of the messages.",
        param="messages",
        code="context_length_exceeded",
    )


def conflict(message: str, code: str) -> ApiError:
    """Return a 409: right request, wrong moment. Asking again at once would not help."""
    return ApiError(409, message, code=code, retry=False)


def no_file(file_id: str) -> ApiError:
    """Return a 404 for a file."""
    return ApiError(404, f"No such File object: {file_id}", param="id")


def no_upload(upload_id: str) -> ApiError:
    """Return a 404 for an upload."""
    return ApiError(404, f"No such Upload object: {upload_id}", param="upload_id")


def no_job(job_id: str) -> ApiError:
    """Return a 404 for a fine-tuning job."""
    return ApiError(
        404,
        f"Could not find fine tune: {job_id}",
        param="fine_tune_id",
        code="fine_tune_not_found",
    )


def no_model(model_id: str) -> ApiError:
    """Return a 404 for a model."""
    return ApiError(
        404,
        f"The model '{model_id}' does not exist or you do not have access to it.",
        param="model",
        code="model_not_found",
    )


def too_large(limit: int) -> ApiError:
    """Return a 413: more bytes than the limit."""
    return ApiError(
        413,
        f"Request is too large: the limit is {limit // (1024 * 1024)} MB ({limit} bytes).",
        param="file",
        code="request_too_large",
    )
