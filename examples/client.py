"""What the examples share: a small client of the API, and assertions that say what they are about.

It needs nothing but Python.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

SYNC_TIMEOUT_SECONDS = 180
PAGE = 7
"""Small, so that even a small catalogue has several pages."""


@dataclass(frozen=True)
class Answer:
    """One answer of the server; header names are lower case."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def data(self) -> Any:
        return self.body["data"]


class Client:
    """Calls of one connection. A call that is refused for its pace is made again when the server says."""

    def __init__(self, address: str, api_key: str, access_token: str) -> None:
        self._parts = urlsplit(address)
        self._headers = {"x-trackstar-api-key": api_key, "x-trackstar-access-token": access_token}

    def call(
        self, method: str, path: str, body: Any = None, query: dict[str, Any] | None = None, **headers: str
    ) -> Answer:
        """One call, whatever its status. Header names are written with underscores."""
        target = f"{path}?{urlencode(query)}" if query else path
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        while True:
            answer = self._once(method, target, body, extra)
            if answer.status != http.HTTPStatus.TOO_MANY_REQUESTS:
                return answer
            time.sleep(float(answer.headers.get("retry-after", "1")))

    def _once(self, method: str, target: str, body: Any, extra: dict[str, str]) -> Answer:
        secure = self._parts.scheme == "https"
        connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = connect(self._parts.netloc, timeout=150)
        try:
            sent = None if body is None else json.dumps(body)
            typed = {} if body is None else {"content-type": "application/json"}
            connection.request(method, target, sent, {**self._headers, **typed, **extra})
            response = connection.getresponse()
            raw = response.read()
            given = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, given, json.loads(raw) if raw else None)
        finally:
            connection.close()

    def ok(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        """One call that has to succeed."""
        answer = self.call(method, path, body, **options)
        expect(answer.status == http.HTTPStatus.OK, f"{method} {path} answers 200", answer.body)
        return answer

    def every(self, path: str, **query: Any) -> list[Any]:
        """All records of a list, page by page; the filters are repeated with every page token."""
        found: list[Any] = []
        token: str | None = None
        while True:
            page = self.call("GET", path, query={"limit": PAGE, **query, **({"page_token": token} if token else {})})
            expect(page.status == http.HTTPStatus.OK, f"GET {path} answers 200", page.body, quiet=True)
            found += page.data
            token = page.body["next_token"]
            if token is None:
                return found


def expect(holds: bool, what: str, seen: Any = None, *, quiet: bool = False) -> None:
    """An assertion that says what it is about."""
    if not holds:
        raise AssertionError(f"{what}: {json.dumps(seen, ensure_ascii=False)[:1500]}")
    if not quiet:
        print(f"    ok  {what}")


def one(path: str, *ids: str) -> str:
    """A path with identifiers in it, which may hold any character."""
    return path.format(*(quote(item, safe="") for item in ids))


# -- what a write needs, as write-info says ------------------------------------------------------------------------


@dataclass(frozen=True)
class WriteInfo:
    """The write-info document of a connection, with the values of its account."""

    document: dict[str, Any]

    def schema(self, method: str, path: str) -> dict[str, Any]:
        """The schema of a write's body."""
        operation = self.document["paths"][path][method.lower()]
        name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        found: dict[str, Any] = self.document["components"]["schemas"][name]
        return found


def body_for(schema: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """Those of the wanted fields that the schema has; AssertionError when it requires one more."""
    missing = set(schema.get("required", ())) - set(wanted)
    expect(not missing, "a body of write-info requires nothing unexpected", sorted(missing), quiet=True)
    body = {}
    for name, value in wanted.items():
        prop = schema["properties"].get(name)
        if prop is None:
            continue
        if "enum" in prop:
            expect(value in prop["enum"], f"{name} is one of the account's choices", [value, prop["enum"]], quiet=True)
        if prop.get("type") == "array" and "properties" in prop.get("items", {}):
            value = [body_for(prop["items"], item) for item in value]
        body[name] = value
    return body


# -- the program ---------------------------------------------------------------------------------------------------


def wait_for_first_sync(client: Client, token: str) -> dict[str, Any]:
    """The connection of a token, once everything has been read for the first time."""
    deadline = time.monotonic() + SYNC_TIMEOUT_SECONDS
    while True:
        [connection] = client.call("GET", "/connections", query={"access_token": token}).data
        if all(connection["historical_sync_completed"].values()):
            found: dict[str, Any] = connection
            return found
        expect(time.monotonic() < deadline, "the first sync ends in time", connection, quiet=True)
        time.sleep(1)


def tags_find(client: Client, path: str, identifier: str) -> None:
    """Tags are ours: set, found, and taken away again."""
    address = one(f"{path}/{{}}/trackstar-tags", identifier)
    client.ok("PUT", address, {"trackstar_tags": ["counted", {"shelf": "top"}]})
    for tag in ("counted", "shelf:top"):
        found = [record["id"] for record in client.every(path, **{"trackstar_tags[contains]": tag})]
        expect(found == [identifier], f"the tag {tag} finds exactly this record", found)
    client.ok("PUT", address, {"trackstar_tags": []})


def credentials(file: Path) -> Iterator[tuple[str, str]]:
    """Names and values of a credentials file, with what the environment says on top."""
    if file.exists():
        for line in file.read_text().splitlines():
            name, separator, value = line.partition("=")
            if separator:
                yield name, value
    yield from ((name, os.environ[name]) for name in ("CROSSDOCK_API_KEY", "ACCESS_TOKENS") if os.environ.get(name))


@dataclass(frozen=True)
class Server:
    """Where the API answers, and what its credentials file says."""

    address: str
    known: dict[str, str]

    @property
    def api_key(self) -> str:
        return self.known["CROSSDOCK_API_KEY"]

    def sandbox(self, vertical: str) -> Client:
        """A client of a sandbox whose data is put back to its start, so that the walk finds what it expects."""
        token = self.known[f"CROSSDOCK_{vertical.upper()}_SANDBOX_TOKEN"]
        client = Client(self.address, self.api_key, token)
        client.ok("POST", f"/sandbox/generate-sandbox/{vertical}")
        return client


def parser(description: str | None) -> argparse.ArgumentParser:
    """The arguments every example takes."""
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--address", default="http://127.0.0.1:8000", help="where the server answers")
    made.add_argument("--credentials", type=Path, default=Path("crossdock-data/credentials.env"))
    return made


def server_of(arguments: argparse.Namespace) -> Server:
    """The server of the arguments; ends the program when there is no key."""
    known = dict(credentials(arguments.credentials))
    if "CROSSDOCK_API_KEY" not in known:
        print(f"no key: neither in {arguments.credentials} nor in the environment", file=sys.stderr)
        raise SystemExit(2)
    return Server(arguments.address, known)


def run(description: str | None, walk: Callable[[Server], None]) -> int:
    """Runs a walk from the command line; an answer that is not as expected ends it with its reason."""
    walk(server_of(parser(description).parse_args()))
    print("every answer was as expected")
    return 0
