"""Webhooks of connected systems: what counts as real, and where its topic is found."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from crossdock.integrations.kit.adapter import Adapter, receives
from crossdock.integrations.kit.webhooks import (
    AddressOnly,
    Changed,
    Delivery,
    HashedChallenge,
    HMACSignature,
    Incoming,
    SecretByTopic,
    SecretHeader,
    SignedJWT,
    Webhooks,
    in_body,
    in_header,
)
from crossdock.integrations.sandbox import CartSandbox

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
AT = int(NOW.timestamp())
BODY = b'{"event": {"type": "order"}}'
SECRET = "a secret"


def _mac(signed: bytes, algorithm: str = "sha256") -> bytes:
    return hmac.new(SECRET.encode(), signed, algorithm).digest()


def _url64(plain: bytes) -> str:
    return base64.urlsafe_b64encode(plain).rstrip(b"=").decode()


def _token(claims: dict[str, Any], head: dict[str, Any] | None = None) -> str:
    parts = f"{_url64(json.dumps(head or {'alg': 'HS256'}).encode())}.{_url64(json.dumps(claims).encode())}"
    return f"{parts}.{_url64(_mac(parts.encode()))}"


GOOD = _token({"exp": AT + 60, "sha": hashlib.sha256(BODY).hexdigest()})
JWT = SignedJWT("HS256", header="Authorization", body_claim="sha")


@pytest.mark.parametrize(
    ("verifier", "headers"),
    [
        (HMACSignature("X-Sign"), {"x-sign": _mac(BODY).hex()}),
        (
            HMACSignature("X-Sign", "base64", prefix="sha256="),
            {"x-sign": f"sha256={base64.b64encode(_mac(BODY)).decode()}"},
        ),
        (HMACSignature("X-Sign", algorithm="sha512"), {"x-sign": _mac(BODY, "sha512").hex()}),
        (HMACSignature("X-Sign", timestamp_header="X-At"), {"x-sign": _mac(b"%d." % AT + BODY).hex(), "x-at": str(AT)}),
        (SecretHeader("X-Secret", prefix="Token "), {"x-secret": f"Token {SECRET}"}),
        (AddressOnly(), {}),
        (JWT, {"authorization": f"Bearer {GOOD}"}),
    ],
)
def test_a_real_message_is_taken_and_no_other_secret_or_body(verifier: Any, headers: dict[str, str]) -> None:
    assert verifier.accepts(Incoming(headers, BODY), SECRET, NOW)
    if isinstance(verifier, AddressOnly):
        return
    assert not verifier.accepts(Incoming(headers, BODY), "another", NOW)
    assert not verifier.accepts(Incoming({}, BODY), SECRET, NOW)
    assert not verifier.accepts(Incoming({name: f"{value}x" for name, value in headers.items()}, BODY), SECRET, NOW)
    if not isinstance(verifier, SecretHeader):
        assert not verifier.accepts(Incoming(headers, BODY + b" "), SECRET, NOW)


@pytest.mark.parametrize("sent_at", [AT - 301, AT + 301, "soon", ""])
def test_an_old_message_is_not_taken_again(sent_at: object) -> None:
    """Whoever has recorded one must not be able to play it back tomorrow."""
    signed = str(sent_at).encode() + b"." + BODY
    headers = {"x-sign": _mac(signed).hex(), "x-at": str(sent_at)}
    assert not HMACSignature("X-Sign", timestamp_header="X-At").accepts(Incoming(headers, BODY), SECRET, NOW)


@pytest.mark.parametrize(
    "token",
    [
        _token({"exp": AT}),
        _token({"nbf": AT + 1}),
        _token({"sha": "0" * 64}),
        _token({}, {"alg": "none"}),
        GOOD.rpartition(".")[0] + ".",
        "a.b.c",
        "a.b",
        "",
        "...",
        "é.é.é",
    ],
)
def test_a_token_that_is_over_or_made_up_is_refused(token: str) -> None:
    assert not JWT.accepts(Incoming({"authorization": f"Bearer {token}"}, BODY), SECRET, NOW)


def test_a_body_that_is_a_token_signed_with_a_private_key() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    parts = f"{_url64(json.dumps({'alg': 'RS256'}).encode())}.{_url64(json.dumps({'data': 1}).encode())}"
    body = f"{parts}.{_url64(key.sign(parts.encode(), padding.PKCS1v15(), SHA256()))}".encode()
    verifier = SignedJWT("RS256")
    assert verifier.accepts(Incoming({}, body), public, NOW)
    assert not verifier.accepts(Incoming({}, body[:-4] + b"AAAA"), public, NOW)
    # A key that everybody knows must not do as the secret of the other algorithm.
    forged = f"{parts}.{_url64(hmac.new(public.encode(), parts.encode(), 'sha256').digest())}".encode()
    assert not verifier.accepts(Incoming({}, forged), public, NOW)
    assert not SignedJWT("HS256").accepts(Incoming({}, forged), public, NOW)


def test_where_a_topic_is_found() -> None:
    message = Incoming({"x-topic": "orders"}, BODY)
    assert (in_header("X-Topic")(message), in_header("X-None")(message)) == ("orders", "")
    assert in_body("event.type")(message) == "order"
    for body in (b"", b"[]", b'{"event": []}', b'{"event": {"type": 1}}', b"\xff"):
        assert in_body("event.type")(Incoming({}, body)) == ""


class TestDeclaration:
    """An adapter that could never hear anything is refused when it is written, not found out in production."""

    def test_what_is_listened_to_is_what_is_decorated(self) -> None:
        assert sorted(CartSandbox.receivers) == ["order.changed", "product.changed"]

    def test_somebody_who_listens_says_how_messages_come(self) -> None:
        with pytest.raises(TypeError, match="says in `webhooks` how they come"):

            class Deaf(Adapter):
                @receives("order")
                async def hear(self, delivery: Delivery) -> list[Changed]:
                    return []

    def test_somebody_has_to_ask_for_them(self) -> None:
        with pytest.raises(TypeError, match="needs subscribe"):

            class Mute(Adapter):
                webhooks = Webhooks(AddressOnly(), topic=in_header("x"))

                @receives("order")
                async def hear(self, delivery: Delivery) -> list[Changed]:
                    return []


def test_each_topic_may_have_a_secret_of_its_own() -> None:
    """The secret of one topic must not open the door for messages about another."""
    verifier = SecretByTopic(SecretHeader("x-secret"), topic=in_header("x-topic"))
    secrets = SecretByTopic.join({"orders": "one", "products": "two"})

    def accepts(topic: str, secret: str) -> bool:
        return verifier.accepts(Incoming({"x-topic": topic, "x-secret": secret}, b""), secrets, NOW)

    assert accepts("orders", "one")
    assert accepts("products", "two")
    assert not accepts("orders", "two")
    assert not accepts("returns", "one")
    assert not verifier.accepts(Incoming({"x-topic": "orders", "x-secret": "one"}, b""), "not JSON", NOW)


def test_a_challenge_is_answered_with_the_hash_of_text_secret_and_address() -> None:
    """https://developer.ebay.com/marketplace-account-deletion: without this answer nothing is ever sent."""
    challenge = HashedChallenge("challenge_code", "challengeResponse")
    expected = hashlib.sha256(b"71745723" + b"token" + b"https://example.com/hook").hexdigest()
    answer = challenge.answer({"challenge_code": "71745723"}, "https://example.com/hook", "token")
    assert answer is not None
    assert json.loads(answer) == {"challengeResponse": expected}
    assert challenge.answer({}, "https://example.com/hook", "token") is None
