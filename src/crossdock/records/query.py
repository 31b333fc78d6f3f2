"""Reads the query string of a list into conditions and a place in the walk."""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from crossdock.contract import filters
from crossdock.contract.errors import InvalidBody, invalid_query
from crossdock.contract.filters import BadFilter, Condition, Filter, FilterKind, OwnParameter
from crossdock.contract.operations import MAX_PAGE
from crossdock.contract.resources import Resource

_TOKEN = struct.Struct(">8sq")


@dataclass(frozen=True)
class ListQuery:
    """What a list call asks for. `ids` overrides `conditions`; `after` is the row number to go on from."""

    limit: int
    after: int
    ids: tuple[str, ...] | None
    conditions: tuple[Condition, ...]
    fingerprint: bytes


def parse_pairs(query_string: bytes) -> list[tuple[str, str]]:
    """The parameters of a query string; 422 when it is not UTF-8 or holds a NUL."""
    try:
        pairs = parse_qsl(query_string.decode("ascii"), keep_blank_values=True, errors="strict")
    except (UnicodeDecodeError, ValueError):
        raise invalid_query("_schema", "Not a valid query string; percent-encode it as UTF-8.") from None
    for name, value in pairs:
        if "\0" in name or "\0" in value:
            raise invalid_query(name.replace("\0", ""), "Holds a character that no value has.")
    return pairs


def plain(query_string: bytes, allowed: Container[str]) -> dict[str, str]:
    """The parameters of an operation without filters; 422 names each it does not have."""
    given = merge(parse_pairs(query_string))
    unknown = sorted(name for name in given if name not in allowed)
    if unknown:
        raise InvalidBody({"query": {name: ["Unknown field."] for name in unknown}})
    return given


def parse_limit(value: str) -> int:
    """The page size; more than the most counts as the most."""
    if not (value.isascii() and value.isdigit()) or int(value[:10]) < 1:
        raise invalid_query("limit", "Not a valid integer greater than 0.")
    return min(int(value[:10]), MAX_PAGE)


def _split(name: str) -> tuple[str, str]:
    field, bracket, operator = name.partition("[")
    if bracket and operator.endswith("]"):
        return field, operator[:-1]
    return name, "eq"


class _Reader:
    def __init__(self, known: Sequence[Filter], *, takes_ids: bool) -> None:
        self.fields: Mapping[str, Filter] = {item.name: item for item in known}
        self.takes_ids = takes_ids
        self.conditions: list[Condition] = []
        self.ids: tuple[str, ...] | None = None
        self.violations: dict[str, list[str]] = {}

    def read(self, name: str, value: str) -> None:
        field, operator = _split(name)
        try:
            if field == "ids" and self.takes_ids:
                self._read_ids(operator, value)
            elif field not in self.fields:
                raise BadFilter("Unknown field.")
            else:
                self.conditions.append(self._condition(name, self.fields[field], operator, value))
        except BadFilter as error:
            self.violations.setdefault(name, []).append(str(error))

    def finish(self) -> None:
        """Adds what the parameters that were left out stand for."""

    @staticmethod
    def _condition(name: str, item: Filter, operator: str, value: str) -> Condition:
        if item.kind is FilterKind.TAGS and name == item.name:
            raise BadFilter(f"Name an operator: {item.name}[contains] or {item.name}[not_contains].")
        return filters.parse_condition(item, operator, value)

    def _read_ids(self, operator: str, value: str) -> None:
        if operator != "in":
            raise BadFilter("Unknown operator; use ids[in].")
        self.ids = tuple(filters.split_values(value))


class _OwnReader(_Reader):
    """For lists with parameters of their own; each left out stands for its default."""

    def __init__(self, known: Sequence[OwnParameter], now: datetime) -> None:
        super().__init__((), takes_ids=False)
        self.left: dict[str, OwnParameter] = {item.name: item for item in known}
        self.now = now

    def read(self, name: str, value: str) -> None:
        own = self.left.pop(name, None)
        try:
            if own is None:
                raise BadFilter("Unknown field.")
            self.conditions.append(filters.parse_condition(own.filter, own.operator, value))
        except BadFilter as error:
            self.violations.setdefault(name, []).append(str(error))

    def finish(self) -> None:
        for own in self.left.values():
            if own.default_ago is not None:
                self.conditions.append(Condition(own.filter, own.operator, (self.now - own.default_ago,)))


def merge(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Parameters by name; list operators may be repeated, everything else may not."""
    merged: dict[str, str] = {}
    for name, value in pairs:
        if name not in merged:
            merged[name] = value
        elif _split(name)[1] in filters.LIST_OPERATORS:
            merged[name] = f"{merged[name]},{value}"
        else:
            raise invalid_query(name, "Given more than once.")
    return merged


def parse(
    query_string: bytes, resource: Resource, connection_id: UUID, scope: Mapping[str, str], now: datetime
) -> ListQuery:
    """The query of a list of records; `InvalidBody` names every parameter that cannot be used.

    Defaults of a list's own parameters count back from `now`.
    """
    parameters = merge(parse_pairs(query_string)) if query_string else {}
    owner = [resource.key, *sorted(scope.items())]
    if resource.own_parameters:
        reader: _Reader = _OwnReader(resource.own_parameters, now)
    else:
        reader = _Reader(resource.all_filters, takes_ids=True)
    return _read(parameters, reader, connection_id, owner, resource.page_size or MAX_PAGE)


def read(parameters: Mapping[str, str], known: Sequence[Filter], owner_id: UUID, owner: Sequence[Any]) -> ListQuery:
    """The query of a list that `owner_id` and `owner` tell apart from other lists; page tokens belong to one list."""
    return _read(parameters, _Reader(known, takes_ids=False), owner_id, owner, MAX_PAGE)


def _read(
    parameters: Mapping[str, str], reader: _Reader, owner_id: UUID, owner: Sequence[Any], limit: int
) -> ListQuery:
    given = dict(parameters)
    page_token = given.pop("page_token", "")
    given_limit = given.pop("limit", None)
    for name, value in given.items():
        reader.read(name, value)
    reader.finish()
    if given_limit is not None:
        try:
            limit = parse_limit(given_limit)
        except InvalidBody as error:
            reader.violations["limit"] = list(error.violations["query"]["limit"])
    fingerprint = _fingerprint(owner_id, [*owner, *sorted(given.items())])
    after = 0
    if page_token:
        try:
            after = read_token(page_token, fingerprint)
        except BadFilter as error:
            reader.violations["page_token"] = [str(error)]
    if reader.violations:
        raise InvalidBody({"query": reader.violations})
    conditions = () if reader.ids is not None else tuple(reader.conditions)
    return ListQuery(limit, after, reader.ids, conditions, fingerprint)


def _fingerprint(owner_id: UUID, parts: Sequence[Any]) -> bytes:
    return hashlib.blake2b(owner_id.bytes + repr(list(parts)).encode(), digest_size=8).digest()


def make_token(fingerprint: bytes, seq: int) -> str:
    """A page token: the query it belongs to, and the row number to go on from."""
    return base64.urlsafe_b64encode(_TOKEN.pack(fingerprint, seq)).decode().rstrip("=")


def read_token(token: str, fingerprint: bytes) -> int:
    """The row number in a page token of this very query."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        belongs_to, seq = _TOKEN.unpack(raw)
    except (ValueError, binascii.Error, struct.error):
        raise BadFilter("Not a valid page token.") from None
    if belongs_to != fingerprint:
        raise BadFilter("This page token belongs to another query; repeat the same filters on every page.")
    if seq < 0:
        raise BadFilter("Not a valid page token.")
    return int(seq)
