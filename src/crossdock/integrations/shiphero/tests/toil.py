"""Work and bills of the fake account."""

from __future__ import annotations

from typing import Any

from crossdock.integrations.kit.fake.graphql import resolves
from crossdock.integrations.shiphero.tests import seed
from crossdock.integrations.shiphero.tests.answers import Answers
from crossdock.integrations.shiphero.tests.documents import by_cursor, gid, number

# Charges are (category, label, amount, quantity).
BILLS: dict[int, Any] = {
    81: {"812": ("storage", "Storage", "120.50", 31), "813": ("picking", "Picks", "0.00", 0)},
    82: {"821": ("shipping_labels", None, "7.1", 1)},
}


class Toil(Answers):
    """What was picked and packed, and what a 3PL charges."""

    def begin(self) -> None:
        self.picks = {91: self.new_work("Pick", 91, self.before), 92: self.new_work("Pick", 92, self.before)}
        self.packs = {95: self.new_work("Package", 95, self.before)}
        self.packs[95] |= {"user_first_name": "", "user_last_name": None}
        self.bills = {key: self._bill(key, charges) for key, charges in BILLS.items()}

    def crowd_work(self) -> None:
        """More than fits on a page, also of charges in a bill."""
        for key in range(6001, 6105):
            self.picks[key] = self.new_work("Pick", key, self.before)
            self.packs[key] = self.new_work("Package", key, self.before)
        for key in range(6001, 6023):
            charges = {f"{key}{at}": ("other", f"Fee {at}", "1.00", 1) for at in range(17 if key == 6001 else 1)}
            self.bills[key] = self._bill(key, charges)

    def work_ids(self) -> set[str]:
        return {gid("Pick", key) for key in self.picks} | {gid("Package", key) for key in self.packs}

    def charge_ids(self) -> set[str]:
        return {f"{bill['id']}-{charge['id']}" for bill in self.bills.values() for charge in bill["charges"]}

    def new_work(self, kind: str, key: int, at: str) -> dict[str, Any]:
        return {
            "id": gid(kind, key),
            "created_at": at,
            "order_id": gid("Order", 901),
            "warehouse_id": gid("Warehouse", seed.PRIMARY),
            "user_id": gid("User", 1),
            "user_first_name": "Grace",
            "user_last_name": "Hopper",
            "picked_quantity": 2,
            "total_items": 3,
        }

    def _bill(self, key: int, charges: dict[str, Any]) -> dict[str, Any]:
        names = ("category", "label", "amount", "quantity")
        listed = [
            {"id": gid("FeeCategoryTotal", int(number_)), **dict(zip(names, told, strict=True))}
            for number_, told in charges.items()
        ]
        return {
            "id": gid("Bill", key),
            "legacy_id": key,
            "status": "due",
            "customer_name": "Tea and Pots",
            "profile_name": "Default",
            "created_at": self.before,
            "due_date": None,
            "amount": "127.60",
            "billing_frequency": "monthly",
            "billing_period": {"start": "2026-10-01T00:00:00", "end": "2026-10-31T23:59:59"},
            "charges": listed,
            "totals": by_cursor(listed),
        }

    @resolves("Query", "bills")
    def list_bills(self) -> Any:
        return self.listed("bills", list(self.bills.values()))

    @resolves("Query", "bill")
    def one_bill(self, id: str) -> Any:
        return self.answered("bill", data=self.bills[number(id)])

    @resolves("Query", "picks_per_day")
    def list_picks(self, date_from: str | None = None, date_to: str | None = None) -> Any:
        return self.listed("picks_per_day", self.since(list(self.picks.values()), "created_at", date_from, date_to))

    @resolves("Query", "packs_per_day")
    def list_packs(self, date_from: str | None = None, date_to: str | None = None) -> Any:
        return self.listed("packs_per_day", self.since(list(self.packs.values()), "created_at", date_from, date_to))
