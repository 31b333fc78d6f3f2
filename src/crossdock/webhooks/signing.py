"""Secrets of endpoints, and the headers that prove who sent a message.

The same values stand under the names of two conventions, so that a verifier of either finds its own.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from datetime import datetime, timedelta

from standardwebhooks import Webhook

from crossdock.platform.sealing import DataKey, MasterKey
from crossdock.webhooks.store import EndpointRow, SecretRow

SECRET_BYTES = 32
OVERLAP = timedelta(hours=24)
"""How long the secret before signs too."""
PREFIXES = ("svix", "webhook")
_SECRET, _PREFIX = "webhook secret", "whsec_"


def new_secret() -> str:
    """A secret as a verifier takes it."""
    return _PREFIX + base64.b64encode(os.urandom(SECRET_BYTES)).decode()


def seal(key: DataKey, secret: str) -> bytes:
    """A secret as stored."""
    return key.seal(_SECRET, secret.encode())


def headers(signers: Sequence[Webhook], message_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """Identifier, time and signatures, one a secret."""
    text = body.decode()
    signatures = " ".join(signer.sign(message_id, now, text) for signer in signers)
    stamp = str(int(now.timestamp()))
    values = {"id": message_id, "timestamp": stamp, "signature": signatures}
    return {f"{prefix}-{name}": value for prefix in PREFIXES for name, value in values.items()}


def open_secrets(master_key: MasterKey, endpoint: EndpointRow, row: SecretRow, now: datetime) -> list[str]:
    """The secrets that sign now, the newest first."""
    key = master_key.open_data_key(endpoint.organization_id, endpoint.id, row.wrapped_key)
    found = [key.open(_SECRET, row.sealed_secret).decode()]
    if row.sealed_old_secret is not None and row.old_secret_until is not None and now < row.old_secret_until:
        found.append(key.open(_SECRET, row.sealed_old_secret).decode())
    return found
