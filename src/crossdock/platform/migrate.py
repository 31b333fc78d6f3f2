"""Brings a database to the schema of this version, once, whoever starts first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

import crossdock.migrations as package
from crossdock.platform.database import APP_ROLE, JOBS_SCHEMA, SYSTEM_ROLE
from crossdock.platform.start_errors import StartRefused

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection
    from sqlalchemy.exc import DBAPIError

_LOCK = 0x63726F7373  # "cross"; the number only has to be the same in every process.


def migrate(url: str) -> list[str]:
    """Applies what is missing and gives the revisions applied. Refuses a database that is newer than the code."""
    # SQLAlchemy and Alembic take longer to import than everything else together, and only migrations need them.
    if is_current(url):
        return []
    import sqlalchemy

    engine = sqlalchemy.create_engine(_driver_url(url), poolclass=sqlalchemy.pool.NullPool)
    try:
        with engine.connect() as connection:
            return _under_lock(connection)
    except sqlalchemy.exc.OperationalError as error:
        raise StartRefused(f"the database cannot be reached: {_first_line(error)}") from None
    except sqlalchemy.exc.ProgrammingError as error:
        if not isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            raise
        raise StartRefused(
            f"the database user may not set the database up ({_first_line(error)}); it needs CREATEROLE and must own "
            "the database"
        ) from None


def revisions() -> list[str]:
    """Every revision of this version, oldest first; a migration's file is named for its revision."""
    return sorted(path.stem[1:5] for path in (Path(package.__file__).parent / "versions").glob("m*.py"))


def is_current(url: str) -> bool:
    """Whether the database has the schema of this version already; false also when it cannot be reached."""
    _driver_url(url)
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            row = connection.execute("select version_num from alembic_version").fetchone()
            jobs = connection.execute("select to_regclass('jobs.procrastinate_jobs') is not null").fetchone()
    except psycopg.Error:
        return False
    return row == (revisions()[-1],) and jobs == (True,)


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().partition("\n")[0]


def _under_lock(connection: Connection) -> list[str]:
    import sqlalchemy

    connection.execute(sqlalchemy.text("select pg_advisory_lock(:lock)"), {"lock": _LOCK})
    connection.commit()
    try:
        return _upgrade(connection)
    finally:
        connection.rollback()
        connection.execute(sqlalchemy.text("select pg_advisory_unlock(:lock)"), {"lock": _LOCK})
        connection.commit()


def _driver_url(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    if scheme not in ("postgresql", "postgres") or not separator:
        raise StartRefused("the database address must start with postgresql://")
    return f"postgresql+psycopg://{rest}"


def _upgrade(connection: Connection) -> list[str]:
    from alembic import command
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(package.__file__).parent))
    config.attributes["connection"] = connection
    scripts = ScriptDirectory.from_config(config)
    before = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    if before is not None and before not in known:
        raise StartRefused(
            f"the database is at revision {before}, which this version does not know; start a newer Crossdock on it"
        )
    command.upgrade(config, "head")
    _install_jobs(connection)
    connection.commit()
    return [
        script.revision
        for script in reversed(list(scripts.walk_revisions()))
        if before is None or script.revision > before
    ]


def _install_jobs(connection: Connection) -> None:
    """The tables of the job engine, in a schema of their own. They hold nothing that cannot be made again."""
    import sqlalchemy
    from procrastinate import PsycopgConnector
    from procrastinate.schema import SchemaManager

    exists = connection.execute(
        sqlalchemy.text("select to_regclass('jobs.procrastinate_jobs') is not null")
    ).scalar_one()
    if not exists:
        connection.exec_driver_sql(f"create schema if not exists {JOBS_SCHEMA}")
        connection.exec_driver_sql(f"set local search_path to {JOBS_SCHEMA}")
        # The driver would read a percent sign as a parameter mark.
        connection.exec_driver_sql(SchemaManager(PsycopgConnector()).get_schema().replace("%", "%%"))
        connection.exec_driver_sql("set local search_path to public")
    for role in (APP_ROLE, SYSTEM_ROLE):
        connection.exec_driver_sql(f"grant usage on schema {JOBS_SCHEMA} to {role}")
        connection.exec_driver_sql(f"grant all on all tables in schema {JOBS_SCHEMA} to {role}")
        connection.exec_driver_sql(f"grant all on all sequences in schema {JOBS_SCHEMA} to {role}")
        connection.exec_driver_sql(f"grant execute on all functions in schema {JOBS_SCHEMA} to {role}")
