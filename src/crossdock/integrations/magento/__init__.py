"""Magento Open Source and Adobe Commerce, by their REST API: https://developer.adobe.com/commerce/webapi/rest/"""

from crossdock.integrations.magento.adapter import Magento as Magento
