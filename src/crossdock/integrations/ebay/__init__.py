"""eBay, by its Sell APIs (Inventory, Fulfillment) and the Notification API: https://developer.ebay.com/develop/apis"""

from crossdock.integrations.ebay.adapter import Ebay as Ebay
