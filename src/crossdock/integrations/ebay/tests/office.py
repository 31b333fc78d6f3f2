"""The desk of the fake where orders are kept, sent and paid back."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from crossdock.integrations.ebay.tests import seed

REASONS = frozenset(
    {
        "BUYER_CANCEL",
        "SELLER_CANCEL",
        "ITEM_NOT_RECEIVED",
        "BUYER_RETURN",
        "ITEM_NOT_AS_DESCRIBED",
        "OTHER_ADJUSTMENT",
        "SHIPPING_DISCOUNT",
    }
)
_ZERO = Decimal(0)


class Refused(Exception):
    """A refusal with eBay's status and code."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def amount(value: Decimal | str) -> dict[str, str]:
    """An amount as eBay shows it."""
    return {"value": f"{Decimal(value):f}", "currency": "USD"}


class Office:
    """Orders with their parcels and refunds. Amounts are computed from the lines each time."""

    def __init__(self, now: Callable[[], str], href: str) -> None:
        self._now, self._href = now, href
        self.orders: dict[str, dict[str, Any]] = {}
        self._refunds = 0

    def add(self, number: str, created: str, *, lines: Sequence[dict[str, Any]], **facts: Any) -> None:
        """A new order."""
        self.orders[number] = {
            "number": number,
            "created": created,
            "changed": created,
            "lines": copy.deepcopy(list(lines)),
            "payment": facts.get("payment", "PAID"),
            "cancel": facts.get("cancel", "NONE_REQUESTED"),
            "delivery": facts.get("delivery"),
            "parcels": [],
            "refunds": [],
        }
        if facts.get("sent"):
            parts = [{"lineItemId": line["id"], "quantity": line["units"]} for line in lines]
            self.send(number, {"lineItems": parts, "trackingNumber": "9400111", "shippingCarrierCode": "USPS"})
            self.orders[number]["changed"] = created

    def pay(self, number: str) -> None:
        """The buyer pays."""
        self.orders[number] |= {"payment": "PAID", "changed": self._now()}

    def find(self, number: str) -> dict[str, Any]:
        if number not in self.orders:
            raise Refused(404, 32100, f"Invalid order ID: {number}")
        return self.orders[number]

    def send(self, number: str, given: dict[str, Any]) -> str:
        """Puts units into a parcel and gives its id."""
        order = self.find(number)
        if ("trackingNumber" in given) is not ("shippingCarrierCode" in given):
            raise Refused(400, 32300, "Invalid shipment tracking number or carrier")
        if order["payment"] == "PENDING" or order["cancel"] == "CANCELED":
            raise Refused(400, 32600, "Invalid input data")
        left = self._left(order)
        for part in given["lineItems"]:
            if part["lineItemId"] not in left:
                raise Refused(400, 32200, f"Invalid line item id: {part['lineItemId']}")
            if part["quantity"] > left[part["lineItemId"]]:
                raise Refused(400, 32600, "Invalid input data")
        tracking = given.get("trackingNumber")
        parcel = {
            "fulfillmentId": tracking or "999",
            "lineItems": given["lineItems"],
            "shippedDate": given.get("shippedDate", self._now()),
        }
        if tracking:
            parcel |= {"shipmentTrackingNumber": tracking, "shippingCarrierCode": given["shippingCarrierCode"]}
        order["parcels"].append(parcel)
        order["changed"] = self._now()
        return str(parcel["fulfillmentId"])

    def _left(self, order: dict[str, Any]) -> dict[str, int]:
        left = {line["id"]: line["units"] for line in order["lines"]}
        for part in (part for parcel in order["parcels"] for part in parcel["lineItems"]):
            left[part["lineItemId"]] -= part["quantity"]
        return left

    def refund(self, number: str, given: dict[str, Any]) -> dict[str, str]:
        """Pays back an amount of the order or of its lines."""
        order = self.find(number)
        if given.get("reasonForRefund") not in REASONS:
            raise Refused(400, 34903, "The refund reason must be specified.")
        if ("refundItems" in given) is ("orderLevelRefundAmount" in given):
            raise Refused(400, 34905, "Either orderLevelRefundAmount or refundItems must be specified.")
        if order["payment"] == "PENDING":
            raise Refused(409, 34929, "You cannot refund this order yet.")
        parts = given.get("refundItems") or [{"refundAmount": given["orderLevelRefundAmount"]}]
        paid = [self._checked(order, part) for part in parts]
        if sum(paid, _ZERO) > self.left_to_pay(order):
            raise Refused(400, 34915, "The refund amount exceeds order amount.")
        self._refunds += 1
        made = {"refundId": f"50{self._refunds:04}", "refundStatus": "PENDING"}
        for part, money in zip(parts, paid, strict=True):
            order["refunds"].append({**made, "amount": money, "line": part.get("lineItemId")})
        order["changed"] = self._now()
        return made

    def _checked(self, order: dict[str, Any], part: dict[str, Any]) -> Decimal:
        value = Decimal(part["refundAmount"]["value"])
        if part["refundAmount"]["currency"] != "USD":
            raise Refused(400, 34909, "The amount currency isn't correct.")
        if value <= 0 or value != value.quantize(Decimal("0.01")):
            raise Refused(400, 34907, "The amount value must be positive and within two decimals.")
        if "lineItemId" in part:
            line = next((one for one in order["lines"] if one["id"] == part["lineItemId"]), None)
            if line is None:
                raise Refused(400, 34914, "Can't find the item in the order.")
            back = sum((one["amount"] for one in order["refunds"] if one["line"] == line["id"]), _ZERO)
            if value + back > _paid(line):
                raise Refused(409, 34924, "The item refund amount exceeds the item remaining amount.")
        return value

    def left_to_pay(self, order: dict[str, Any]) -> Decimal:
        """What can still be paid back, which never includes taxes that eBay collects."""
        return self._total(order) - sum((one["amount"] for one in order["refunds"]), _ZERO)

    def _total(self, order: dict[str, Any]) -> Decimal:
        delivery = sum((Decimal(value) for value in order["delivery"] or ()), _ZERO)
        return sum((_paid(line) for line in order["lines"]), _ZERO) + delivery

    def shown(self, order: dict[str, Any], *, taxes: bool) -> dict[str, Any]:
        """An order as eBay shows it, with the taxes it collects or without."""
        left, number = self._left(order), order["number"]
        sent = bool(order["parcels"])
        shown: dict[str, Any] = {
            "orderId": number,
            "creationDate": order["created"],
            "lastModifiedDate": order["changed"],
            "orderPaymentStatus": order["payment"],
            "orderFulfillmentStatus": ("IN_PROGRESS" if any(left.values()) else "FULFILLED") if sent else "NOT_STARTED",
            "cancelStatus": {"cancelState": order["cancel"], "cancelRequests": []},
            "buyer": seed.BUYER,
            "salesRecordReference": number[-4:],
            "fulfillmentHrefs": [
                f"{self._href}/order/{number}/shipping_fulfillment/{parcel['fulfillmentId']}"
                for parcel in order["parcels"]
            ],
            "fulfillmentStartInstructions": [
                {
                    "fulfillmentInstructionsType": "SHIP_TO",
                    "shippingStep": {
                        "shipTo": seed.SHIP_TO,
                        "shippingCarrierCode": "USPS",
                        "shippingServiceCode": "USPSPriority",
                    },
                }
            ],
            "lineItems": [self._line(order, line, taxes) for line in order["lines"]],
            "pricingSummary": self._pricing(order, taxes),
            "paymentSummary": {
                "payments": [{"paymentMethod": "EBAY", "paymentStatus": order["payment"]}],
                "refunds": [
                    {"refundId": one["refundId"], "refundStatus": one["refundStatus"], "amount": amount(one["amount"])}
                    for one in order["refunds"]
                    if one["line"] is None
                ],
            },
        }
        return shown

    def _line(self, order: dict[str, Any], line: dict[str, Any], taxes: bool) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "lineItemId": line["id"],
            "legacyItemId": f"11{line['id']}",
            "title": line["sku"] or "Old listing",
            "quantity": line["units"],
            "lineItemCost": amount(line["cost"]),
            "taxes": [],
            "refunds": [
                {"refundId": one["refundId"], "amount": amount(one["amount"])}
                for one in order["refunds"]
                if one["line"] == line["id"]
            ],
            "lineItemFulfillmentInstructions": {"shipByDate": "2026-11-24T22:59:59.000Z"},
        }
        if line["sku"]:
            shown["sku"] = line["sku"]
        if "discounted" in line:
            shown["discountedLineItemCost"] = amount(line["discounted"])
        if "collected" in line:
            collected = {"taxType": "STATE_SALES_TAX", "amount": amount(line["collected"])}
            shown["ebayCollectAndRemitTaxes"] = [{**collected, "collectionMethod": "NET"}]
            if taxes:
                shown["taxes"] = [collected]
        return shown

    def _pricing(self, order: dict[str, Any], taxes: bool) -> dict[str, Any]:
        collected = sum((Decimal(line.get("collected", 0)) for line in order["lines"]), _ZERO) if taxes else _ZERO
        costs = sum((Decimal(line["cost"]) for line in order["lines"]), _ZERO)
        paid = sum((_paid(line) for line in order["lines"]), _ZERO)
        shown = {"priceSubtotal": amount(costs), "total": amount(self._total(order) + collected)}
        if paid != costs:
            shown["priceDiscount"] = amount(paid - costs)
        if order["delivery"]:
            shown |= {"deliveryCost": amount(order["delivery"][0]), "deliveryDiscount": amount(order["delivery"][1])}
        return shown


def _paid(line: dict[str, Any]) -> Decimal:
    return Decimal(line.get("discounted", line["cost"]))
