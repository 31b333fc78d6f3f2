"""What several test modules of the API share."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.api.fuzzing import Target, look_around
from tests.api.processes import Installation, installation


@pytest.fixture(scope="session")
def target(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """The API as it is served, by the real web server."""
    with installation(tmp_path_factory.mktemp("fuzz"), CROSSDOCK_DATABASE_URL=database_url) as served:
        keys = [_new_key(served), _new_key(served)]
        served.start_answering("api")
        yield look_around(served, *keys)


def _new_key(served: Installation) -> str:
    """The key of a new organization."""
    made = served.run("keys", "create", "--organization", f"fuzz {random.random()}", "--new-organization")  # noqa: S311
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()
