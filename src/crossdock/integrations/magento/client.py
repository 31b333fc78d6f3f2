"""How a shop is reached, how requests are signed, and how it refuses.

https://developer.adobe.com/commerce/webapi/get-started/authentication/gs-authentication-oauth/
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

from crossdock.contract.errors import InvalidBody
from crossdock.integrations.kit.adapter import VendorMessage
from crossdock.integrations.kit.auth import AuthSession, Credentials, credential, with_header
from crossdock.integrations.kit.transport import VendorAnswer, VendorRequest
from crossdock.integrations.magento.models import ErrorBody

NAME = "Magento (Adobe Commerce)"
NOT_AUTHORIZED = "isn't authorized to access"
"""In the words of a 401 that is about rights: Magento has no 403 for them."""
_SIGNED = ("consumer_key", "consumer_secret", "access_token_secret")


class MagentoCredentials(Credentials, kw_only=True, frozen=True):
    """An integration of the shop: System > Extensions > Integrations."""

    store_url: Annotated[
        str,
        credential("Store address", "Address of the shop, with https.", example="https://shop.example.com"),
    ]
    access_token: Annotated[
        str,
        credential(
            "Access token", "System > Extensions > Integrations > your integration, after activating it.", secret=True
        ),
    ]
    consumer_key: Annotated[
        str, credential("Consumer key", "Beside the access token. With it, requests are signed.", secret=True)
    ] = ""
    consumer_secret: Annotated[
        str, credential("Consumer secret", "Beside it; needed with the consumer key.", secret=True)
    ] = ""
    access_token_secret: Annotated[
        str, credential("Access token secret", "Beside it; needed with the consumer key.", secret=True)
    ] = ""
    store_code: Annotated[
        str,
        credential(
            "Store view",
            "Code of the store view whose names and prices are read; `all` reads the defaults.",
            example="all",
        ),
    ] = "all"
    admin_url: Annotated[
        str,
        credential(
            "Administration address",
            "Address of the administration, for links to its pages. Left out, records have no links.",
            example="https://shop.example.com/admin_x1y2",
        ),
    ] = ""


def site(credentials: MagentoCredentials) -> str:
    """The shop's address, also when a person typed the API's or none of the scheme."""
    typed = credentials.store_url.strip()
    address = typed if "://" in typed else f"https://{typed}"
    if urlsplit(address).scheme != "https":
        raise InvalidBody.field("store_url", "Must be https: over plain http anybody on the way could read the data.")
    return address.partition("/rest/")[0].rstrip("/")


class MagentoAuth:
    """OAuth 1.0a with HMAC-SHA256 where the consumer is known, and else the access token as it is.

    Since 2.4.4 a shop takes the token alone only when somebody allowed that in its configuration.
    """

    install_method = "input"

    async def apply(self, request: VendorRequest, session: AuthSession) -> VendorRequest:
        given = [name for name in _SIGNED if session.text(name)]
        if not given:
            return with_header(request, "authorization", f"Bearer {session.text('access_token')}")
        if missing := [name for name in _SIGNED if name not in given]:
            raise InvalidBody.field(missing[0], "Consumer key, consumer secret and access token secret go together.")
        protocol = {
            "oauth_consumer_key": session.text("consumer_key"),
            "oauth_nonce": secrets.token_hex(16),
            "oauth_signature_method": "HMAC-SHA256",
            "oauth_timestamp": str(int(time.time())),
            "oauth_token": session.text("access_token"),
            "oauth_version": "1.0",
        }
        key = f"{_coded(session.text('consumer_secret'))}&{_coded(session.text('access_token_secret'))}"
        protocol["oauth_signature"] = signature(request.method, request.url, protocol, key)
        shown = ", ".join(f'{name}="{_coded(value)}"' for name, value in protocol.items())
        return with_header(request, "authorization", f"OAuth {shown}")

    async def renew(self, session: AuthSession) -> bool:
        return False


def signature(method: str, url: str, protocol: Mapping[str, str], key: str) -> str:
    """The signature of a request. https://www.rfc-editor.org/rfc/rfc5849#section-3.4"""
    parts = urlsplit(url)
    pairs = [*parse_qsl(parts.query, keep_blank_values=True), *protocol.items()]
    listed = "&".join(f"{name}={value}" for name, value in sorted((_coded(n), _coded(v)) for n, v in pairs))
    address = f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path}"
    text = "&".join(_coded(part) for part in (method.upper(), address, listed))
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha256)).decode()


def _coded(text: str) -> str:
    return quote(text, safe="-._~")


def words_of(answer: VendorAnswer) -> VendorMessage | None:
    """Magento's words in a refusal, its placeholders filled in."""
    try:
        body = msgspec.json.decode(answer.body, type=ErrorBody)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return VendorMessage("; ".join([_filled(body.message, body.parameters), *_more(body.errors)]))


def _more(errors: list[Any] | None) -> list[str]:
    found = [item for item in errors or () if isinstance(item, dict)]
    return [_filled(str(item.get("message", "")), item.get("parameters")) for item in found]


def _filled(text: str, parameters: Any) -> str:
    """`%1` stands for the first of a list, `%name` for a member of an object."""
    named: dict[str, Any] = parameters if isinstance(parameters, dict) else {}
    if isinstance(parameters, list):
        named = {str(number): value for number, value in enumerate(parameters, 1)}
    for name in sorted(named, key=len, reverse=True):
        text = text.replace(f"%{name}", str(named[name]))
    return text
