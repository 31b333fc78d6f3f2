"""BigCommerce, a hosted shop system, by its REST Management API: https://developer.bigcommerce.com/docs"""

from crossdock.integrations.bigcommerce.adapter import BigCommerce as BigCommerce
