"""What the web server runs: the application of one API process, from the environment."""

from __future__ import annotations

from crossdock.integrations.kit.transport import ASGIApp
from crossdock.platform import settings as settings_module
from crossdock.platform.app import make_app
from crossdock.platform.logs import configure_logging
from crossdock.platform.start import make_engine
from crossdock.syncs.tasks import attach_waker


def make() -> ASGIApp:
    """The application. The database has been migrated by whoever started this process."""
    settings = settings_module.load()
    configure_logging(settings)
    engine = make_engine(settings, settings.database_url)
    attach_waker(engine, settings.database_url)
    return make_app(engine)
