"""Webhooks of connected systems: how a message proves where it comes from, and what it says has changed.

An adapter states `webhooks = Webhooks(...)`, subscribes and unsubscribes, and has a method with `@receives` for each
topic. A message is a hint, not the truth: it may come late, twice or out of order. So the method asks the system for
what the message names and gives what it answered.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar, overload

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from crossdock.contract.errors import UnexpectedShape
from crossdock.contract.records import Record
from crossdock.contract.resources import Resource

T = TypeVar("T")


@dataclass(frozen=True)
class Incoming:
    """A message as it arrived; header names are lower case."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Delivery:
    """A message that is known to be real."""

    topic: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    """Those that `Webhooks.kept_headers` names."""

    @overload
    def json(self) -> Any: ...

    @overload
    def json(self, kind: type[T]) -> T: ...

    def json(self, kind: Any = Any) -> Any:
        """The body as `kind`; `UnexpectedShape` says where it differs."""
        try:
            return msgspec.json.decode(self.body, type=kind, strict=True)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UnexpectedShape(f"a webhook about {self.topic} has an unexpected body: {error}") from None


@dataclass(frozen=True)
class Changed:
    """What a message came down to: records as the system has them now, and ids of those that it has no more."""

    resource: Resource
    records: Sequence[Record] = ()
    deleted: Sequence[str] = ()


@dataclass(frozen=True)
class Subscription:
    """What to ask a system for: messages about `topics`, sent to `url` and signed with `secret`."""

    url: str
    secret: str
    topics: Sequence[str]


@dataclass(frozen=True)
class Subscribed:
    """What the system made of it: its own name for the subscription, and its secret where it chooses that itself."""

    reference: str
    secret: str | None = None


class Verifier(Protocol):
    """Tells real messages from made-up ones."""

    @property
    def covers_body(self) -> bool:
        """Whether a message is refused once its body is altered."""

    def accepts(self, message: Incoming, secret: str, now: datetime) -> bool: ...


@dataclass(frozen=True)
class HMACSignature:
    """A keyed hash of the body in a header, with a `prefix` before it.

    With `timestamp_header` the hash is of the time, a dot and the body, and a message is taken for `tolerance_seconds`.
    """

    header: str
    encoding: Literal["hex", "base64"] = "hex"
    algorithm: Literal["sha1", "sha256", "sha512"] = "sha256"
    prefix: str = ""
    timestamp_header: str | None = None
    tolerance_seconds: float = 300

    @property
    def covers_body(self) -> bool:
        return True

    def accepts(self, message: Incoming, secret: str, now: datetime) -> bool:
        signed = message.body
        if self.timestamp_header is not None:
            sent_at = message.headers.get(self.timestamp_header.lower(), "")
            if not _is_recent(sent_at, now, self.tolerance_seconds):
                return False
            signed = sent_at.encode() + b"." + signed
        digest = hmac.new(secret.encode(), signed, self.algorithm).digest()
        shown = digest.hex() if self.encoding == "hex" else base64.b64encode(digest).decode()
        given = message.headers.get(self.header.lower(), "")
        return hmac.compare_digest(given.encode(), f"{self.prefix}{shown}".encode())


def _is_recent(text: str, now: datetime, tolerance_seconds: float) -> bool:
    try:
        return abs(now.timestamp() - float(text)) <= tolerance_seconds
    except ValueError:
        return False


@dataclass(frozen=True)
class SecretHeader:
    """The secret itself in a header."""

    header: str
    prefix: str = ""

    @property
    def covers_body(self) -> bool:
        return False

    def accepts(self, message: Incoming, secret: str, now: datetime) -> bool:
        given = message.headers.get(self.header.lower(), "")
        return hmac.compare_digest(given.encode(), f"{self.prefix}{secret}".encode())


class AddressOnly:
    """Nothing but the address, which nobody can guess: for systems that sign nothing, or where `proves` asks them."""

    @property
    def covers_body(self) -> bool:
        return False

    def accepts(self, message: Incoming, secret: str, now: datetime) -> bool:
        return True


class _JWTHead(msgspec.Struct):
    alg: str


class _JWTClaims(msgspec.Struct):
    exp: float | None = None
    nbf: float | None = None


