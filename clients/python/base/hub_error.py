"""Errors of a hub."""

from typing import Any, Optional


class HubError(Exception):
    """A refusal of the hub, or that no hub answers.

    ``code`` is a fixed word such as NOT_FOUND, or HUB_UNREACHABLE. ``details`` is what the hub says besides, such as ``limit``,
    ``received`` or ``retryAfter`` (seconds). ``request_id`` is the id of the request in the log of the hub.
    """

    def __init__(
        self, code: str, message: str, details: Optional[dict[str, Any]] = None, request_id: Optional[str] = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.details = details or {}
        self.request_id = request_id


def hub_error(errors: list[dict[str, Any]], request_id: Optional[str] = None) -> HubError:
    """The first of the errors of an answer, which names them all."""
    details = dict(errors[0].get("extensions") or {})
    code = str(details.pop("code", "INTERNAL"))
    return HubError(code, "; ".join(error["message"] for error in errors), details, request_id)
