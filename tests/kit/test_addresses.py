"""No address that a user can name leads a request into a private network."""

from __future__ import annotations

import ipaddress

import pytest

from crossdock.contract.errors import VendorUnavailable
from crossdock.integrations.kit.addresses import AddressGuard, AddressRefused
from crossdock.integrations.kit.transport import NetworkTransport, NotSent, VendorRequest
from tests.kit.loopback import Received, http, serve
from tests.kit.test_client import acme

pytestmark = pytest.mark.anyio

LOCAL = [
    ("127.0.0.1", "loopback"),
    ("169.254.169.254", "link-local"),
    ("10.1.2.3", "private"),
    ("172.16.0.1", "private"),
    ("192.168.1.1", "private"),
    ("100.64.0.1", "not public"),
    ("0.0.0.0", "unspecified"),  # noqa: S104 - an address to refuse
    ("224.0.0.1", "multicast"),
    ("255.255.255.255", "reserved"),
    ("::1", "loopback"),
    ("fe80::1", "link-local"),
    ("fd00::1", "private"),
    ("::ffff:10.0.0.1", "private"),
    ("::ffff:169.254.169.254", "link-local"),
    ("64:ff9b::7f00:1", "loopback"),
    ("2002:7f00:1::", "loopback"),
]


@pytest.mark.parametrize(("address", "reason"), LOCAL)
def test_a_private_address_is_refused_with_its_reason(address: str, reason: str) -> None:
    with pytest.raises(AddressRefused, match=reason):
        AddressGuard().check_address(address, "shop.example")


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_a_public_address_is_allowed(address: str) -> None:
    AddressGuard().check_address(address, "shop.example")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/",
        "http://",
        "http://user:password@example.com/",
        "http://127.0.0.1:99999/",
        "http://[::1]/",
        "http://127.0.0.1/",
    ],
)
def test_a_bad_url_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        AddressGuard().check_url(url)


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost."])
async def test_odd_notations_of_loopback_do_not_get_through(host: str) -> None:
    """The resolver reads these as 127.0.0.1; what counts is the address it gives."""

    async def respond(_: Received) -> bytes:
        return http(200, "{}")

    async with serve(respond) as server:
        port = server.url.rpartition(":")[2]
        transport = NetworkTransport(AddressGuard())
        with pytest.raises(NotSent):
            await transport.send(VendorRequest("GET", f"http://{host}:{port}/"))
        await transport.close()
    assert server.received == []


async def test_an_allowed_network_is_reached_and_redirects_are_not_followed() -> None:
    async def respond(_: Received) -> bytes:
        return http(302, "", location="http://169.254.169.254/latest/meta-data")

    async with serve(respond) as server:
        transport = NetworkTransport(AddressGuard([ipaddress.ip_network("127.0.0.0/8")]))
        answer = await transport.send(VendorRequest("GET", server.url))
        await transport.close()
    assert answer.status == 302
    assert len(server.received) == 1


async def test_a_refused_address_is_a_clear_error() -> None:
    transport = NetworkTransport(AddressGuard())
    adapter = acme("http://10.0.0.5", transport, attempts=1)
    with pytest.raises(VendorUnavailable, match=r"10\.0\.0\.5, which is private.*CROSSDOCK_ALLOWED_NETWORKS"):
        await adapter.client.get("/stock")
    await transport.close()
