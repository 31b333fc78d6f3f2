"""Forks Python programs for tests from one interpreter that has imported everything already.

A start then costs milliseconds instead of the second that the imports take. Run as a script; one JSON request a line on
standard input, one JSON answer a line on standard output.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from typing import Any, NoReturn

import crossdock.platform.supervisor  # noqa: F401 imported once for all programs


def run(request: dict[str, Any]) -> NoReturn:
    """In the fork: be the program, in a session of its own as if a terminal had started it."""
    os.setsid()
    # Whatever runs the tests may ignore it, which its children would inherit.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.argv = ["program", *request["arguments"]]
    code = 0
    try:
        exec(compile(request["source"], "program", "exec"), {"__name__": "__main__"})  # noqa: S102 the test's own source
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:  # noqa: BLE001 what any interpreter does with an uncaught one
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def main() -> None:
    ended: dict[int, int] = {}
    for line in sys.stdin:
        request = json.loads(line)
        if "source" in request:
            pid = os.fork()
            if pid == 0:
                run(request)
            answer: int | None = pid
        else:
            pid = request["poll"]
            if pid not in ended:
                found, status = os.waitpid(pid, os.WNOHANG)
                if found:
                    ended[pid] = os.waitstatus_to_exitcode(status)
            answer = ended.get(pid)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
