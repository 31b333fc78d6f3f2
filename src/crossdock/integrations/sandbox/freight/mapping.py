"""What the freight forwarder's shapes mean in ours."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from crossdock.contract.freight import shipments
from crossdock.contract.statuses import FreightStatus
from crossdock.integrations.kit.mapping import moment, text_or_none
from crossdock.integrations.sandbox.freight.models import FreightConsignment, FreightMilestone, FreightParty

STATUSES: dict[str, FreightStatus] = {
    "booked": "open",
    "picked_up": "in-transit",
    "under_way": "in-transit",
    "transshipment": "in-transit",
    "at_destination_port": "arrived",
    "cleared": "arrived",
    "delivered": "delivered",
    "cancelled": "cancelled",
}


def to_shipment(found: FreightConsignment) -> shipments.Shipment:
    """A consignment. It departs with its first leg and arrives with its last."""
    departure = _milestone(found, "departed", 0)
    arrival = _milestone(found, "arrived", len(found.legs) - 1)
    return shipments.Shipment(
        id=found.id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        shipment_number=found.number,
        status=STATUSES.get(found.state, "other"),
        raw_status=found.state,
        mode=found.mode,
        carrier_name=found.carrier.name,
        scac=found.carrier.scac,
        booking_number=found.booking_number,
        bill_of_lading_number=found.bill_of_lading,
        origin_address=to_address(found.shipper),
        destination_address=to_address(found.consignee),
        estimated_departure_date=moment(departure.planned_at) if departure else None,
        actual_departure_date=moment(departure.happened_at) if departure and departure.happened_at else None,
        estimated_arrival_date=moment(arrival.planned_at) if arrival else None,
        actual_arrival_date=moment(arrival.happened_at) if arrival and arrival.happened_at else None,
        containers=[
            shipments.Container(
                container_id=container.id,
                container_number=container.number,
                container_type=container.type,
                seal_number=container.seal,
            )
            for container in found.containers
        ],
        line_items=[
            shipments.ShipmentLineItem(
                sku=goods.sku, quantity=Decimal(goods.units), purchase_order_number=goods.purchase_order
            )
            for goods in found.goods
        ],
        additional_fields=way(found),
    )


def _milestone(found: FreightConsignment, event: str, leg: int) -> FreightMilestone | None:
    return next((item for item in found.milestones if (item.event, item.leg) == (event, leg)), None)


def to_address(party: FreightParty) -> shipments.FreightAddress:
    """Where freight begins or ends its way."""
    return shipments.FreightAddress(
        name=party.name,
        address1=party.address.street,
        city=party.address.city,
        state=text_or_none(party.address.region),
        postal_code=party.address.postal_code,
        country=party.address.country,
    )


def way(found: FreightConsignment) -> dict[str, Any]:
    """Legs and milestones, which have no field of their own."""
    return {
        "legs": [{"origin": leg.origin, "destination": leg.destination, "vessel": leg.vessel} for leg in found.legs],
        "milestones": [
            {
                "event": item.event,
                "place": item.place,
                "estimated_date": moment(item.planned_at),
                "actual_date": moment(item.happened_at) if item.happened_at else None,
            }
            for item in found.milestones
        ],
    }
