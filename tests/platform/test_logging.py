"""What stands in the log when something goes wrong."""

from __future__ import annotations

import io
import sys
from typing import Literal

import pytest
import structlog

from crossdock.platform.settings import Settings
from crossdock.platform.start import configure_logging


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_traceback_shows_no_values(monkeypatch: pytest.MonkeyPatch, log_format: Literal["text", "json"]) -> None:
    """The variables of a failed call may be keys, tokens and customers' data."""
    secret, output, before = "-".join(["hunter", "2"]), io.StringIO(), structlog.get_config()
    monkeypatch.setattr(sys, "stderr", output)

    def fail(credential: str) -> None:
        raise ValueError("it failed")

    try:
        configure_logging(Settings(log_format=log_format))
        fail(secret)
    except ValueError as error:
        structlog.get_logger("test").error("broken", exc_info=error)
    finally:
        structlog.configure(**before)
    said = output.getvalue()
    assert "ValueError: it failed" in said
    assert "fail(secret)" in said
    assert secret not in said
