"""The webhooks of the document: a receiver is written from them."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import validate

from crossdock.contract import webhooks
from crossdock.contract.catalogue import RESOURCES
from crossdock.contract.events import EVENTS, record_events
from crossdock.contract.records import Record
from crossdock.platform import openapi
from tests.contract.test_catalogue import SHARED, with_contract


class Anything(Record, kw_only=True):
    """Stands in for a record whose schema is not part of this version."""

    id: str


@pytest.fixture
def complete(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The document as it is once every resource has a record."""
    stored = tuple(
        item if item.record else replace(item, record=Anything, schema_name=f"{item.vertical}{item.name}ApiItemSchema")
        for item in RESOURCES
    )
    monkeypatch.setattr(webhooks, "STORED", stored)
    monkeypatch.setattr(openapi, "STORED", stored)
    return openapi.document()


def _check(document: dict[str, Any], folder: Path, *more: str) -> tuple[int, int, str]:
    served = folder / "openapi.json"
    served.write_text(json.dumps(document))
    command = [sys.executable, str(SHARED / "tools" / "contract_check.py"), str(served), "--only", "webhooks", *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"\((\d+) of (\d+) facts\)", done.stdout)
    assert found is not None, done.stdout + done.stderr
    return int(found[1]), int(found[2]), done.stdout


class TestDocument:
    def test_every_event_of_a_stored_record_is_there_and_no_other(self) -> None:
        """An event that the document does not know has no payload that a receiver could rely on."""
        waiting = {
            resource.event_name(change)
            for resource in RESOURCES
            if resource.record is None
            for change in (*resource.changes, *resource.more_events)
        }
        assert set(openapi.document()["webhooks"]) == set(EVENTS) - waiting

    def test_all_events_appear_with_their_records(self, complete: dict[str, Any]) -> None:
        """The next record brings its events along, without a second list."""
        assert sorted(complete["webhooks"]) == sorted(EVENTS)
        validate(complete)
        schemas = [item["post"]["requestBody"]["content"] for item in complete["webhooks"].values()]
        assert len({json.dumps(schema) for schema in schemas}) == len(EVENTS)

    @with_contract
    def test_the_facts_are_those_of_the_contract(self, complete: dict[str, Any], tmp_path: Path) -> None:
        covered, wanted, said = _check(complete, tmp_path)
        assert covered == wanted > 2000, said

    @with_contract
    def test_a_missing_fact_would_be_noticed(self, complete: dict[str, Any], tmp_path: Path) -> None:
        broken = copy.deepcopy(complete)
        del broken["components"]["schemas"]["OrdersUpdatedWebhookSchema"]["properties"]["previous_attributes"]
        covered, wanted, _ = _check(broken, tmp_path)
        assert covered < wanted

    def test_every_field_is_described_with_an_example(self) -> None:
        """The reference page of webhooks is made of these."""
        missing = [
            f"{event.name}.{name}"
            for event in webhooks.webhooks()
            for name, prop in {**event.schema["properties"], **event.data.get("properties", {})}.items()
            if name != "data" and not (prop.get("description") and prop.get("examples"))
        ]
        assert missing == []


class TestPayloads:
    """What the schemas take and refuse."""

    @pytest.mark.parametrize("name", ["inventory.updated", "connection.created", "install.failed"])
    def test_a_sent_event_fits(self, name: str) -> None:
        _judge(name).validate(_payload(name))

    @pytest.mark.parametrize(
        ("name", "change"),
        [
            ("inventory.updated", {"previous_attributes": None}),
            ("inventory.updated", {"event_type": "inventory.created"}),
            ("inventory.updated", {"integration_type": "cart"}),
            ("inventory.updated", {"data": {"sku": "x"}}),
            ("connection.created", {"connection_id": None}),
            ("connection.created", {"data": {}}),
        ],
    )
    def test_a_wrong_one_does_not(self, name: str, change: dict[str, Any]) -> None:
        payload = {key: value for key, value in {**_payload(name), **change}.items() if value is not None}
        with pytest.raises(jsonschema_rs.ValidationError):
            _judge(name).validate(payload)


def _judge(name: str) -> jsonschema_rs.Draft202012Validator:
    document = openapi.document()
    schema = document["webhooks"][name]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return jsonschema_rs.Draft202012Validator({**schema, "components": document["components"]}, validate_formats=True)


def _payload(name: str) -> dict[str, Any]:
    about = {
        "connection_id": None if name == "install.failed" else "07b344db-0304-4866-9ae1-ac8af5292a28",
        "customer_id": None,
        "event_type": name,
        "integration_name": "sandbox",
        "integration_type": "wms",
    }
    data: dict[str, dict[str, Any]] = {
        # A truncated event holds nothing but the id.
        "inventory.updated": {
            "data": {"id": "a"},
            "data_truncated": True,
            "data_url": "https://x.example/webhook-events/evt_1/data",
            "previous_attributes": {"onhand": 3},
        },
        "connection.created": {"data": {"created_date": "2026-01-01T00:00:00Z"}},
        "install.failed": {
            "data": {
                "error_message": "no",
                "integration_name": "sandbox",
                "customer_id": None,
                "magic_link_id": None,
                "created_date": "2026-01-01T00:00:00Z",
            }
        },
    }
    return {**about, **data[name]}


def test_names_of_record_events_are_computed() -> None:
    assert len(record_events()) == 58
