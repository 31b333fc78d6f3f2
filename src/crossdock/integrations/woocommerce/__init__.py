"""WooCommerce, the shop plugin of WordPress, by its REST API: https://woocommerce.github.io/woocommerce-rest-api-docs/"""

from crossdock.integrations.woocommerce.adapter import WooCommerce as WooCommerce
