"""A 3PL Warehouse Manager that holds every request and answer against the reconstructed specification."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from crossdock.contract.resources import Resource
from crossdock.contract.wms.customers import WAREHOUSE_CUSTOMERS
from crossdock.contract.wms.inbound_shipments import INBOUND_SHIPMENTS
from crossdock.contract.wms.inventory import INVENTORY
from crossdock.contract.wms.ledger import INVENTORY_LEDGER
from crossdock.contract.wms.orders import ORDERS
from crossdock.contract.wms.products import PRODUCTS
from crossdock.contract.wms.returns import RETURNS
from crossdock.contract.wms.shipping_methods import SHIPPING_METHODS
from crossdock.contract.wms.warehouses import WAREHOUSE_LOCATIONS, WAREHOUSES
from crossdock.integrations.extensiv_3pl_central import client
from crossdock.integrations.extensiv_3pl_central.adapter import Extensiv
from crossdock.integrations.extensiv_3pl_central.tests import seed
from crossdock.integrations.extensiv_3pl_central.tests.goods import ZONE, refusal
from crossdock.integrations.extensiv_3pl_central.tests.scenes import SCENES
from crossdock.integrations.extensiv_3pl_central.tests.written import Written
from crossdock.integrations.kit.fake import Call, Reply, Specification, serves
from crossdock.integrations.kit.fake.vendor import path_of
from crossdock.integrations.kit.transport import VendorRequest

CLIENT, SECRET, ACCESS = "test-client", "test-client-secret", "test-access-token"


class FakeExtensiv(Written):
    """An account with two customers and two facilities."""

    adapter = Extensiv
    specifications = (
        Specification(
            "extensiv/3pl-warehouse-manager.reconstructed.openapi.json",
            "D",
            overlay=Path(__file__).parent / "overlay.yaml",
        ),
    )
    credentials = {"client_id": CLIENT, "client_secret": SECRET, "user_login": "api-user", "time_zone": ZONE.key}
    wrong_credentials = {**credentials, "client_secret": "test-wrong-secret"}
    passthrough = {"method": "GET", "path": "/customers", "params": {"pgsiz": "1"}}
    scenes = SCENES

    def crowd(self) -> None:
        self.crowd_goods()
        self.crowd_stock()
        self.crowd_orders()

    def admits(self, request: VendorRequest) -> bool:
        if path_of(request) == client.TOKEN:
            pair = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            return request.headers.get("authorization") == f"Basic {pair}"
        return request.headers.get("authorization") == f"Bearer {ACCESS}"

    def changes(self, call: Call) -> bool:
        return call.path != client.TOKEN and super().changes(call)

    def problem(self, status: int) -> Reply:
        if status == 401:
            return Reply({"Message": "invalid_client: client not registered"}, status)
        if status >= 500:
            return Reply(status=status, text="Server Error")
        return refusal(status, "AuthorizationException", "The role of the user does not allow it")

    @serves("POST", "/AuthServer/api/Token")
    def token(self, call: Call) -> Any:
        return {"access_token": ACCESS, "expires_in": 3600, "scope": ""}

    def held(self, resource: Resource) -> set[str]:
        found: dict[str, Any] = {
            WAREHOUSE_CUSTOMERS.key: self.customers,
            PRODUCTS.key: self.items,
            WAREHOUSES.key: self.facilities,
            WAREHOUSE_LOCATIONS.key: self.locations,
            SHIPPING_METHODS.key: ["UPS:03", "UPS:02"],
            INVENTORY.key: self.items,
            INVENTORY_LEDGER.key: self.entries(),
            ORDERS.key: self.orders,
            INBOUND_SHIPMENTS.key: self.receivers_of(returned=False),
            RETURNS.key: self.receivers_of(returned=True),
        }
        return {str(key) for key in found[resource.key]}

    def receivers_of(self, *, returned: bool) -> list[int]:
        kinds = {key: item["readOnly"]["receiverType"] for key, item in self.receivers.items()}
        return [key for key, kind in kinds.items() if (kind == client.RETURNED) is returned]

    def change(self, resource: Resource) -> set[str]:
        self.pass_time(hours=1)
        if resource is PRODUCTS:
            self.items[seed.MUG]["description"] = "Blue mug"
            self.items[seed.MUG]["readOnly"]["lastModifiedDate"] = self.text(self.now)
            return {str(seed.MUG)}
        if resource is ORDERS:
            self.touch_order(701, pickStarted=True)
            return {"701"}
        if resource is INBOUND_SHIPMENTS:
            self.touch_receiver(502, notes="Delayed")
            return {"502"}
        if resource is RETURNS:
            self.touch_receiver(504, arrivalDate=self.text(self.now))
            return {"504"}
        if resource in (INVENTORY, INVENTORY_LEDGER):
            key = self.new_id()
            self.adjust(key, seed.WEST, "Counted", {seed.TEA_BOX: -2}, self.text(self.now))
            return {str(seed.TEA_BOX)} if resource is INVENTORY else {f"{key}-50100"}
        return set()
