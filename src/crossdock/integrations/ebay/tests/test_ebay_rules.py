"""What is peculiar to eBay: two tokens, signed messages, lists by offset, answers with several outcomes."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from crossdock.contract.cart.orders import REFUND_ORDER
from crossdock.contract.cart.products import ADJUST_INVENTORY
from crossdock.contract.errors import (
    UnexpectedShape,
    VendorRejected,
)
from crossdock.integrations.ebay import client, sales, signature
from crossdock.integrations.ebay.adapter import Ebay
from crossdock.integrations.ebay.base import bucket_of
from crossdock.integrations.ebay.goods import AdjustInventory
from crossdock.integrations.ebay.models import PublicKey, SignatureHead
from crossdock.integrations.ebay.sales import RefundOrder
from crossdock.integrations.ebay.tests.fake import APPLICATION, USER, FakeEbay
from crossdock.integrations.kit.adapter import Window
from crossdock.integrations.kit.client import Effect
from crossdock.integrations.kit.fake import Call, Reply
from crossdock.integrations.kit.webhooks import Delivery, HashedChallenge, Incoming, Subscription, Webhooks

pytestmark = pytest.mark.anyio
specified = pytest.mark.skipif(
    bool(FakeEbay.missing()), reason="the specifications of eBay are not beside this project"
)
URL, TOKEN = "https://crossdock.example.com/vendor-webhooks/x/y", "test-verification-token-of-32-chars"
TOPIC = "ORDER_CONFIRMATION"


def heard(message: Incoming) -> Delivery:
    return Delivery(TOPIC, message.body, {signature.HEADER: message.headers[signature.HEADER]})


def asked(fake: FakeEbay, path: str) -> list[Call]:
    return [call for call in fake.calls if call.path == path]


class TestSignatures:
    @pytest.mark.parametrize(
        "header",
        ["", "not base64!", base64.b64encode(b"[]").decode(), base64.b64encode(b'{"kid": "1"}').decode()]
        + [
            base64.b64encode(json.dumps({"kid": kid, "signature": "x"}).encode()).decode()
            for kid in ("", "../config", "a" * 65)
        ],
    )
    def test_a_header_that_is_none(self, header: str) -> None:
        """Anybody may send one; it must neither be believed nor ask eBay for something else."""
        assert signature.head_of(header) is None

    @pytest.mark.parametrize("key", ["", "-----BEGIN PUBLIC KEY-----AAAA-----END PUBLIC KEY-----", "RSA"])
    def test_a_key_that_does_not_fit(self, key: str) -> None:
        if key == "RSA":
            key = generate_private_key(65537, 2048).public_key().public_bytes(
                Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
            ).decode()  # fmt: skip
        head = SignatureHead(kid="1", signature=base64.b64encode(b"x").decode())
        assert not signature.holds(head, PublicKey(key=key, digest="SHA1"), b"{}")

    def test_a_digest_that_is_not_known(self) -> None:
        fake = FakeEbay()
        message = fake.post.message(TOPIC, {"orderId": "1"}, fake.now_text())
        head = signature.head_of(message.headers[signature.HEADER])
        assert head is not None
        shown = fake.post.public_key()
        assert signature.holds(head, PublicKey(key=shown["key"], digest="SHA-1"), message.body)
        assert not signature.holds(head, PublicKey(key=shown["key"], digest="MD5"), message.body)

    @specified
    async def test_a_key_is_asked_for_once_an_hour(self) -> None:
        """eBay blocks applications that ask for it with every message."""
        fake = FakeEbay()
        message = fake.post.message(TOPIC, {"orderId": "1"}, fake.now_text())
        for minutes, times in ((0, 1), (59, 1), (2, 2)):
            fake.pass_time(minutes=minutes)
            assert await fake.connect().proves(heard(message))
            assert len(asked(fake, "/public_key/{public_key_id}")) == times

    @specified
    async def test_a_key_that_ebay_does_not_have_proves_nothing(self) -> None:
        """Whoever makes up a message may sign it with a key of their own."""
        fake, stranger = FakeEbay(), FakeEbay()
        message = stranger.post.message(TOPIC, {"orderId": "1"}, fake.now_text())
        assert not await fake.connect().proves(heard(message))


@specified
class TestSubscribing:
    async def test_ebay_asks_the_address_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """An address that answers wrong gets no messages, so the refusal has to be seen."""
        assert Ebay.webhooks is not None
        wrong = HashedChallenge("challenge_code", "challenge")
        monkeypatch.setattr(Ebay, "webhooks", Webhooks(Ebay.webhooks.verifier, Ebay.webhooks.topic, challenge=wrong))
        with pytest.raises(VendorRejected, match="Challenge verification failed"):
            await FakeEbay().connect().subscribe(Subscription(URL, TOKEN, [TOPIC]))

    async def test_a_subscription_of_the_application_moves_to_the_new_address(self) -> None:
        """eBay has one a topic; a second is refused, and the connection would hear nothing."""
        fake = FakeEbay()
        first = await fake.connect().subscribe(Subscription(f"{URL}/old", TOKEN, [TOPIC]))
        second = await fake.connect().subscribe(Subscription(URL, TOKEN, [TOPIC]))
        (held,) = fake.post.subscriptions.values()
        assert held["destinationId"] == second.reference.split(":")[0] != first.reference.split(":")[0]

    async def test_an_address_that_is_still_used_stays(self) -> None:
        fake = FakeEbay()
        made = await fake.connect().subscribe(Subscription(URL, TOKEN, [TOPIC]))
        destination, identifier = made.reference.split(":")
        fake.post.subscriptions["other"] = {**fake.post.subscriptions[identifier], "subscriptionId": "other"}
        await fake.connect().unsubscribe(made.reference)
        assert list(fake.post.destinations) == [destination]
        assert list(fake.post.subscriptions) == ["other"]

    async def test_without_an_email_ebay_says_what_it_wants(self) -> None:
        fake = FakeEbay()
        adapter = fake.connect(credentials={**fake.credentials, "alert_email": ""})
        with pytest.raises(VendorRejected, match="configurations required"):
            await adapter.subscribe(Subscription(URL, TOKEN, [TOPIC]))

    async def test_addresses_belong_to_the_application_and_subscriptions_to_the_seller(self) -> None:
        """eBay takes the one token here and the other there, and refuses the rest."""
        fake = FakeEbay()
        await fake.connect().subscribe(Subscription(URL, TOKEN, [TOPIC]))
        used = {call.path: call.headers["authorization"] for call in fake.calls if call.path != client.TOKEN}
        assert used["/destination"] == used["/config"] == f"Bearer {APPLICATION}"
        assert used["/subscription"] == f"Bearer {USER}"

    @pytest.mark.parametrize(
        "data",
        [{"orderId": "17-00001-00002"}, {"order": {"lines": [{"id": 1}], "orderId": "17-00001-00002"}}],
    )
    async def test_the_order_is_found_wherever_a_message_names_it(self, data: dict[str, Any]) -> None:
        fake = FakeEbay()
        message = fake.post.message(TOPIC, data, fake.now_text())
        (changed,) = await fake.connect().receive(heard(message))
        assert [record.id for record in changed.records] == ["17-00001-00002"]  # type: ignore[attr-defined]

    @pytest.mark.parametrize("data", [{}, None, {"orderId": 5}, []])
    async def test_a_message_without_an_order_is_no_news(self, data: Any) -> None:
        fake = FakeEbay()
        with pytest.raises(UnexpectedShape):
            await fake.connect().receive(heard(fake.post.message(TOPIC, data, fake.now_text())))


class TestTokens:
    @specified
    def test_the_sandbox_has_addresses_of_its_own(self) -> None:
        fake = FakeEbay()
        adapter = fake.connect(credentials={**fake.credentials, "environment": "sandbox"})
        assert adapter.base_url == "https://api.sandbox.ebay.com"

    def test_every_api_has_a_quota(self) -> None:
        for path, bucket in client.BUCKETS.items():
            assert bucket_of(f"{path}/anything") == bucket
            assert client.BUDGET.rate(bucket) is not None


class TestOutcomes:
    @specified
    async def test_a_product_that_the_answer_leaves_out_stays_uncertain(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whoever takes silence for success shows stock that is not there."""
        fake = FakeEbay()
        monkeypatch.setattr(fake, "set_levels", lambda call: {"responses": []})
        adapter = fake.connect()
        body = AdjustInventory(quantity=1, adjustment_type="increase")
        with pytest.raises(UnexpectedShape):
            await adapter.run_write(ADJUST_INVENTORY, ("TEA-11",), body)
        assert adapter.client.effect is Effect.DONE

    @specified
    async def test_a_product_that_is_refused_alone_did_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        fake = FakeEbay()
        refused = {"sku": "TEA-11", "statusCode": 400, "errors": [{"errorId": 25759, "message": "Too few"}]}
        monkeypatch.setattr(fake, "set_levels", lambda call: Reply({"responses": [refused]}, 207))
        adapter = fake.connect()
        body = AdjustInventory(quantity=1, adjustment_type="increase")
        with pytest.raises(VendorRejected, match="Too few"):
            await adapter.run_write(ADJUST_INVENTORY, ("TEA-11",), body)
        assert adapter.client.effect is Effect.NONE

    @specified
    async def test_a_refund_that_failed_is_no_refund(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """eBay says that with status 200."""
        fake = FakeEbay()
        monkeypatch.setattr(fake, "pay_back", lambda call: {"refundStatus": "FAILED"})
        adapter = fake.connect()
        with pytest.raises(VendorRejected):
            await adapter.run_write(REFUND_ORDER, ("17-00001-00001",), RefundOrder())
        assert adapter.client.effect is Effect.NONE


def test_orders_are_not_asked_for_beyond_what_ebay_keeps() -> None:
    """eBay refuses the whole call when its start is older than two years."""
    now = FakeEbay().now
    oldest = "2024-11-21T12:00:00.000Z"
    assert sales._since(Window(None, now)) == f"creationdate:[{oldest}..]"
    assert sales._since(Window(now - timedelta(days=900), now)) == f"lastmodifieddate:[{oldest}..]"
    recent = sales._since(Window(now - timedelta(hours=1), now))
    assert recent == "lastmodifieddate:[2026-11-20T11:00:00.000Z..]"
