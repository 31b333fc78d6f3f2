"""What the connect window is tried on: a real server, a company's application, customers' systems, and Chromium.

The React package asks for its script at a host that is written into it. Chromium is told that this host is a TLS proxy
of ours, and that no other host but this machine exists.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.async_api import Browser, BrowserContext, FrameLocator, Page, Playwright, expect

from tests.api.depot_server import DepotServer
from tests.api.processes import Installation, free_port
from tests.kit.loopback import Answer, Loopback, Received, http, serve
from tests.link.granary_server import GranaryServer

ROOT = Path(__file__).parents[2]
PAGE = Path(__file__).with_name("page")
MODULES = PAGE / "node_modules"
SHOTS = ROOT / "artefacts" / "link"
"""Where screenshots are kept."""
SCRIPT_HOST = "link.trackstarhq.com"
STRANGE_HOST = "elsewhere.test"
"""A name of the company's pages that may not show the connect window."""
PUBLIC = f"https://{SCRIPT_HOST}"
GUIDE = ROOT / "docs" / "guide" / "connecting.md"
_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}


def chromium_path() -> str | None:
    """Debian's Chromium."""
    return shutil.which("chromium")


def guide_blocks(language: str) -> list[str]:
    """The code of the guide in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE.read_text(), re.M | re.S)


# -- the hard-coded host -------------------------------------------------------------------------------------------


def _certificate(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, SCRIPT_HOST)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(SCRIPT_HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "host.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()
    with contextlib.suppress(ConnectionError, ssl.SSLError, OSError):
        writer.close()


@contextlib.asynccontextmanager
async def tls_proxy(folder: Path, port: int) -> AsyncIterator[int]:
    """A TLS port in front of a plain one."""
    busy: set[asyncio.Task[Any]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        task = asyncio.current_task()
        if task is not None:
            busy.add(task)
            task.add_done_callback(busy.discard)
        await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer))

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=_certificate(folder))
    async with server:
        yield server.sockets[0].getsockname()[1]
        for task in list(busy):
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)


# -- the company ---------------------------------------------------------------------------------------------------


@dataclass
class Company:
    """The application of a software company: its pages, and the guide's backend behind them."""

    loopback: Loopback
    folder: Path
    backend: str
    extra_headers: Mapping[str, str]

    @property
    def url(self) -> str:
        return self.loopback.url

    async def respond(self, request: Received) -> Answer:
        path = request.path.partition("?")[0]
        if path.startswith("/api/"):
            try:
                async with httpx.AsyncClient(timeout=60) as client:
                    answer = await client.post(f"{self.backend}{path}", content=request.body)
            except httpx.HTTPError as error:
                return http(502, str(error), "text/plain")
            return http(answer.status_code, answer.content)
        file = self.folder / path.lstrip("/")
        if not file.is_file():
            return http(404)
        headers = {name: text for name, text in self.extra_headers.items() if file.suffix == ".html"}
        return http(200, file.read_bytes(), _TYPES[file.suffix], **headers)


