"""Every setting of Crossdock, read from `CROSSDOCK_*` environment variables."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import Meta

from crossdock.integrations.kit.addresses import IPNetwork
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
    write_deadline_seconds: Annotated[
        float, _about("How long one write may take in all before its outcome counts as uncertain.", gt=0, le=900)
    ] = 120
    first_sync_days: Annotated[int, _about("How far back a first sync reaches.", ge=1, le=1096)] = 30
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
        return tuple(
            ipaddress.ip_network(item.strip(), strict=False)
            for item in self.allowed_networks.split(",")
            if item.strip()
        )


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
    try:
        settings.networks()
    except ValueError as error:
        raise StartRefused(f"{variable('allowed_networks')}: {error}") from None
    return settings


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
    return name in RESERVED or key.startswith(CREDENTIAL_PREFIX) or name.endswith("_SANDBOX_TOKEN")
