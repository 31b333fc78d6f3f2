"""The processes that run until they are stopped: `serve`, `api` and `worker`.

They begin here rather than in the command line's module, because all that the other commands need takes a second to
load, and the web server loads the main module in every process it starts. So nothing is imported here before it is
known which of them it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys

from crossdock.platform import settings as settings_module
from crossdock.platform.logs import configure_logging
from crossdock.platform.sealing import SealBroken
from crossdock.platform.settings import Settings, variable
from crossdock.platform.start_errors import StartCancelled, StartRefused, refuse


def _database_url(settings: Settings) -> str:
    if not settings.database_url:
        raise StartRefused(f"set {variable('database_url')}, or use `crossdock serve`, which runs its own database")
    return settings.database_url


def run_api(settings: Settings) -> None:
    """Runs one API server until told to stop."""
    from granian.constants import Interfaces
    from granian.server import Server

    _database_url(settings)
    Server(
        "crossdock.platform.asgi:make",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.api_processes,
        factory=True,
        log_access=False,
        websockets=False,
        respawn_failed_workers=True,
    ).serve()


def run_worker(settings: Settings) -> None:
    """Runs one worker until told to stop."""
    asyncio.run(_run_worker(settings, _database_url(settings)))


async def _run_worker(settings: Settings, url: str) -> None:
    from crossdock.platform.start import make_engine
    from crossdock.syncs.tasks import Worker

    engine = make_engine(settings, url)
    await engine.open()
    task = asyncio.create_task(Worker(engine, url).run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        with contextlib.suppress(asyncio.CancelledError):
            await task
    finally:
        await engine.close()


def run_serve(settings: Settings) -> None:
    """Runs database, API and worker until told to stop."""
    from crossdock.platform.serve import serve

    raise SystemExit(serve(settings))


PROCESSES = {"serve": run_serve, "api": run_api, "worker": run_worker}


def main() -> None:
    """Runs the process that the argument names."""
    try:
        settings = settings_module.load()
        configure_logging(settings)
        PROCESSES[sys.argv[1]](settings)
    except (StartRefused, SealBroken) as error:
        refuse(str(error))
    except StartCancelled:
        raise SystemExit(0) from None


if __name__ == "__main__":
    main()
