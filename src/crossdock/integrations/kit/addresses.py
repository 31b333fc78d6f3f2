"""Which addresses an outbound request may reach.

Names are resolved once, every resolved address is checked, and the connection goes to the checked address, so a
name that answers differently the second time gains nothing. Only networks a setting allows are exempt.
"""

from __future__ import annotations

import functools
import ipaddress
import socket
import unicodedata
from collections.abc import Sequence
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver
from yarl import URL

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")


class AddressRefused(OSError):
    """An address that requests must not go to; the text names the reason."""


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 form stands for."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64 or address in _NAT64_LOCAL:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo is not None:
        return address.teredo[1]
    return None


def _reason(address: IPAddress) -> str | None:
    """Why an address is not public, or None when it is."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _embedded(address)
        found = None if inner is None else _reason(inner)
        if found is not None:
            return f"{found} behind {address}"
    checks = (
        ("is_unspecified", "unspecified"),
        ("is_loopback", "loopback"),
        ("is_link_local", "link-local"),
        ("is_site_local", "site-local"),
        ("is_multicast", "multicast"),
        ("is_reserved", "reserved"),
        ("is_private", "private"),
    )
    for attribute, word in checks:
        if getattr(address, attribute, False):
            return word
    return None if address.is_global else "not public"


def _literal(host: str) -> str | None:
    """The address that a host is in some notation; None for a name, where the resolver's answer is what counts."""
    plain = unicodedata.normalize("NFKC", host).replace("\u3002", ".").rstrip(".").lower()
    if plain == "localhost" or plain.endswith(".localhost"):
        return "127.0.0.1"
    try:
        return str(ipaddress.ip_address(plain))
    except ValueError:
        pass
    try:
        # One number, hexadecimal and octal ones, fewer than four: all that the C library reads as an address.
        return socket.inet_ntoa(socket.inet_aton(plain))
    except (OSError, UnicodeEncodeError):
        return None


class AddressGuard:
    """Refuses addresses that are not public, unless they lie in an allowed network."""

    def __init__(self, allowed: Sequence[IPNetwork] = ()) -> None:
        self._allowed = tuple(allowed)
        # The same few addresses are asked about all the time, and what a text says does not change.
        self._known = functools.lru_cache(maxsize=1024)(self._check_url)

    def check_address(self, text: str, host: str) -> None:
        """Raises `AddressRefused` when a resolved address must not be connected to."""
        address = ipaddress.ip_address(text.partition("%")[0])
        if any(address.version == network.version and address in network for network in self._allowed):
            return
        reason = _reason(address)
        if reason is not None:
            raise AddressRefused(
                f"{host} leads to {address}, which is {reason}; "
                "list its network in CROSSDOCK_ALLOWED_NETWORKS to allow it"
            )

    def check_url(self, url: str) -> None:
        """Raises `AddressRefused` for a URL that no request may go to, as far as its text tells."""
        self._known(url)

    def _check_url(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            host = parts.hostname
            _ = parts.port
            # What a request connects to is this reading, in which other digits and dots have become ordinary ones.
            sent_to = URL(url).raw_host
        except ValueError as error:
            raise AddressRefused(f"not a usable address: {error}") from None
        if parts.scheme not in ("http", "https"):
            raise AddressRefused(f"{parts.scheme or 'no scheme'} is not http or https")
        if not host:
            raise AddressRefused("the address has no host")
        if parts.username is not None or parts.password is not None:
            raise AddressRefused("the address holds a user name or password")
        for name in (host, sent_to or ""):
            address = _literal(name)
            if address is not None:
                self.check_address(address, name)

    def resolver(self) -> AbstractResolver:
        """A resolver for aiohttp that gives out checked addresses only."""
        return _CheckedResolver(self)


class _CheckedResolver(AbstractResolver):
    def __init__(self, guard: AddressGuard) -> None:
        self._guard = guard
        self._inner = DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        results = await self._inner.resolve(host, port, family)
        for result in results:
            self._guard.check_address(result["host"], host)
        return results

    async def close(self) -> None:
        await self._inner.close()
