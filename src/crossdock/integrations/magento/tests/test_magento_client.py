"""How requests are signed, and how refusals read."""

from __future__ import annotations

from typing import Any

import pytest

from crossdock.contract.errors import InvalidBody, NeedsReconnect, VendorRejected
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.magento import client
from crossdock.integrations.magento.tests.fake import TOKEN, FakeMagento

pytestmark = pytest.mark.anyio
SHOP = "https://shop.example.com"


def test_a_signature_is_that_of_the_standard() -> None:
    """Spaces, brackets and signs in a query are where signatures go wrong. Parameters of RFC 5849, 3.4.1.1."""
    protocol = {
        "oauth_consumer_key": "9djdj82h48djs9d2",
        "oauth_token": "kkk9d7dh3k39sjv7",
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": "137131201",
        "oauth_nonce": "7d8f3e4a",
    }
    url = "http://EXAMPLE.COM/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b&c2=&a3=2%20q"
    found = client.signature("POST", url, protocol, "j49sk3j29djd&dh893hdasih9")
    assert found == "ypAxjNip++Dm0fTM+gCl8wAo6ufSnseu1WHxL7py3BU="


@pytest.mark.parametrize("missing", ["consumer_key", "consumer_secret", "access_token_secret"])
async def test_half_a_consumer_is_refused_by_name(missing: str) -> None:
    """A person who forgets a field has to be told which."""
    fake = FakeMagento()
    with pytest.raises(InvalidBody) as caught:
        await fake.connect(credentials={**fake.credentials, missing: ""}).check()
    assert missing in str(caught.value.extra())


async def test_a_token_alone_is_sent_as_it_is() -> None:
    adapter = FakeMagento().connect(credentials={"store_url": SHOP, "access_token": TOKEN})
    assert (await adapter.check())["store_views"] == ["default"]


@pytest.mark.parametrize(
    ("typed", "site"),
    [
        ("shop.example.com", SHOP),
        (f"{SHOP}/", SHOP),
        (f"{SHOP}/rest/default/V1", SHOP),
        (f" {SHOP}/en ", f"{SHOP}/en"),
    ],
)
def test_an_address_may_be_typed_in_many_ways(typed: str, site: str) -> None:
    assert client.site(client.MagentoCredentials(store_url=typed, access_token="")) == site


def test_plain_http_is_refused() -> None:
    with pytest.raises(InvalidBody):
        client.site(client.MagentoCredentials(store_url="http://shop.example.com", access_token=""))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"message": "No %1 in %2", "parameters": ["tea", "east"]}', "No tea in east"),
        (
            b'{"message": "No %fieldName with %field", "parameters": {"field": "a", "fieldName": "sku"}}',
            "No sku with a",
        ),
        (b'{"message": "Wrong", "errors": [{"message": "%1 is", "parameters": ["sku"]}]}', "Wrong; sku is"),
        (b'{"message": "100% wrong"}', "100% wrong"),
        (b"<html>", None),
    ],
)
def test_a_refusal_reads_as_a_sentence(body: bytes, words: str | None) -> None:
    found = client.words_of(VendorAnswer(400, {}, body, SHOP))
    assert (found and found.message) == words


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (NeedsReconnect("no", vendor_message="The consumer isn't authorized to access %resources."), True),
        (NeedsReconnect("no", vendor_message="The signature is invalid."), False),
        (NeedsReconnect("no"), False),
        (VendorRejected("no", status=403), True),
        (VendorRejected("no", status=400), False),
    ],
)
def test_a_missing_right_is_told_from_a_wrong_key(error: Any, expected: bool) -> None:
    """Magento says 401 to both."""
    assert FakeMagento().connect().forbids(error) is expected
