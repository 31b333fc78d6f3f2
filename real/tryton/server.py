"""Runs trytond until standard input ends, so that it never outlives whoever started it, not even one that was killed.

Run by the Python that has Tryton installed; the arguments are those of `trytond`.
"""

import os
import sys
import threading

from trytond.cli import main  # type: ignore[import-not-found] # installed in its own environment only


def end_with_standard_input() -> None:
    sys.stdin.read()
    # SQLite's journal makes an abrupt end safe, and an orderly one would wait for requests in progress.
    os._exit(0)


threading.Thread(target=end_with_standard_input, daemon=True).start()
main()
