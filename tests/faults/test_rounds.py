"""A few rounds of faults with a fixed seed, and proof that each check finds its fault; `make faults` plays more."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from faults.checks import broken
from faults.evidence import Answered, Event, Evidence, Operation, Stored
from faults.receivers import Receipt
from faults.rounds import Arena, play, running_arena
from faults.stall.adapter import REQUESTS

# One process plays them all, so that the rounds are played once.
pytestmark = pytest.mark.anyio

SEED = 4
ROUNDS = 8


@pytest.fixture(scope="module")
async def arena(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Arena]:
    """Real processes, and everybody they deal with."""
    async with running_arena(Path(tmp_path_factory.mktemp("faults")), SEED) as made:
        yield made


@pytest.fixture(scope="module")
async def played(arena: Arena) -> list[tuple[list[str], str, Evidence]]:
    """The rounds: what each broke, what happened in it, and the evidence."""
    return [await play(arena, number) for number in range(1, ROUNDS + 1)]


async def test_no_round_breaks_an_invariant(played: list[tuple[list[str], str, Evidence]], arena: Arena) -> None:
    """Doubled stock changes, lost messages, deleted goods, the data of others: what nobody forgives."""
    wrong = [f"round {number}, {said}: {line}" for number, (lines, said, _) in enumerate(played, 1) for line in lines]
    assert not wrong, "\n".join([*wrong, f"again: python -m faults --seed {SEED} --rounds {ROUNDS}"])
    struck = {word for word in arena.totals if word.startswith(("kill", "restart", "vendor"))}
    assert len(struck) > 8, "hardly anything went wrong, so nothing was proven"
    assert arena.totals["writes"] > 50
    assert arena.totals["messages"] > 100


# -- planted faults ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sound(played: list[tuple[list[str], str, Evidence]]) -> Evidence:
    """The evidence of a round in which something of every kind happened."""
    return next(each for _, _, each in reversed(played) if _delivered(each) and _adjusted(each))


def _delivered(evidence: Evidence) -> bool:
    return all(endpoint.receipts for organization in evidence.organizations for endpoint in organization.endpoints)


def _adjusted(evidence: Evidence) -> list[Operation]:
    return [each for each in evidence.operations if each.acknowledged and not each.is_tagging]


def _receipts(evidence: Evidence) -> list[Receipt]:
    return evidence.organizations[0].endpoints[0].receipts


def _change_receipt(evidence: Evidence, change: Callable[[Receipt], Receipt]) -> None:
    receipts = _receipts(evidence)
    receipts[0] = change(receipts[0])


def _drop_message(evidence: Evidence) -> None:
    lost = next(receipt.sequence for receipt in _receipts(evidence) if receipt.accepted)
    receipts = _receipts(evidence)
    receipts[:] = [receipt for receipt in receipts if receipt.sequence != lost]


def _refuse_message(evidence: Evidence) -> None:
    lost = next(receipt.sequence for receipt in _receipts(evidence) if receipt.accepted)
    receipts = _receipts(evidence)
    receipts[:] = [replace(each, accepted=each.accepted and each.sequence != lost) for each in receipts]


def _swap_messages(evidence: Evidence) -> None:
    """A later change of the same record comes first."""
    organization = evidence.organizations[0]
    event = next(item for item in organization.events if item.key is not None and item.event_type)
    later = replace(event, sequence=organization.last + 1, version=event.version + 1)
    organization.events.append(later)
    for endpoint in organization.endpoints:
        endpoint.types |= {str(event.event_type)}
        endpoint.began = 0
        made = [
            Receipt(number, f"msg_{organization.id.hex}_{number}", {"data": event.body}, accepted=True, genuine=True)
            for number in (later.sequence, event.sequence)
        ]
        endpoint.receipts[:] = made + [each for each in endpoint.receipts if each.sequence != event.sequence]


def _send_first_sync(evidence: Evidence) -> None:
    organization = evidence.organizations[0]
    told = next(receipt.sequence for receipt in _receipts(evidence))
    organization.events[:] = [replace(e, first_sync=e.first_sync or e.sequence == told) for e in organization.events]


def _double_effect(evidence: Evidence) -> None:
    operation = _adjusted(evidence)[0]
    effects = evidence.accounts[operation.connection].effects
    effects.append(next(effect for effect in effects if effect[1] == operation.client))


def _second_write(evidence: Evidence) -> None:
    """The same wish went out twice, each time as a write of its own."""
    operation = _adjusted(evidence)[0]
    evidence.accounts[operation.connection].effects.append(("another", operation.client))
    evidence.writes["another"] = ("succeeded", operation.connection, "wms/adjust_inventory")


def _lose_effect(evidence: Evidence) -> None:
    operation = _adjusted(evidence)[0]
    effects = evidence.accounts[operation.connection].effects
    effects[:] = [effect for effect in effects if effect[1] != operation.client]


def _refuse_after_effect(evidence: Evidence) -> None:
    operation = _adjusted(evidence)[0]
    operation.twins = 0
    operation.answers.insert(0, Answered(503, "the stall is closed", 1))


def _answer_otherwise(evidence: Evidence) -> None:
    operation = _adjusted(evidence)[0]
    operation.answers.append(Answered(200, "another answer", 1))


def _forget_write(evidence: Evidence) -> None:
    effects = evidence.accounts[_adjusted(evidence)[0].connection].effects
    evidence.writes.pop(effects[0][0])


def _events(evidence: Evidence) -> list[Event]:
    return next(each.events for each in evidence.organizations if any(event.key for event in each.events))


def _drop_event(evidence: Evidence) -> None:
    _events(evidence).pop(0)


def _change_event(evidence: Evidence) -> None:
    events = _events(evidence)
    last = {event.key: place for place, event in enumerate(events) if event.key and event.change != "deleted"}
    place = next(iter(last.values()))
    events[place] = replace(events[place], body={**(events[place].body or {}), "name": "another"})


def _change_store(evidence: Evidence) -> None:
    key = next(key for key, item in evidence.stored.items() if not item.deleted and key[1] == "wms/inventory")
    evidence.stored[key] = Stored(evidence.stored[key].version, False, {**evidence.stored[key].body, "onhand": -1})


def _lose_record(evidence: Evidence) -> None:
    account = next(iter(evidence.accounts.values()))
    account.put("goods", "never seen")


def _keep_record(evidence: Evidence) -> None:
    account = next(iter(evidence.accounts.values()))
    account.things["goods"].pop(next(iter(account.things["goods"])))


def _lose_tags(evidence: Evidence) -> None:
    key = next(key for key, item in evidence.stored.items() if not item.deleted and key[1] == "wms/inventory")
    evidence.tags[key] = ["acknowledged"]


def _leak(evidence: Evidence) -> None:
    other = evidence.organizations[1].name
    _change_receipt(evidence, lambda receipt: replace(receipt, body={**receipt.body, "customer_id": f"{other}-1"}))


def _burst(evidence: Evidence) -> None:
    next(iter(evidence.metered.values())).extend(1e9 + number / 100 for number in range(REQUESTS + 1))


def _crowd(evidence: Evidence) -> None:
    next(iter(evidence.accounts.values())).crowded.append("goods")


def _tell_secret(evidence: Evidence) -> None:
    evidence.texts["api.log"] += next(iter(evidence.secrets.values()))


PLANTED: dict[str, tuple[str, Callable[[Evidence], None]]] = {
    "a message never came": ("delivered", _drop_message),
    "a message was never accepted": ("delivered", _refuse_message),
    "a message overtook an earlier one": ("delivered", _swap_messages),
    "a message is forged": ("delivered", lambda each: _change_receipt(each, lambda item: replace(item, genuine=False))),
    "a message is of another event": (
        "delivered",
        lambda each: _change_receipt(each, lambda item: replace(item, message_id="msg_other")),
    ),
    "a first sync was delivered": ("delivered", _send_first_sync),
    "a write was sent twice": ("one_effect", _double_effect),
    "a retry was a second write": ("one_effect", _second_write),
    "an acknowledged write did nothing": ("one_effect", _lose_effect),
    "a refused write took effect": ("one_effect", _refuse_after_effect),
    "a key was answered in two ways": ("one_effect", _answer_otherwise),
    "a write was not noted": ("one_effect", _forget_write),
    "an event is missing": ("gap_free_log", _drop_event),
    "an event tells another story": ("gap_free_log", _change_event),
    "a change has no event": ("gap_free_log", _change_store),
    "a record was blanked": ("nothing_lost", _change_store),
    "a record is missing": ("nothing_lost", _lose_record),
    "a record should be gone": ("nothing_lost", _keep_record),
    "acknowledged tags are gone": ("nothing_lost", _lose_tags),
    "somebody else's data was sent": ("nothing_foreign", _leak),
    "a vendor got too many requests": ("within_rates", _burst),
    "two runs read one list": ("within_rates", _crowd),
    "a log holds a key": ("no_secrets", _tell_secret),
    "something never ended": ("settled", lambda each: each.unsettled.append("a lane")),
}


@pytest.fixture(params=list(PLANTED))
def planted(request: pytest.FixtureRequest, sound: Evidence) -> tuple[str, Evidence]:
    """Sound evidence with one fault in it, and the check that has to find it."""
    check, plant = PLANTED[request.param]
    evidence = copy.deepcopy(sound)
    plant(evidence)
    return check, evidence


async def test_a_planted_fault_is_found(planted: tuple[str, Evidence], sound: Evidence) -> None:
    """A check that finds nothing would let every one of the rounds pass."""
    check, evidence = planted
    assert broken(sound) == []
    assert check in {line.partition(":")[0] for line in broken(evidence)}