def build_pages(folder: Path, address: str) -> Path:
    """The guide's pages and the bench, built by Vite; the guide's are told another address than the documented one."""
    react_page, plain_page = guide_blocks("html")
    [react_script] = guide_blocks("jsx")
    written = {
        "react.html": react_page,
        "main.jsx": react_script,
        **{name: (PAGE / name).read_text() for name in ("bench.html", "bench.jsx", "vite.config.js", "package.json")},
    }
    for name, text in written.items():
        (folder / name).write_text(text.replace("http://127.0.0.1:8000", address))
    (folder / "node_modules").symlink_to(MODULES)
    done = subprocess.run(
        [MODULES / ".bin" / "vite", "build", "--logLevel", "warn"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    built = folder / "dist"
    (built / "plain.html").write_text(plain_page.replace("http://127.0.0.1:8000", address))
    return built


def start_backend(folder: Path, port: int, server: str, key: str) -> subprocess.Popen[bytes]:
    """The guide's backend."""
    [code] = guide_blocks("python")
    script = folder / "backend.py"
    script.write_text(code)
    environment = {**os.environ, "CROSSDOCK_URL": server, "CROSSDOCK_API_KEY": key, "PORT": str(port)}
    with (folder / "backend.log").open("wb") as output:
        return subprocess.Popen([sys.executable, script], env=environment, stdout=output, stderr=output)


@contextlib.asynccontextmanager
async def running_company(folder: Path, server: str, key: str) -> AsyncIterator[Company]:
    """The company's application on loopback."""
    port = free_port()
    process = start_backend(folder, port, server, key)
    company = Company(Loopback(""), build_pages(folder, server), f"http://127.0.0.1:{port}", {})
    try:
        async with serve(company.respond) as loopback:
            company.loopback = loopback
            yield company
    finally:
        process.terminate()
        process.wait(30)


# -- the whole stage -----------------------------------------------------------------------------------------------


@dataclass
class Stage:
    """Everything together."""

    served: Installation
    key: str
    company: Company
    depot: DepotServer
    granary: GranaryServer
    browser: Browser

    async def api(self, method: str, path: str, **facts: Any) -> Any:
        """A call with the company's key."""
        token = facts.pop("token", None)
        headers = {"x-trackstar-api-key": self.key, **({"x-trackstar-access-token": token} if token else {})}
        async with httpx.AsyncClient(base_url=self.served.url, timeout=60) as client:
            answer = await client.request(method, path, headers=headers, **facts)
        assert answer.status_code == 200, answer.text
        return answer.json()

    @contextlib.asynccontextmanager
    async def visit(self, size: Mapping[str, int] = DESK, scheme: str = "light") -> AsyncIterator[Visitor]:
        """A customer with a browser of their own."""
        context = await self.browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            color_scheme="dark" if scheme == "dark" else "light",
            ignore_https_errors=True,
            reduced_motion="reduce",
        )
        context.set_default_timeout(45_000)
        visitor = Visitor(self, context)
        context.on("console", visitor.hear)
        context.on("weberror", lambda error: visitor.errors.append(str(error.error)))
        try:
            yield visitor
        finally:
            await context.close()
        assert visitor.errors == []


class Visitor:
    """A customer, and what the browser complained about meanwhile."""

    def __init__(self, stage: Stage, context: BrowserContext) -> None:
        self.stage, self.context = stage, context
        self.errors: list[str] = []

    def hear(self, message: Any) -> None:
        # A refused sign-in is an answer with an error status, which Chromium notes as well.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    async def bench(self, *buttons: Mapping[str, Any], origin: str | None = None) -> Page:
        """The company's page with these buttons."""
        page = await self.context.new_page()
        await page.goto(f"{origin or self.stage.company.url}/bench.html#{quote(json.dumps(buttons))}")
        # Before its script is there a button does nothing, as the package has it.
        await expect(page.get_by_text("loaded", exact=True)).to_have_count(len(buttons))
        return page

    async def hosted(self, url: str) -> Page:
        """A page of ours that stands by itself."""
        page = await self.context.new_page()
        await page.goto(url)
        return page


def window_of(page: Page) -> FrameLocator:
    """The connect window in a company's page."""
    return page.frame_locator('iframe[title="Connect a system"]')


# A loaded machine takes its time.
expect.set_options(timeout=45_000)


async def heading(place: Page | FrameLocator, text: str) -> None:
    """Waits until this screen is shown."""
    await expect(place.get_by_role("heading", level=1)).to_have_text(text)


async def depart(page: Page, place: Page | FrameLocator) -> Page:
    """Goes on to the system's own page, in a window of its own."""
    async with page.expect_popup() as opened:
        await place.get_by_role("button", name="Continue to Granary").click()
    popup = await opened.value
    await expect(popup.get_by_role("heading", name="Granary")).to_be_visible()
    return popup


_AXE = MODULES / "axe-core" / "axe.min.js"
_RUN_AXE = """async () => (await axe.run(document)).violations
    .filter(found => ["serious", "critical"].includes(found.impact))
    .map(found => [found.id, ...found.nodes.map(node => node.html)])"""


async def audit(page: Page) -> None:
    """Nothing that axe calls serious in the connect window."""
    frame = next((one for one in page.frames if "/link/" in one.url), page.main_frame)
    await frame.evaluate(_AXE.read_text())
    assert await frame.evaluate(_RUN_AXE) == []


async def shoot(page: Page, name: str) -> None:
    """Keeps a picture of what is shown."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SHOTS / f"{name}.png")


async def start_browser(playwright: Playwright, tls_port: int, company_port: int) -> Browser:
    """Debian's Chromium, for which only this machine and the mapped host exist."""
    hosts = f"MAP {SCRIPT_HOST} 127.0.0.1:{tls_port}, MAP {STRANGE_HOST} 127.0.0.1:{company_port}"
    rules = f"{hosts}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    return await playwright.chromium.launch(
        executable_path=chromium_path(),
        args=["--no-sandbox", f"--host-resolver-rules={rules}"],
    )
