"""Refusals in the vendor's own words: a code for programs and a message for people."""

from __future__ import annotations


class Problem(Exception):
    """A request that is refused; nothing of it took effect."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def missing(what: str, identifier: str) -> Problem:
    """An address that names nothing."""
    return Problem(404, "not_found", f"There is no {what} {identifier}")


def invalid(message: str, code: str = "invalid") -> Problem:
    """Content that can never be accepted."""
    return Problem(422, code, message)


def conflict(code: str, message: str) -> Problem:
    """Content that the present state does not allow."""
    return Problem(409, code, message)


def duplicate_reference(reference: str) -> Problem:
    """A change whose reference was used before; it is not made a second time."""
    return conflict("duplicate_reference", f"Reference {reference} was used before")
