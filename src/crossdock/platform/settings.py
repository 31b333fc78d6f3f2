"""Every setting of Crossdock, read from `CROSSDOCK_*` environment variables."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import Meta

from crossdock.integrations.kit.addresses import IPNetwork
from crossdock.integrations.kit.auth import OAuthApplication
from crossdock.platform.start_errors import StartRefused

PREFIX = "CROSSDOCK_"


def _about(text: str, **facts: Any) -> Meta:
    return Meta(description=text, **facts)


class Settings(msgspec.Struct, kw_only=True, frozen=True):
    """The settings of one process. Each field is the environment variable of its upper-case name, after CROSSDOCK_."""

    data: Annotated[str, _about("Folder of the embedded database, the keys and the credentials file.")] = (
        "./crossdock-data"
    )
    database_url: Annotated[
        str, _about("PostgreSQL server to use instead of the embedded one, such as postgresql://user@host/name.")
    ] = ""
    master_key: Annotated[
        str, _about("32 bytes in base64 that seal stored credentials; without it `<data>/master.key` is used.")
    ] = ""
    host: Annotated[str, _about("Address the API listens on.")] = "127.0.0.1"
    port: Annotated[int, _about("Port the API listens on.", ge=1, le=65535)] = 8000
    public_url: Annotated[
        str, _about("Address under which callers reach the API, for links in answers; without it that of the request.")
    ] = ""
    api_processes: Annotated[int, _about("API processes that `serve` starts.", ge=1, le=64)] = 1
    redis_url: Annotated[
        str, _about("Redis that counts callers; needed when several API processes share the limits.")
    ] = ""
    reads_per_second: Annotated[int, _about("GET requests a second for one access token.", ge=1)] = 10
    writes_per_second: Annotated[
        int, _about("POST, PUT, PATCH and DELETE requests a second for one access token.", ge=1)
    ] = 50
    integrations_per_minute: Annotated[
        int, _about("Calls a minute for one API key to each of the two integration catalogue reads.", ge=1)
    ] = 1
    max_body_bytes: Annotated[int, _about("Largest request body taken.", ge=1024)] = 2 * 1024 * 1024
    vendor_timeout_seconds: Annotated[
        float, _about("How long one request to a connected system may take.", gt=0, le=600)
    ] = 30
    permission_check_seconds: Annotated[
        float,
        _about("How long finding out what credentials are allowed to do may take; the rest is unknown.", gt=0, le=300),
    ] = 20
    permission_check_concurrency: Annotated[
        int, _about("Calls of a connected system that are tried out at a time for it.", ge=1, le=50)
    ] = 4
    write_deadline_seconds: Annotated[
        float, _about("How long one write may take in all before its outcome counts as uncertain.", gt=0, le=900)
    ] = 120
    connection_concurrency: Annotated[
        int, _about("Requests of one connection that are under way at a time, over all processes.", ge=1, le=1000)
    ] = 8
    first_sync_days: Annotated[
        int, _about("How far back a first sync reaches, for organizations that have not said it.", ge=1, le=1096)
    ] = 30
    sync_run_days: Annotated[int, _about("How many days the list of past syncs reaches back.", ge=1, le=400)] = 30
    allowed_networks: Annotated[
        str,
        _about("Networks that outbound requests may reach although they are not public, comma-separated."),
    ] = ""
    single_connection_as_list: Annotated[
        bool, _about("Answer one connection in the list envelope; false answers one object.")
    ] = True
    tick_seconds: Annotated[int, _about("How often the worker looks for due syncs.", ge=1, le=59)] = 10
    worker_concurrency: Annotated[int, _about("Syncs one worker runs at a time.", ge=1, le=500)] = 20
    sync_lease_seconds: Annotated[
        float, _about("How long a sync may be silent before another worker takes it over.", ge=1)
    ] = 120
    sync_retry_seconds: Annotated[float, _about("Longest wait after a sync that failed.", gt=0)] = 3600
    settle_seconds: Annotated[
        float, _about("How long the worker waits before it asks again what became of an uncertain write.", gt=0)
    ] = 300
    event_days: Annotated[
        int, _about("How long events, the versions of records they name and the log of deliveries are kept.", ge=4)
    ] = 30
    webhook_max_bytes: Annotated[int, _about("Larger webhook messages say only where their data is.", ge=1024)] = (
        1024 * 1024
    )
    webhook_timeout_seconds: Annotated[float, _about("How long a receiver of webhooks may take.", gt=0, le=120)] = 15
    webhook_lease_seconds: Annotated[
        float, _about("How long the deliveries to an endpoint may rest before another worker takes them over.", ge=1)
    ] = 60
    webhook_retry_seconds: Annotated[
        float, _about("Longest wait between two attempts at a message, unless the receiver asks for more.", gt=0)
    ] = 64800
    webhook_disable_days: Annotated[
        float, _about("An endpoint that has only failed for so long is switched off.", gt=0)
    ] = 5
    webhook_concurrency: Annotated[
        int, _about("Messages that are under way to one endpoint at a time.", ge=1, le=1000)
    ] = 32
    webhook_lanes: Annotated[int, _about("Endpoints that one worker delivers to at a time.", ge=1, le=1000)] = 100
    pool_size: Annotated[int, _about("Database connections one process holds at most.", ge=2, le=200)] = 20
    api_log_days: Annotated[int, _about("How many days the log of API calls reaches back.", ge=1, le=400)] = 30
    api_log_bodies: Annotated[
        Literal["none", "errors", "all"],
        _about("Of which calls the log keeps the bodies, without secrets; bodies hold data of your customers."),
    ] = "none"
    link_origins: Annotated[
        str,
        _about(
            "Origins of pages that may show the connect window, comma-separated, such as https://app.example.com; `*` "
            "is any. Without it only pages of this machine may, such as http://localhost:5173."
        ),
    ] = ""
    public_calls_per_minute: Annotated[
        int,
        _about(
            "Calls a minute from one address to what needs no API key: pages, documents, sign-ins, made-up webhooks.",
            ge=1,
        ),
    ] = 600
    sign_ins_per_minute: Annotated[
        int, _about("Attempts a minute to sign in to a system, for one address and for one link token.", ge=1)
    ] = 10
    trusted_proxies: Annotated[
        str,
        _about("Networks of proxies whose X-Forwarded-For says where a call came from, comma-separated."),
    ] = ""
    log_format: Annotated[Literal["text", "json"], _about("How log lines look.")] = "text"

    @property
    def write_open_seconds(self) -> float:
        """How long a write that nobody has closed counts as under way: its deadline, and time for what was sent last to
        arrive at the connected system."""
        return self.write_deadline_seconds + self.vendor_timeout_seconds

    @property
    def data_folder(self) -> Path:
        return Path(self.data).absolute()

    def networks(self) -> tuple[IPNetwork, ...]:
        """The networks of `allowed_networks`."""
        return _networks(self.allowed_networks)

    def proxies(self) -> tuple[IPNetwork, ...]:
        """The networks of `trusted_proxies`."""
        return _networks(self.trusted_proxies)

    def embedding_origins(self) -> tuple[str, ...]:
        """The origins of pages that may show the connect window, as a content security policy writes them."""
        given = tuple(item.strip().rstrip("/") for item in self.link_origins.split(",") if item.strip())
        for origin in given:
            if origin != "*" and not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin} is not an origin such as https://app.example.com")
        return given or OWN_MACHINE


_ORIGIN = re.compile(r"https?://(\*\.)?[A-Za-z0-9.-]+(:(\d+|\*))?|https?://\[[0-9a-f:]+\](:\d+)?")
OWN_MACHINE = ("http://localhost:*", "http://127.0.0.1:*")
"""Origins of pages that are being built on this machine."""


def _networks(text: str) -> tuple[IPNetwork, ...]:
    return tuple(ipaddress.ip_network(item.strip(), strict=False) for item in text.split(",") if item.strip())


OAUTH_PREFIX = "CROSSDOCK_OAUTH_"
"""Variables that name this installation's OAuth application at a connected system."""
CREDENTIAL_PREFIX = "CROSSDOCK_CREDENTIAL_"
"""Variables that `crossdock connect` reads credentials from."""
RESERVED = frozenset({"TEST_DATABASE_URL", "API_KEY"})
"""Variables with our prefix that are not settings of a process."""


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings, or `StartRefused` with one line that names every unknown or bad variable."""
    given = os.environ if environment is None else environment
    known = set(Settings.__struct_fields__)
    values: dict[str, Any] = {}
    problems: list[str] = []
    for key in sorted(given):
        if not key.startswith(PREFIX) or _is_reserved(key):
            continue
        name = key.removeprefix(PREFIX).lower()
        if name not in known:
            problems.append(f"{key} is not a setting")
        elif given[key]:
            problem = _bad_value(name, given[key])
            if problem:
                problems.append(f"{key}: {problem}")
            values[name] = given[key]
    if problems:
        raise StartRefused("; ".join(problems))
    settings = msgspec.convert(values, Settings, strict=False)
    parsed = (("allowed_networks", settings.networks), ("trusted_proxies", settings.proxies))
    for name, parse in (*parsed, ("link_origins", settings.embedding_origins)):
        try:
            parse()
        except ValueError as error:
            raise StartRefused(f"{variable(name)}: {error}") from None
    return settings


def oauth_variables(slug: str) -> tuple[str, str]:
    """The variables of the id and the secret of the OAuth application at a system."""
    name = f"{OAUTH_PREFIX}{slug.replace('-', '_').upper()}"
    return f"{name}_CLIENT_ID", f"{name}_CLIENT_SECRET"


def oauth_applications(
    slugs: Iterable[str], environment: Mapping[str, str] | None = None
) -> dict[str, OAuthApplication]:
    """The OAuth applications of this installation by slug, or `StartRefused` for a variable that belongs to none."""
    given = os.environ if environment is None else environment
    left = {key for key, value in given.items() if key.startswith(OAUTH_PREFIX) and value}
    found = {}
    for slug in slugs:
        identifier, secret = oauth_variables(slug)
        if identifier in left:
            found[slug] = OAuthApplication(given[identifier], given.get(secret, ""))
            left -= {identifier, secret}
    if left:
        wrong = ", ".join(sorted(left))
        raise StartRefused(f"{wrong}: no integration takes it, or its _CLIENT_ID is missing")
    return found


_HINTS = get_type_hints(Settings, include_extras=True)


def _bad_value(name: str, value: str) -> str | None:
    try:
        msgspec.convert(value, _HINTS[name], strict=False)
    except msgspec.ValidationError as error:
        return str(error)
    return None


def descriptions() -> list[tuple[str, str, str]]:
    """Variable, default and meaning of every setting, for the reference page."""
    rows = []
    for item in msgspec.structs.fields(Settings):
        meta = next(part for part in _HINTS[item.name].__metadata__ if isinstance(part, Meta))
        rows.append((variable(item.name), str(item.default), str(meta.description)))
    return rows


def _is_reserved(key: str) -> bool:
    """Whether a variable with our prefix is for something else: tests, clients, or the credentials of a connection."""
    name = key.removeprefix(PREFIX)
    return name in RESERVED or key.startswith((CREDENTIAL_PREFIX, OAUTH_PREFIX)) or name.endswith("_SANDBOX_TOKEN")
