"""The invariants, each as a function of the evidence that names what breaks it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from crossdock.contract.catalogue import ACTION_BY_KEY
from faults.evidence import Endpoint, Evidence, Key, Operation, Organization, Stored
from faults.stall.adapter import PER_SECONDS, REQUESTS

JITTER_SECONDS = 1.0
"""Requests that leave at the right moment come in a little closer together on a busy machine."""
_CHANGES = ("created", "updated", "deleted")
_SURE = frozenset({400, 401, 403, 404, 422, 429, 500, 501, 502, 503})
"""Answers that do not say that it may have happened. A 409 says that it is not known yet, a 504 that it is open."""


def one_effect(evidence: Evidence) -> list[str]:
    """1. An acknowledged write has exactly one effect at the vendor, or ends openly as uncertain."""
    wrong = [f"{each.client}: {said}" for each in evidence.operations if (said := _wrong_with(each, evidence))]
    for connection, account in evidence.accounts.items():
        known = Counter(reference for reference, _ in account.effects)
        for reference, times in known.items():
            state = evidence.writes.get(reference, ("not noted", "", ""))[0]
            if times != 1 or state != "succeeded":
                wrong.append(f"write {reference} is {state} and took effect {times} times")
        for reference, (state, owner, action) in evidence.writes.items():
            # Tags are kept here, so they are noted under the read of their resource.
            told = owner == connection and not ACTION_BY_KEY[action].is_read
            if told and state == "succeeded" and reference not in known:
                wrong.append(f"write {reference} counts as succeeded and never took effect")
    return wrong


def _wrong_with(operation: Operation, evidence: Evidence) -> str:
    statuses = [each.status for each in operation.answers]
    if operation.key is not None and statuses[-1:] not in ([200], [404]):
        return f"nobody knows what became of it: {statuses[-6:]}"
    if len({each.text for each in operation.answers if each.status == 200}) > 1:
        return "the same key was answered with different successes"
    if operation.is_tagging:
        return ""
    times = sum(client == operation.client for _, client in evidence.accounts[operation.connection].effects)
    if times > 1 or (operation.acknowledged and times == 0):
        return f"answered {statuses}, and took effect {times} times"
    if times and statuses[-1] == 404:
        return f"answered {statuses}, and took effect all the same"
    for each in operation.answers:
        if operation.twins == 0 and each.effects and each.status in _SURE:
            return f"answered {each.status} when it had taken effect: {each.text[:200]}"
    return ""


def gap_free_log(evidence: Evidence) -> list[str]:
    """2. Every change has an event, the sequence has no gap, and a snapshot plus the later events is the store."""
    wrong = []
    rebuilt = dict(evidence.snapshot)
    for organization in evidence.organizations:
        numbers = [event.sequence for event in organization.events]
        if numbers != list(range(organization.before + 1, organization.last + 1)):
            wrong.append(f"{organization.name}: the log has gaps from {organization.before} to {organization.last}")
        for event in organization.events:
            if event.key is None or event.change not in _CHANGES:
                continue
            expected = rebuilt[event.key].version + 1 if event.key in rebuilt else 1
            if event.version != expected:
                wrong.append(f"event {event.sequence} of {event.key} is of version {event.version}, not {expected}")
            rebuilt[event.key] = Stored(event.version, event.change == "deleted", event.body)
    for key in sorted(evidence.stored.keys() | rebuilt.keys()):
        if _shown(evidence.stored.get(key)) != _shown(rebuilt.get(key)):
            wrong.append(f"{key}: the events lead to {rebuilt.get(key)}, and stored is {evidence.stored.get(key)}")
    return wrong


def _shown(item: Stored | None) -> Any:
    """What a reader sees of a record; of a deleted one only that it is."""
    return item and (item.version, item.deleted, None if item.deleted else item.body)


def delivered(evidence: Evidence) -> list[str]:
    """3. Every event reaches every endpoint that wants it, in the order of its record, genuine and as it was."""
    return [
        f"{endpoint.name}: {said}"
        for organization in evidence.organizations
        for endpoint in organization.endpoints
        for said in _wrong_deliveries(organization, endpoint)
    ]


def _wrong_deliveries(organization: Organization, endpoint: Endpoint) -> list[str]:
    by_sequence = {event.sequence: event for event in organization.events}
    wanted = [
        event.sequence
        for event in organization.events
        if event.event_type in endpoint.types and not event.first_sync and event.sequence > endpoint.began
    ]
    wrong = []
    accepted: dict[int, int] = {}
    for place, receipt in enumerate(endpoint.receipts):
        event = by_sequence.get(receipt.sequence)
        if not receipt.genuine or receipt.message_id != f"msg_{organization.id.hex}_{receipt.sequence}":
            wrong.append(f"message {receipt.message_id} is not genuine")
        if event is not None and (event.first_sync or event.event_type not in endpoint.types):
            wrong.append(f"event {receipt.sequence} was sent although nobody wants it")
        if event is not None and event.body is not None and receipt.body["data"] != event.body:
            wrong.append(f"message {receipt.sequence} is not the record as it was")
        if receipt.accepted:
            accepted.setdefault(receipt.sequence, place)
    lost = [number for number in wanted if number not in accepted]
    if lost:
        wrong.append(f"events {lost[:10]} never came ({len(lost)} of {len(wanted)})")
    places: dict[Key, int] = {}
    for number in (number for number in wanted if number in accepted):
        key = by_sequence[number].key
        if key is not None and accepted[number] < places.get(key, -1):
            wrong.append(f"event {number} of {key} came before an earlier one")
        if key is not None:
            places[key] = max(accepted[number], places.get(key, -1))
    return wrong


def nothing_foreign(evidence: Evidence) -> list[str]:
    """4. Nothing of one organization is visible to another."""
    wrong = list(evidence.leaks)
    names = [organization.name for organization in evidence.organizations]
    for organization in evidence.organizations:
        for endpoint in organization.endpoints:
            for receipt in endpoint.receipts:
                said = str(receipt.body)
                wrong += [
                    f"{endpoint.name} received something of {name}: message {receipt.sequence}"
                    for name in names
                    if name != organization.name and f"{name}-" in said
                ]
    return wrong


def within_rates(evidence: Evidence) -> list[str]:
    """5. No vendor gets more than its published rate, and no list is read by two runs of one connection at once."""
    wrong = []
    for connection, arrivals in evidence.metered.items():
        for earlier, later in zip(arrivals, arrivals[REQUESTS:], strict=False):
            if later - earlier < PER_SECONDS - JITTER_SECONDS:
                wrong.append(f"{connection}: {REQUESTS + 1} requests came within {later - earlier:.2f} s")
                break
    for connection, account in evidence.accounts.items():
        wrong += [f"{connection}: two runs read {kind} at once" for kind in account.crowded]
    return wrong


def nothing_lost(evidence: Evidence) -> list[str]:
    """6. A failed or partial fetch never deletes or blanks a record: the store is what the vendor has."""
    wrong = list(evidence.missing)
    for connection, account in evidence.accounts.items():
        shown = {(f"wms/{resource}", identifier): facts for (resource, identifier), facts in account.shown().items()}
        stored = {key[1:]: item for key, item in evidence.stored.items() if key[0] == connection and not item.deleted}
        wrong += [f"{connection}: {key} is at the vendor and not stored" for key in shown.keys() - stored.keys()]
        wrong += [f"{connection}: {key} is stored and not at the vendor" for key in stored.keys() - shown.keys()]
        for thing in shown.keys() & stored.keys():
            body = stored[thing].body
            facts = (body.get("sku") or body.get("order_number"), body.get("onhand", shown[thing][1]))
            if facts != shown[thing]:
                wrong.append(f"{connection}: {thing} is stored as {facts} and is {shown[thing]} at the vendor")
    for key, tags in evidence.tags.items():
        item = evidence.stored.get(key)
        if item is not None and not item.deleted and item.body["trackstar_tags"] != tags:
            wrong.append(f"{key} has the tags {item.body['trackstar_tags']}, and {tags} were acknowledged")
    return wrong


def no_secrets(evidence: Evidence) -> list[str]:
    """7. No secret appears in a log, an error, an event or a page."""
    return [
        f"{place} holds {name}"
        for place, text in evidence.texts.items()
        for name, secret in evidence.secrets.items()
        if secret in text
    ]


def settled(evidence: Evidence) -> list[str]:
    """Everything comes to an end once the faults are over."""
    return evidence.unsettled


CHECKS: tuple[Callable[[Evidence], list[str]], ...] = (
    settled,
    one_effect,
    gap_free_log,
    delivered,
    nothing_foreign,
    within_rates,
    nothing_lost,
    no_secrets,
)


def broken(evidence: Evidence) -> list[str]:
    """Everything that is wrong, after the name of its check."""
    return [f"{check.__name__}: {said}" for check in CHECKS for said in check(evidence)]
