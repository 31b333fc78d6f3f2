"""The part of the fake that sends messages: destinations, subscriptions, and the key they are signed with."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from crossdock.integrations.ebay.adapter import Ebay
from crossdock.integrations.ebay.client import NOTIFICATION
from crossdock.integrations.ebay.tests.office import Refused
from crossdock.integrations.kit.webhooks import Incoming

TOPICS = {"ORDER_CONFIRMATION": "1.0", "MARKETPLACE_ACCOUNT_DELETION": "1.0"}
_TOKEN = re.compile(r"[A-Za-z0-9_-]+")


class Post:
    """What an application is told, and where."""

    def __init__(self, host: str) -> None:
        self._host = host
        self.destinations: dict[str, dict[str, Any]] = {}
        self.subscriptions: dict[str, dict[str, Any]] = {}
        self._key = generate_private_key(SECP256R1())
        self.key_id = str(uuid4())
        self.alert_email: str | None = None
        self._next = 0

    def put_destination(self, given: dict[str, Any], identifier: str | None = None) -> str:
        """Calls the address, and keeps it when it knows the answer."""
        config = given["deliveryConfig"]
        url, token = config["endpoint"], config["verificationToken"]
        if len(given["name"]) > 64:
            raise Refused(400, 195016, "Invalid name. Markups or lengths greater than 64 not supported")
        if not _TOKEN.fullmatch(token):
            raise Refused(400, 195019, "Invalid or missing verification token for this endpoint.")
        if any(
            held["deliveryConfig"]["endpoint"] == url for key, held in self.destinations.items() if key != identifier
        ):
            raise Refused(409, 195021, "Destination exists for this endpoint")
        if self.alert_email is None:
            raise Refused(409, 195003, "Please provide configurations required for notifications. Refer to /config")
        code = uuid4().hex
        webhooks = Ebay.webhooks
        answered = webhooks and webhooks.challenge and webhooks.challenge.answer({"challenge_code": code}, url, token)
        # https://developer.ebay.com/marketplace-account-deletion
        expected = hashlib.sha256(f"{code}{token}{url}".encode()).hexdigest()
        if not answered or json.loads(answered) != {"challengeResponse": expected}:
            raise Refused(409, 195020, "Challenge verification failed for requested endpoint")
        identifier = identifier or self._new()
        self.destinations[identifier] = {"destinationId": identifier, **given}
        return identifier

    def put_subscription(self, given: dict[str, Any], identifier: str | None = None) -> str:
        """Tells about a topic from now on."""
        topic = given["topicId"] if identifier is None else self.subscriptions[identifier]["topicId"]
        if topic not in TOPICS:
            raise Refused(400, 195027, "Invalid or missing topic id.")
        if given["payload"]["schemaVersion"] != TOPICS[topic]:
            raise Refused(400, 195008, "Invalid or missing schema version.")
        if given["destinationId"] not in self.destinations:
            raise Refused(400, 195007, "Invalid or missing destination id.")
        if identifier is None and any(held["topicId"] == topic for held in self.subscriptions.values()):
            raise Refused(409, 195012, "Subscription already exists")
        identifier = identifier or self._new()
        self.subscriptions[identifier] = {"subscriptionId": identifier, "topicId": topic, **given}
        return identifier

    def drop_destination(self, identifier: str) -> None:
        if identifier not in self.destinations:
            raise Refused(404, 195022, "Invalid or missing destination id.")
        if any(held["destinationId"] == identifier for held in self.subscriptions.values()):
            raise Refused(409, 195024, "Destination is in use and cannot be deleted.")
        del self.destinations[identifier]

    def _new(self) -> str:
        self._next += 1
        return f"{self._next:08x}-0000-4000-8000-000000000000"

    def address(self, kind: str, identifier: str) -> dict[str, str]:
        """The header that says where a thing was put."""
        return {"location": f"{self._host}{NOTIFICATION}/{kind}/{identifier}"}

    def public_key(self) -> dict[str, str]:
        """The key as eBay shows it, on one line."""
        pem = self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        return {"algorithm": "ECDSA", "digest": "SHA1", "key": pem.replace("\n", "")}

    def topics(self) -> list[str]:
        return sorted(held["topicId"] for held in self.subscriptions.values() if held["status"] == "ENABLED")

    def message(self, topic: str, data: dict[str, Any], at: str) -> Incoming:
        """A signed message."""
        notification = {
            "notificationId": str(uuid4()),
            "eventDate": at,
            "publishDate": at,
            "publishAttemptCount": 1,
            "data": data,
        }
        metadata = {"topic": topic, "schemaVersion": TOPICS[topic], "deprecated": False}
        body = json.dumps({"metadata": metadata, "notification": notification}, separators=(",", ":")).encode()
        signed = base64.b64encode(self._key.sign(body, ECDSA(SHA1()))).decode()  # noqa: S303 - as eBay does
        head = {"alg": "ecdsa", "kid": self.key_id, "signature": signed, "digest": "SHA1"}
        return Incoming({"x-ebay-signature": base64.b64encode(json.dumps(head).encode()).decode()}, body)
