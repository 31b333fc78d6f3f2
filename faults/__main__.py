"""`python -m faults [--rounds N] [--seed S] [--first N]`: rounds of faults against real processes.

In each round writes are made, things change at the vendor and subscribers listen, while processes are killed or frozen,
PostgreSQL is restarted, and vendor and subscribers misbehave. After it the invariants are checked from what everybody
has noted. What happens comes from the seed; when exactly it happens comes from the machine, so a round that broke
something may have to be played more than once. Exits with 1 when an invariant was broken.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import secrets
import shutil
import tempfile
import time
from pathlib import Path

import structlog

from faults.rounds import play, running_arena

ROUNDS = 200


async def run(folder: Path, rounds: int, seed: int, first: int) -> int:
    """Plays the rounds; gives the number of those that broke something."""
    failed = 0
    begun = time.monotonic()
    async with running_arena(folder, seed) as arena:
        for number in range(first, first + rounds):
            wrong, said, _ = await play(arena, number)
            print(f"round {number:4}  {'BROKEN' if wrong else 'ok':6}  {said}", flush=True)
            for line in wrong[:20]:
                print(f"    {line[:1500]}", flush=True)
            if wrong:
                failed += 1
                print(f"    again: python -m faults --seed {seed} --first {number} --rounds 1", flush=True)
        totals = {**arena.totals, "ended by themselves": arena.installation.ended_by_themselves}
    print(
        f"\n{rounds} rounds with seed {seed} in {time.monotonic() - begun:.0f} s, {failed} broke something", flush=True
    )
    print("\n".join(f"  {what:24} {times:7,}" for what, times in sorted(totals.items())), flush=True)
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(prog="faults", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how many rounds to play")
    parser.add_argument("--first", type=int, default=1, help="the number of the first round")
    parser.add_argument("--keep", action="store_true", help="keep the logs of the processes")
    parser.add_argument("--seed", type=int, default=None, help="what everything is thrown from; a new one by default")
    given = parser.parse_args()
    seed: int = secrets.randbelow(1_000_000) if given.seed is None else given.seed
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    folder = Path(tempfile.mkdtemp(prefix="crossdock-faults-"))
    failed = asyncio.run(run(folder, given.rounds, seed, given.first))
    if failed or given.keep:
        print(f"the logs of the processes are in {folder}")
    else:
        shutil.rmtree(folder)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
