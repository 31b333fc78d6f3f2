"""ShipHero, by its public GraphQL API: https://developer.shiphero.com/"""

from crossdock.integrations.shiphero.adapter import ShipHero as ShipHero
