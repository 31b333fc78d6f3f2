"""Exports of offers and imports of stock, which a marketplace does in the background."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from email import message_from_bytes
from typing import Any

from crossdock.contract.values import timestamp_text
from crossdock.integrations.kit.adapter import Adapter
from crossdock.integrations.kit.fake import Call, Reply, SpecificationViolation, serves
from crossdock.integrations.kit.fake.vendor import FakeVendor

COLUMNS = ["offer-sku", "quantity", "warehouse-code", "update-delete"]


async def _at_once(seconds: float) -> None:
    """The pause between two looks; nobody waits for a fake."""


class StockDesk(FakeVendor):
    """What is done in the background is done at once, unless `looks` says how often it is seen under way first."""

    offers: dict[int, dict[str, Any]]
    touched: dict[int, datetime]
    site: str

    def __init__(self) -> None:
        super().__init__()
        self.looks = 0
        self.broken = False
        """Whether whatever is done in the background fails."""
        self.imports: dict[str, list[list[str]]] = {}
        self.exports: dict[str, list[int]] = {}

    def connect(self, **options: Any) -> Adapter:
        made = super().connect(**options)
        made.pause = _at_once  # type: ignore[attr-defined]
        return made

    @serves("POST", "/api/offers/export/async")
    def export(self, call: Call) -> Reply:
        since = datetime.fromisoformat(call.body["last_request_date"])
        number = f"export-{len(self.exports) + 1}"
        self.exports[number] = [offer for offer, when in self.touched.items() if when >= since]
        return Reply({"tracking_id": number})

    @serves("GET", "/api/offers/export/async/status/{tracking_id}")
    def export_status(self, call: Call) -> Reply:
        seen = {"last_updated": timestamp_text(self.now)}
        if self.broken:
            return Reply({"status": "FAILED", "error": {"code": "1", "detail": "Internal error"}, **seen})
        if self._under_way():
            return Reply({"status": "PENDING", **seen})
        host = self.site.replace("https:", "http:")
        url = f"{host}/api/offers/export/async/file/{call.params['tracking_id']}?file=of52-export/0.json"
        return Reply({"status": "COMPLETED", "urls": [url], **seen})

    @serves("GET", "/api/offers/export/async/file/{export}")
    def export_file(self, call: Call) -> Reply:
        found = self.exports[call.params["export"]]
        return Reply([{"offer_id": number, "deleted": number not in self.offers} for number in found])

    @serves("POST", "/api/offers/stock/imports")
    def import_stock(self, call: Call) -> Reply:
        number = f"import-{len(self.imports) + 1}"
        rows = list(csv.reader(io.StringIO(_file(call)), delimiter=";"))
        if rows[0] != COLUMNS:
            raise SpecificationViolation(f"the file begins with {rows[0]}; STO01 says {COLUMNS}")
        self.imports[number] = rows[1:] if self.broken else [row for row in rows[1:] if not self._apply(row)]
        self._lines = len(rows) - 1
        return Reply({"import_id": number}, 201)

    def _apply(self, row: list[str]) -> bool:
        """Sets the stock that a line says; false when it cannot be."""
        if row[3] != "UPDATE":
            raise SpecificationViolation(f"a line says {row[3]!r}, and no level is to be deleted")
        offer = next((item for item in self.offers.values() if item["shop_sku"] == row[0]), None)
        if offer is None:
            return False
        if row[2]:
            store = next((item for item in offer.get("warehouses", []) if item["code"] == row[2]), None)
            if store is None:
                return False
            store["quantity"] = int(row[1])
            offer["quantity"] = sum(item["quantity"] for item in offer["warehouses"])
        else:
            offer["quantity"] = int(row[1])
        self.touched[offer["offer_id"]] = self.now
        return True

    @serves("GET", "/api/offers/stock/imports/{import_id}/status")
    def import_status(self, call: Call) -> Reply:
        number = call.params["import_id"]
        refused = self.imports[number]
        made: dict[str, Any] = {
            "import_id": number,
            "shop_id": 2000,
            "date_created": timestamp_text(self.now),
            "status": "WAITING" if self._under_way() else "FAILED" if self.broken else "COMPLETE",
            "has_error_report": False,
        }
        if made["status"] == "COMPLETE":
            made |= {"lines_in_error": len(refused), "lines_in_success": self._lines - len(refused)}
            made["has_error_report"] = bool(refused)
        return Reply(made)

    @serves("GET", "/api/offers/stock/imports/{import_id}/error_report")
    def import_errors(self, call: Call) -> Reply:
        made = io.StringIO()
        writer = csv.writer(made, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(["error-line", "error-message", *COLUMNS])
        for at, row in enumerate(self.imports[call.params["import_id"]], 1):
            writer.writerow([at, f"The warehouse '{row[2]}' does not exist", *row])
        return Reply(made.getvalue(), headers={"content-type": "text/csv"}, text=made.getvalue())

    def _under_way(self) -> bool:
        self.looks -= 1
        return self.looks >= 0


def _file(call: Call) -> str:
    """The file of a form, which has that one part."""
    headers: Mapping[str, str] = call.headers
    message = message_from_bytes(b"Content-Type: " + headers["content-type"].encode() + b"\n\n" + call.body)
    [part] = [part for part in message.walk() if not part.is_multipart()]
    if part.get_param("name", header="content-disposition") != "file":
        raise SpecificationViolation("STO01 takes the file under the name `file`")
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode()