@dataclass(frozen=True)
class SignedJWT:
    """A signed token (RFC 7519), in a header or as the whole body. Only the one algorithm is taken.

    The secret is the key: for RS256 the system's public key as PEM. A token in a header says nothing of the body,
    unless `body_claim` names the claim with the hex SHA-256 of it.
    """

    algorithm: Literal["HS256", "RS256"]
    header: str | None = None
    prefix: str = "Bearer "
    body_claim: str | None = None

    @property
    def covers_body(self) -> bool:
        return self.header is None or self.body_claim is not None

    def accepts(self, message: Incoming, secret: str, now: datetime) -> bool:
        try:
            return self._accepts(message, secret, now)
        except (ValueError, msgspec.DecodeError, InvalidSignature):
            return False

    def _accepts(self, message: Incoming, secret: str, now: datetime) -> bool:
        token = message.body.decode() if self.header is None else self._from_header(message.headers, self.header)
        head, claims, signature = token.strip().split(".")
        if msgspec.json.decode(_unpadded(head), type=_JWTHead).alg != self.algorithm:
            return False
        self._check_signature(f"{head}.{claims}".encode(), _unpadded(signature), secret)
        times = msgspec.json.decode(_unpadded(claims), type=_JWTClaims)
        at = now.timestamp()
        if (times.exp is not None and at >= times.exp) or (times.nbf is not None and at < times.nbf):
            return False
        if self.body_claim is None:
            return True
        named = msgspec.json.decode(_unpadded(claims)).get(self.body_claim)
        return hmac.compare_digest(str(named).encode(), hashlib.sha256(message.body).hexdigest().encode())

    def _from_header(self, headers: Mapping[str, str], name: str) -> str:
        return headers.get(name.lower(), "").removeprefix(self.prefix)

    def _check_signature(self, signed: bytes, signature: bytes, secret: str) -> None:
        if self.algorithm == "HS256":
            if not hmac.compare_digest(hmac.new(secret.encode(), signed, "sha256").digest(), signature):
                raise InvalidSignature
            return
        key = load_pem_public_key(secret.encode())
        if not isinstance(key, RSAPublicKey):
            raise InvalidSignature
        key.verify(signature, signed, padding.PKCS1v15(), SHA256())


def _unpadded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


@dataclass(frozen=True)
class SecretByTopic:
    """Another secret for each topic, for systems that make one up with each of their webhooks.

    What `subscribe` gives as the secret are all of them: `SecretByTopic.join({"orders/create": "..."})`.
    """

    verifier: Verifier
    topic: Callable[[Incoming], str]

    @staticmethod
    def join(secrets: Mapping[str, str]) -> str:
        return msgspec.json.encode(secrets).decode()

    @property
    def covers_body(self) -> bool:
        return self.verifier.covers_body

    def accepts(self, message: Incoming, secret: str, now: datetime) -> bool:
        try:
            own = msgspec.json.decode(secret, type=dict[str, str]).get(self.topic(message))
        except msgspec.DecodeError:
            return False
        return own is not None and self.verifier.accepts(message, own, now)


@dataclass(frozen=True)
class HashedChallenge:
    """A call of the address by GET, before a system sends anything to it, to learn whether it is ours.

    The answer is JSON with the hex SHA-256 of the text in the query's `parameter`, the secret and the address.
    """

    parameter: str
    member: str

    def answer(self, query: Mapping[str, str], url: str, secret: str) -> bytes | None:
        """What to answer; None to a call that asks nothing."""
        asked = query.get(self.parameter)
        if not asked:
            return None
        return msgspec.json.encode({self.member: hashlib.sha256(f"{asked}{secret}{url}".encode()).hexdigest()})


@dataclass(frozen=True)
class Webhooks:
    """How a system sends its messages. `topic` and `delivery_id` find their values in one; the id, where there is one,
    tells a repeated message from a new one."""

    verifier: Verifier
    topic: Callable[[Incoming], str]
    delivery_id: Callable[[Incoming], str | None] = lambda message: None
    challenge: HashedChallenge | None = None
    answer: bytes = b'{"received":true}'
    """JSON that a message that was taken is answered with, for systems that read it."""
    kept_headers: tuple[str, ...] = ()
    """Headers that `Delivery` needs, in lower case."""


def in_header(name: str) -> Callable[[Incoming], str]:
    """Finds a value in a header; empty when there is none."""
    return lambda message: message.headers.get(name.lower(), "")


def in_body(name: str) -> Callable[[Incoming], str]:
    """Finds a text in a member of a JSON body, named with dots; empty when there is none."""

    def find(message: Incoming) -> str:
        try:
            value = msgspec.json.decode(message.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return ""
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return value if isinstance(value, str) else ""

    return find
