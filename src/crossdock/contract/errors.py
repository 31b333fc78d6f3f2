"""Errors grouped by what happens next.

    CrossdockError
    ├── AdapterError             anything an adapter may raise, the seven kinds
    │   ├── NotSupported         501  the connected system cannot do this; never retried
    │   ├── InvalidBody          422  the caller's body is wrong; fix it
    │   ├── VendorRejected       4xx  the connected system said no, in its own words
    │   ├── NeedsReconnect       403  its credentials no longer work; a person must reconnect
    │   ├── RateLimited          429  too fast; retry after a while
    │   ├── VendorUnavailable    502  no usable answer; retry later
    │   └── UnexpectedShape      502  it answered something its documentation does not allow
    ├── UncertainWrite           504  sent, but nobody knows yet whether it took effect
    └── RequestRefused           4xx  refused by us before anything was sent

`origin` says whose refusal it is: `trackstar` for ours, `integration` for the connected system's.
Anything else is a bug of ours and becomes a 500.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

Origin = Literal["trackstar", "integration"]
Violations = Mapping[str, Mapping[str, Sequence[str]]]
"""Location (`json`, `query`, `headers`, `path`) to dotted field to messages."""


class CrossdockError(Exception):
    """Base of every error that has a defined answer."""

    status: int = 500
    origin: Origin = "trackstar"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def extra(self) -> dict[str, Any]:
        """Members of the answer beside `error` and `origin`."""
        return {}

    def headers(self) -> dict[str, str]:
        """Headers the answer carries because of this error."""
        return {}

    def body(self) -> dict[str, Any]:
        """The answer as the contract shapes it."""
        return {"error": self.message, "origin": self.origin, **self.extra()}


class AdapterError(CrossdockError):
    """An outcome of talking to a connected system. `vendor_code` and `vendor_message` are its own words."""

    def __init__(self, message: str, *, vendor_code: str | None = None, vendor_message: str | None = None) -> None:
        super().__init__(message)
        self.vendor_code = vendor_code
        self.vendor_message = vendor_message
        self.failed_url = ""
        """The call that failed, without its parameters."""


class NotSupported(AdapterError):
    """The integration does not implement the action. The text has no origin in the contract, so none is promised."""

    status = 501

    @classmethod
    def action(cls, action: str, display_name: str) -> NotSupported:
        return cls(f"Endpoint {action} is not implemented for {display_name}")


class InvalidBody(AdapterError):
    """The request does not fit the schema; every violation is listed."""

    status = 422

    def __init__(self, violations: Violations) -> None:
        super().__init__("Validation error")
        self.violations = violations

    @classmethod
    def field(cls, name: str, message: str, location: str = "json") -> InvalidBody:
        return cls({location: {name: [message]}})

    def extra(self) -> dict[str, Any]:
        return {"detail": {place: {k: list(v) for k, v in fields.items()} for place, fields in self.violations.items()}}


class VendorRejected(AdapterError):
    """The connected system refused, in words that are passed on unchanged; nothing took effect there."""

    origin: Origin = "integration"
    status = 400

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        vendor_code: str | None = None,
        vendor_message: str | None = None,
    ) -> None:
        super().__init__(message, vendor_code=vendor_code, vendor_message=vendor_message)
        self.status = status

    def extra(self) -> dict[str, Any]:
        return {"code": self.vendor_code} if self.vendor_code else {}


class NeedsReconnect(AdapterError):
    """The connected system no longer accepts the stored credentials. Blocks every sync of the connection.

    Served as 403 with origin `integration`: a 401 would read as a wrong API key of ours.
    """

    origin: Origin = "integration"
    status = 403

    @classmethod
    def credentials(cls, display_name: str, *, vendor_message: str | None = None) -> NeedsReconnect:
        return cls(f"Invalid {display_name} credentials", vendor_message=vendor_message)


class RateLimited(AdapterError):
    """Too many requests, ours or the connected system's limit. `retry_after` is in seconds."""

    status = 429
    retryable = True

    def __init__(self, message: str = "Too Many Requests", *, origin: Origin = "trackstar", retry_after: float) -> None:
        super().__init__(message)
        self.origin = origin
        self.retry_after = retry_after

    def headers(self) -> dict[str, str]:
        return {"retry-after": str(max(1, round(self.retry_after)))}


class VendorUnavailable(AdapterError):
    """No usable answer. `may_have_applied` is true when the request could have reached the connected system."""

    origin: Origin = "integration"
    status = 502
    retryable = True

    def __init__(
        self,
        message: str,
        *,
        may_have_applied: bool,
        vendor_code: str | None = None,
        vendor_message: str | None = None,
    ) -> None:
        super().__init__(message, vendor_code=vendor_code, vendor_message=vendor_message)
        self.may_have_applied = may_have_applied


class UnexpectedShape(AdapterError):
    """An answer that its documentation does not allow; a defect of the adapter or a change at the connected system."""

    origin: Origin = "integration"
    status = 502


class UncertainWrite(CrossdockError):
    """The write was sent and its outcome is not known. Reading the connected system settles it."""

    origin: Origin = "integration"
    status = 504

    def __init__(self, message: str, *, write_id: str) -> None:
        super().__init__(message)
        self.write_id = write_id

    def extra(self) -> dict[str, Any]:
        return {"write_id": self.write_id}


class RequestRefused(CrossdockError):
    """Refused by us before anything was sent."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None, **extra: Any) -> None:
        super().__init__(message)
        self.status = status
        self._extra = extra
        self._headers = dict(headers or {})

    def extra(self) -> dict[str, Any]:
        return self._extra

    def headers(self) -> dict[str, str]:
        return self._headers


def bad_request(message: str) -> RequestRefused:
    """A well-formed request that a rule refuses."""
    return RequestRefused(400, message)


def unauthorized(message: str) -> RequestRefused:
    """A missing or wrong key or token."""
    return RequestRefused(401, message)


def forbidden(message: str) -> RequestRefused:
    """A call this key or connection may not make."""
    return RequestRefused(403, message)


def disabled(action: str) -> RequestRefused:
    """An action switched off for the connection."""
    return forbidden(f"{action} is disabled for this connection")


def not_found(identifier: str, what: str = "Not found") -> RequestRefused:
    """A record that is not in our copy of the connection; `identifier` is repeated in the answer."""
    return RequestRefused(404, what, id=identifier)


def conflict(message: str) -> RequestRefused:
    """The same thing is being done already."""
    return RequestRefused(409, message)


def invalid_query(name: str, message: str) -> InvalidBody:
    """A query parameter that cannot be used."""
    return InvalidBody.field(name, message, "query")


def no_body_taken() -> InvalidBody:
    """A body where none has a meaning."""
    return invalid_query("_schema", "This call takes no body.")
