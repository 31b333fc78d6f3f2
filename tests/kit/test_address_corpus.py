"""Everything that is known to get past checks of addresses. None of it may lead into a private network."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from crossdock.integrations.kit import addresses
from crossdock.integrations.kit.addresses import AddressGuard
from crossdock.integrations.kit.transport import NetworkTransport, NotSent, VendorRequest
from tests.kit.loopback import Received, http, serve

pytestmark = pytest.mark.anyio

CORPUS = [
    # plain
    ("http://127.0.0.1/", "loopback"),
    ("http://127.8.8.8/", "loopback"),
    ("http://10.0.0.1/", "private"),
    ("http://172.31.255.255/", "private"),
    ("http://192.168.0.1/", "private"),
    ("http://169.254.169.254/latest/meta-data/", "link-local"),
    ("http://100.64.0.1/", "not public"),
    ("http://100.127.255.254/", "not public"),
    ("http://198.18.0.1/", "private"),
    ("http://192.0.2.1/", "private"),
    ("http://0.0.0.0/", "unspecified"),
    ("http://224.0.0.1/", "multicast"),
    ("http://240.0.0.1/", "reserved"),
    ("http://255.255.255.255/", "reserved"),
    # other notations of the same
    ("http://2130706433/", "loopback"),
    ("http://2852039166/", "link-local"),
    ("http://0x7f000001/", "loopback"),
    ("http://0x7f.0.0.1/", "loopback"),
    ("http://0xA9FEA9FE/", "link-local"),
    ("http://0177.0.0.1/", "loopback"),
    ("http://017700000001/", "loopback"),
    ("http://0251.0376.0251.0376/", "link-local"),
    ("http://127.1/", "loopback"),
    ("http://127.0.1/", "loopback"),
    ("http://0/", "unspecified"),
    ("http://127.0.0.1./", "loopback"),
    ("http://2130706433./", "loopback"),
    ("http://①②⑦.⓪.⓪.①/", "loopback"),
    ("http://１６９.254.169.254/", "link-local"),
    ("http://127。0。0。1/", "loopback"),
    ("http://127．0｡0.1/", "loopback"),
    ("http://localhost/", "loopback"),
    ("http://localhost./", "loopback"),
    ("http://LOCALHOST/", "loopback"),
    ("http://ｌocalhost/", "loopback"),
    ("http://anything.localhost/", "loopback"),
    # IPv6, and IPv4 inside it
    ("http://[::1]/", "loopback"),
    ("http://[0:0:0:0:0:0:0:1]/", "loopback"),
    ("http://[::]/", "unspecified"),
    ("http://[::ffff:127.0.0.1]/", "loopback"),
    ("http://[::ffff:a9fe:a9fe]/", "link-local"),
    ("http://[::127.0.0.1]/", "reserved"),
    ("http://[::ffff:0:127.0.0.1]/", "reserved"),
    ("http://[64:ff9b::127.0.0.1]/", "loopback"),
    ("http://[64:ff9b::a9fe:a9fe]/", "link-local"),
    ("http://[64:ff9b:1::10.0.0.1]/", "private"),
    ("http://[2002:7f00:1::]/", "loopback"),
    ("http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/", "loopback"),
    ("http://[fd00:ec2::254]/", "private"),
    ("http://[fe80::1]/", "link-local"),
    ("http://[fe80::1%25eth0]/", "link-local"),
    ("http://[fec0::1]/", "site-local"),
    ("http://[ff02::1]/", "multicast"),
    # two readings of one address
    ("http://example.com@127.0.0.1/", "user name"),
    ("http://127.0.0.1@example.com/", "user name"),
    ("http://user:secret@example.com/", "user name"),
    ("http://127.0.0.1#@example.com/", "loopback"),
    ("http://127.0.0.1?@example.com/", "loopback"),
    ("http://example.com\\@127.0.0.1/", "backslash|user name"),
    ("http://127.0.0.1\\@example.com/", "backslash|user name"),
    ("http://\t127.0.0.1/", "loopback"),
    ("http:///127.0.0.1/", "no host"),
    ("http:127.0.0.1/", "no host"),
    ("//127.0.0.1/", "not http"),
    ("file:///etc/passwd", "not http"),
    ("gopher://127.0.0.1:25/", "not http"),
    ("http://[::1/", "not a usable address"),
    ("http://127.0.0.1:99999/", "not a usable address"),
]


@pytest.fixture
async def transport() -> AsyncIterator[NetworkTransport]:
    made = NetworkTransport(AddressGuard())
    yield made
    await made.close()


@pytest.mark.parametrize(("url", "reason"), CORPUS)
@pytest.mark.parametrize("exact", [False, True], ids=["", "exact"])
async def test_it_is_refused_with_its_reason(transport: NetworkTransport, url: str, reason: str, exact: bool) -> None:
    """Without the reason a user would look for the mistake at the receiver."""
    with pytest.raises(NotSent, match=reason):
        await transport.send(VendorRequest("POST", url, exact=exact))


class _Scripted(AbstractResolver):
    """A name server that answers as it is told, each time something else."""

    answers: list[list[str]] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(hostname=host, host=item, port=port, family=socket.AF_INET, proto=0, flags=0)
            for item in found
        ]

    async def close(self) -> None:
        return


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> type[_Scripted]:
    monkeypatch.setattr(addresses, "DefaultResolver", _Scripted)
    monkeypatch.setattr(_Scripted, "answers", [["127.0.0.1"]])
    return _Scripted


class TestNames:
    @pytest.mark.parametrize(
        ("answers", "reason"),
        [
            ([["127.0.0.1"]], "loopback"),
            ([["169.254.169.254"]], "link-local"),
            ([["::ffff:10.0.0.1"]], "private"),
            ([["93.184.216.34", "10.0.0.1"]], "private"),
        ],
        ids=["loopback", "metadata", "mapped", "one of two"],
    )
    async def test_a_name_that_leads_inside_is_refused(
        self, names: type[_Scripted], answers: list[list[str]], reason: str
    ) -> None:
        names.answers = answers
        transport = NetworkTransport(AddressGuard())
        with pytest.raises(NotSent, match=reason):
            await transport.send(VendorRequest("POST", "http://shop.example/"))
        await transport.close()

    async def test_a_name_that_changes_its_answer_gains_nothing(self, names: type[_Scripted]) -> None:
        """The address that was checked is the one that is connected to; it is not looked up again in between."""

        async def respond(_: Received) -> bytes:
            return http(200)

        async with serve(respond) as server:
            port = server.url.rpartition(":")[2]
            names.answers = [["127.0.0.1"], ["10.0.0.1"]]
            guard = AddressGuard([ipaddress.ip_network("127.0.0.1/32")])
            transport = NetworkTransport(guard)
            answer = await transport.send(VendorRequest("POST", f"http://shop.example:{port}/"))
            assert answer.status == 200
            await transport.close()
            transport = NetworkTransport(guard)
            with pytest.raises(NotSent, match="private"):
                await transport.send(VendorRequest("POST", f"http://shop.example:{port}/"))
            await transport.close()
