"""How a shop is reached and how it refuses. https://woocommerce.github.io/woocommerce-rest-api-docs/#authentication"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from crossdock.contract.errors import InvalidBody
from crossdock.integrations.kit.adapter import VendorMessage
from crossdock.integrations.kit.auth import Credentials, credential
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.woocommerce.models import ErrorBody

NAME = "WooCommerce"
API = "/wp-json/wc/v3"


class WooCommerceCredentials(Credentials, kw_only=True, frozen=True):
    """A key of the shop's REST API."""

    store_url: Annotated[
        str,
        credential(
            "Store address",
            "Address of the WordPress site. It has to be https, since the key travels with every request.",
            example="https://shop.example.com",
        ),
    ]
    consumer_key: Annotated[
        str,
        credential(
            "Consumer key",
            "WooCommerce > Settings > Advanced > REST API > Add key, with the permission Read/Write.",
            secret=True,
            example="ck_...",
        ),
    ]
    consumer_secret: Annotated[
        str, credential("Consumer secret", "Shown once, beside the consumer key.", secret=True, example="cs_...")
    ]


def site(credentials: WooCommerceCredentials) -> str:
    """The site's address, also when a person typed the API's or none of the scheme."""
    typed = credentials.store_url.strip()
    address = typed if "://" in typed else f"https://{typed}"
    if urlsplit(address).scheme != "https":
        raise InvalidBody.field("store_url", "Must be https: over plain http anybody on the way could read the key.")
    return address.partition("/wp-json")[0].partition("/wp-admin")[0].rstrip("/")


def words_of(answer: VendorAnswer) -> VendorMessage | None:
    """WordPress's words in a refusal. What stands before WordPress answers with a page instead."""
    try:
        body = msgspec.json.decode(answer.body, type=ErrorBody)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return VendorMessage(body.message, body.code)
