"""Starting on a database that is up to date costs one query; anything else goes the long way."""

from __future__ import annotations

import psycopg
from alembic.config import Config
from alembic.script import ScriptDirectory

import crossdock.migrations as package
from crossdock.platform import migrate


def test_the_revisions_are_those_of_the_migrations() -> None:
    """A file named for another revision would make a database that lacks it look complete."""
    config = Config()
    config.set_main_option("script_location", package.__path__[0])
    scripts = ScriptDirectory.from_config(config)
    assert [script.revision for script in reversed(list(scripts.walk_revisions()))] == migrate.revisions()
    assert scripts.get_current_head() == migrate.revisions()[-1]


class TestCurrent:
    def test_a_migrated_database_needs_nothing(self, database_url: str) -> None:
        assert migrate.is_current(database_url)
        assert migrate.migrate(database_url) == []

    def test_one_that_is_behind_or_unknown_does(self, fresh_database_url: str) -> None:
        for revision in (migrate.revisions()[0], "9999"):
            with psycopg.connect(fresh_database_url) as connection:
                connection.execute("update alembic_version set version_num = %s", [revision])
            assert not migrate.is_current(fresh_database_url)

    def test_so_does_one_that_is_empty_or_away(self, server_url: str) -> None:
        assert not migrate.is_current(server_url)
        assert not migrate.is_current("postgresql://127.0.0.1:1/nothing?connect_timeout=1")
