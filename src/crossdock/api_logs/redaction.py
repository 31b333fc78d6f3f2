"""What the log never keeps: values whose name says that they are secret, and our own keys and tokens anywhere."""

from __future__ import annotations

import re
from typing import Any

import msgspec

REMOVED = "[removed]"
MAX_BODY_BYTES = 16 * 1024
"""Longer bodies are cut."""
_SECRET_NAME = re.compile(
    r"pass(word|wd|phrase)|secret|token|credential|authori[sz]ation|cookie|signature|auth_?code|"
    r"(api|access|private|client|application|app|account|auth|encryption)[-_ ]?key|^(key|pin|code)$",
    re.I,
)
_OUR_SECRETS = re.compile(r"\bcd[a-z]_[A-Za-z0-9_-]{16,}")


def clean_text(text: str) -> str:
    """A text without keys and tokens of ours, and without NUL, which the database cannot hold."""
    return _OUR_SECRETS.sub(REMOVED, text.replace("\0", ""))


def clean(value: Any, name: str = "") -> Any:
    """A JSON value without secrets."""
    if value is not None and not isinstance(value, bool) and _SECRET_NAME.search(name):
        return REMOVED
    if isinstance(value, dict):
        return {key: clean(item, str(key)) for key, item in value.items()}
    if isinstance(value, list):
        return [clean(item, name) for item in value]
    return clean_text(value) if isinstance(value, str) else value


def clean_body(raw: bytes | None) -> str | None:
    """A body as the log keeps it, as JSON. One that is too long or not JSON becomes a text that says so."""
    if not raw:
        return None
    if len(raw) > MAX_BODY_BYTES:
        return msgspec.json.encode(f"{len(raw)} bytes, too many to keep").decode()
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return msgspec.json.encode(f"{len(raw)} bytes that are not JSON").decode()
    return msgspec.json.encode(clean(value)).decode()
