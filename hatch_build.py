"""Puts the documentation into the wheel, where the server finds it; in a clone it is read from where it is written."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TEXTS = "crossdock/documents/texts"


class Texts(BuildHookInterface):
    """Runs for wheels; an editable installation has the clone."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable":
            for name in ("README.md", "guide", "reference", "decisions"):
                build_data["force_include"][f"docs/{name}"] = f"{TEXTS}/{name}"
