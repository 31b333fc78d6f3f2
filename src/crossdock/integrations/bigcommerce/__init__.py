"""BigCommerce, a hosted shop system, by its REST Management API: https://docs.bigcommerce.com/developer/api-reference"""

from crossdock.integrations.bigcommerce.adapter import BigCommerce as BigCommerce
