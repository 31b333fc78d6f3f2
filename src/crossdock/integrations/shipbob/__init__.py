"""ShipBob, a network of fulfillment centers, by its public API. https://developer.shipbob.com/"""

from crossdock.integrations.shipbob.adapter import ShipBob as ShipBob
