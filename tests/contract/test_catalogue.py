"""Facts of the catalogue, and the published document as a whole."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import validate

from crossdock.contract.catalogue import ACTIONS, PUBLISHED, READ_OF, RESOURCES, STORED
from crossdock.contract.events import ADMIN_EVENTS, EVENTS
from crossdock.contract.values import VERTICALS
from crossdock.integrations import registry
from crossdock.platform.openapi import OPERATIONS, document

SHARED = Path(__file__).resolve().parents[3] / "shared"
CONTRACT = SHARED / "contract"
if not CONTRACT.exists() and os.environ.get("CI"):
    raise RuntimeError(f"the build needs the contract at {CONTRACT}")
with_contract = pytest.mark.skipif(not CONTRACT.exists(), reason="the contract files are not beside this repository")

EXCEPTIONS = Path(__file__).resolve().parents[2] / "docs" / "decisions" / "contract-exceptions.md"


def _contract(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load((CONTRACT / f"{name}.yaml").read_text(), yaml.CSafeLoader)
    return found


def slug(title: str) -> str:
    """A title as the contract check writes it."""
    return re.sub(r"[^a-z0-9]+", "", title.lower())


class TestCatalogue:
    def test_it_is_large_enough_to_be_the_contract(self) -> None:
        assert len(ACTIONS) >= 59
        assert {action.vertical for action in ACTIONS} == set(VERTICALS)
        assert {resource.vertical for resource in RESOURCES} == set(VERTICALS)

    def test_every_published_action_is_routed_and_nothing_else(self) -> None:
        routed = {operation.action.key for operation in OPERATIONS if operation.action is not None}
        assert routed == {action.key for action in PUBLISHED}
        assert len({(operation.method, operation.path) for operation in OPERATIONS}) == len(OPERATIONS)
        assert len({operation.operation_id for operation in OPERATIONS}) == len(OPERATIONS)

    def test_every_stored_resource_can_be_read(self) -> None:
        assert {resource.key for resource in STORED} <= set(READ_OF)

    @with_contract
    def test_the_events_are_those_of_the_contract(self) -> None:
        assert sorted(EVENTS) == sorted(_contract("webhooks")["webhooks"])
        assert len(EVENTS) == len(set(EVENTS)) == 69
        assert len(ADMIN_EVENTS) == 11

    @with_contract
    def test_every_action_has_the_address_of_the_contract(self) -> None:
        published = set()
        for vertical in VERTICALS:
            for path, item in _contract(vertical)["paths"].items():
                published |= {f"{method.upper()} {re.sub('{.*?}', '{}', path)}" for method in item}
        ours = {re.sub("{.*?}", "{}", action.url) for action in ACTIONS}
        assert ours - published == set()


class TestDocument:
    def test_it_is_valid(self) -> None:
        validate(document())

    def test_it_holds_every_operation_and_no_other(self) -> None:
        found = {
            (method.upper(), path, operation["operationId"])
            for path, item in document()["paths"].items()
            for method, operation in item.items()
        }
        assert found == {(item.method, item.path, item.operation_id) for item in OPERATIONS}

    def test_every_field_of_a_record_is_described(self) -> None:
        """The reference pages are made of these."""
        missing = [
            f"{name}.{field}"
            for name, schema in document()["components"]["schemas"].items()
            for field, prop in schema.get("properties", {}).items()
            if name.endswith("ApiItemSchema") and not prop.get("description") and "allOf" not in prop
        ]
        assert missing == []

    @with_contract
    def test_it_covers_every_fact_but_the_listed_ones(self, tmp_path: Path) -> None:
        """Whoever moves over from the contract's API reads the list of exceptions, and it has to be the whole truth."""
        served = tmp_path / "openapi.json"
        served.write_text(json.dumps(document()))
        absent = _variants_without_an_adapter()
        ignored = f"<({'|'.join(absent)})>" if absent else "(?!)"
        command = [sys.executable, str(SHARED / "tools" / "contract_check.py"), str(served), "--show", "-1"]
        done = subprocess.run([*command, "--ignore", ignored], capture_output=True, text=True, check=True)
        missing = re.findall(r"^ +missing (.+)$", done.stdout, re.M)
        assert [re.sub(r"\s+", " ", fact) for fact in missing] == _listed_exceptions(), done.stdout
        total = re.search(r"\((\d+) of (\d+) facts\)", done.stdout)
        assert total is not None, done.stdout
        assert int(total[2]) > 30_000, done.stdout

    @with_contract
    def test_a_missing_fact_would_be_noticed(self, tmp_path: Path) -> None:
        broken = document()
        del broken["paths"]["/wms/inventory"]["get"]["responses"]["422"]
        served = tmp_path / "openapi.json"
        served.write_text(json.dumps(broken))
        command = [sys.executable, str(SHARED / "tools" / "contract_check.py"), str(served), "--min", "100"]
        command += ["--operations", r"GET /wms/inventory$", "--only", "wms"]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 1


def _listed_exceptions() -> list[str]:
    """The facts that the page of exceptions lists as not covered, in the words of the check."""
    block = re.search(r"^```text\n(.*?)^```$", EXCEPTIONS.read_text(), re.M | re.S)
    assert block is not None
    return [line for line in block[1].splitlines() if line != "none"]


def _variants_without_an_adapter() -> list[str]:
    """Titles of published variants whose integration has no adapter here, computed from both sides."""
    known = {slug(adapter.display_name) for adapter in registry.adapters()}
    titles = set()
    for vertical in ("wms", "cart"):
        for name in _contract(vertical)["components"]["schemas"]:
            match = re.fullmatch(r"\w+?--(.+)--", name)
            if match is not None:
                titles.add(slug(match[1].replace("__", " ").replace("_-", "(").replace("_-", ")")))
    return sorted(titles - known - {"baseschema"})
