"""The child that runs transformations: nothing of Crossdock is in it, no environment, no open files but its pipes.

Run as a script, so that it imports nothing but V8. Each request is a length and JSON, each answer too. Every request
gets a new V8, so nothing of one remains for the next.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
from typing import Any

from py_mini_racer import JSEvalException, MiniRacer

LENGTH_BYTES = 4
_PR_SET_PDEATHSIG = 1
_FAILURES = (JSEvalException, RuntimeError, ValueError)
_HARNESS = """
(function (text) {
  const webhook = JSON.parse(text);
  if (typeof handler !== 'function') throw new Error('there is no function handler(webhook)');
  const result = handler(webhook);
  const given = result === undefined ? webhook : result;
  if (given === null || typeof given !== 'object' || typeof given.then === 'function')
    throw new Error('handler must return the webhook');
  return JSON.stringify({url: given.url, payload: given.payload, cancel: given.cancel === true});
})
"""


def _confine(parent: int) -> None:
    """Ends with the parent, and can neither open files nor start processes that the parent would not see."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise SystemExit(1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _run(request: dict[str, Any]) -> dict[str, Any]:
    context = MiniRacer()
    try:
        context.set_hard_memory_limit(request["heap_bytes"])
        context.eval(request["code"], timeout_sec=request["seconds"])
        text = json.dumps({"url": request["url"], "payload": request["payload"], "cancel": False})
        # The text is a string of JavaScript: JSON within JSON.
        answer = context.eval(f"{_HARNESS}({json.dumps(text)})", timeout_sec=request["seconds"])
        return {"result": str(answer)}
    except _FAILURES as error:
        return {"error": _first_line(error)}
    finally:
        context.close()


def _first_line(error: Exception) -> str:
    text = str(error).strip()
    return (text.splitlines() or [type(error).__name__])[0][:500]


def main() -> None:
    """Answers requests until the pipe ends."""
    _confine(int(sys.argv[1]))
    pipe_in, pipe_out = sys.stdin.buffer, sys.stdout.buffer
    MiniRacer().close()
    pipe_out.write((0).to_bytes(LENGTH_BYTES, "big"))
    pipe_out.flush()
    while head := pipe_in.read(LENGTH_BYTES):
        answer = json.dumps(_run(json.loads(pipe_in.read(int.from_bytes(head, "big"))))).encode()
        pipe_out.write(len(answer).to_bytes(LENGTH_BYTES, "big") + answer)
        pipe_out.flush()


if __name__ == "__main__":
    main()
