"""The signature of eBay's messages. https://developer.ebay.com/api-docs/commerce/notification/overview.html"""

from __future__ import annotations

import base64
import re

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from crossdock.integrations.ebay.models import PublicKey, SignatureHead

HEADER = "x-ebay-signature"
DIGESTS: dict[str, type[HashAlgorithm]] = {
    # eBay signs with it; a made-up message would need a second body with the same hash.
    "SHA1": SHA1,
    "SHA256": SHA256,
}
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----\s*([A-Za-z0-9+/=\s]+?)\s*-----END PUBLIC KEY-----")


def head_of(header: str) -> SignatureHead | None:
    """What the header says; None when it does not have the shape of one."""
    try:
        head = msgspec.json.decode(base64.b64decode(header, validate=True), type=SignatureHead)
    except (ValueError, msgspec.DecodeError):
        return None
    return head if _KEY_ID.fullmatch(head.kid) else None


def holds(head: SignatureHead, key: PublicKey, body: bytes) -> bool:
    """Whether the owner of the key signed these bytes."""
    digest = DIGESTS.get((key.digest or head.digest).upper().replace("-", ""))
    found = _PEM.fullmatch(key.key.strip())
    if digest is None or found is None:
        return False
    # eBay shows its keys on one line, which PEM does not allow.
    text = f"-----BEGIN PUBLIC KEY-----\n{found[1]}\n-----END PUBLIC KEY-----\n"
    try:
        public = load_pem_public_key(text.encode())
        signed = base64.b64decode(head.signature, validate=True)
        if not isinstance(public, EllipticCurvePublicKey):
            return False
        public.verify(signed, body, ECDSA(digest()))
    except (ValueError, InvalidSignature):
        return False
    return True
