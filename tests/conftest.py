"""What every test can ask for. The database is that of `tests/postgres.py`, the browser that of `tests/browser.py`."""

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

from safeguarding.accounts.services import sessions
from safeguarding.audit.seals import standing
from safeguarding.launch.static import build_static
from safeguarding.sealing import ledger, ring
from safeguarding.sealing.models import KEYS
from tests import postgres, proof
from tests.proof import leaks, reads, writes

# No test fails for a machine that is busy. Examples share the fixtures of their test: each works in a savepoint of its
# own.
hypothesis.register_profile(
    "harbour", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
hypothesis.load_profile("harbour")
pytest_plugins = [
    "tests.costs",
    "tests.dealing",
    "tests.budget",
    "tests.proofs",
    "tests.browser",
    "tests.walls",
    "tests.stores",
    "tests.full_disk",
    "tests.printers",
    "tests.papers",
    "tests.workers",
]
_stack = ExitStack()
_server = pytest.StashKey[postgres.Databases]()


def databases_of(config: pytest.Config) -> postgres.Databases:
    """The run's server: started on first asking, here or in the process that hands out the tests."""
    if given := getattr(config, "workerinput", {}).get("databases"):
        paths = {name: Path(given[name]) for name in ("keys", "worlds")}
        return postgres.Databases(given["urls"], template=given["template"], **paths)
    if _server not in config.stash:
        config.stash[_server] = _stack.enter_context(postgres.server())
    return config.stash[_server]


@pytest.fixture(scope="session", autouse=True)
def _seen_once_a_minute() -> None:
    """That somebody was seen is written no more often, so that pages ask as much on a machine that is slow."""
    sessions._TOUCH_AFTER = timedelta(minutes=1)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Whoever asks for the database of the records has that of the keys beside it.
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker is None and not {"db", "transactional_db"} & {*getattr(item, "fixturenames", ())}:
            continue
        options = marker.kwargs if marker else {}
        item.add_marker(pytest.mark.django_db(**options | {"databases": ["default", KEYS]}), append=False)


@pytest.hookimpl
def pytest_make_parametrize_id(val: object) -> str | None:
    """A long text is not in the name of its test: names travel between the processes of a run, and one had 20 MB."""
    return f"{len(val)} characters" if isinstance(val, str | bytes) and len(val) > 100 else None


def pytest_collection_finish() -> None:
    """What was loaded stays, and is not looked through each time that the collector looks for garbage."""
    gc.collect()
    gc.freeze()


def told(made: postgres.Databases) -> dict[str, Any]:
    """What a process that runs tests is told of the server, whose databases it copies."""
    return {"urls": made.urls, "keys": str(made.keys), "worlds": str(made.worlds), "template": made.name}


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["databases"] = told(databases_of(node.config))


def pytest_unconfigure(config: pytest.Config) -> None:
    _stack.close()


@pytest.fixture(scope="session", autouse=True)
def _signed_in() -> None:
    """Whoever a test signs in has the second factor that they need."""
    from tests import signed_in

    signed_in.install()


@pytest.fixture(scope="session", autouse=True)
def _nothing_is_late() -> None:
    """No worker seals what a test does: it is not late, however long ago the world of the test was made."""
    standing.LATE = timedelta(days=36500)


@pytest.fixture(scope="session", autouse=True)
def _static_files() -> None:
    """Pages name built files by their hash, also where no server runs."""
    build_static()


@cache
def _watch() -> None:
    """Once: a child of a process that watches does so by itself (`tests/mutants`)."""
    writes.watch()
    reads.watch()
    leaks.watch()


@pytest.fixture(scope="session", autouse=True)
def _watched() -> None:
    """Every transaction and every answer of the run (`tests/proof`)."""
    _watch()


@pytest.fixture(autouse=True)
def _no_keys_at_hand() -> Iterator[None]:
    """What a test takes back has never had a key."""
    ring.forget()
    yield
    ring.forget()


@pytest.fixture(autouse=True)
def _no_ledger_at_hand() -> Iterator[None]:
    """What a test destroys and takes back was never destroyed."""
    yield
    ledger.path().unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def _on_record(_watched: None) -> Iterator[None]:
    """Fails each test in which something was written or read that is not on record, or told where it must not be."""
    leaks.listen()
    proof.violations.clear()
    yield
    found = list(dict.fromkeys(proof.violations))
    assert not found, "\n".join(found)


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest, worker_id: str) -> postgres.Databases:
    """This process's own database, by role: `databases.url("owner")`."""
    return databases_of(request.config).of_process(f"test_{worker_id}")


@pytest.fixture(scope="session")
def django_db_setup(databases: postgres.Databases, django_db_blocker: Any) -> Iterator[None]:
    """Instead of Django's: a test reaches its state as the owner, and every request is answered as `web`
    (`tests/walls.py`).
    """
    from safeguarding.environment import database, env

    databases.reset()
    # No test fails for a machine that is busy: what a role may take is asked of that role (`test_database.py`).
    of_owner = database("OWNER_DATABASE_URL", "owner")["OPTIONS"]
    for alias, url in (("default", databases.url("owner")), (KEYS, databases.keys_url("owner"))):
        address = env.db_url_config(url)
        connections[alias].settings_dict.update(
            {key: address[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
        )
        connections[alias].settings_dict["OPTIONS"].update(of_owner | address.get("OPTIONS", {}))
    settings.ROOT_KEY_PATH, settings.EPOCH_KEYS_PATH = databases.keys / "root.key", databases.keys / "epochs.json"
    # Where the ledger of what was destroyed lies: one of its own, as the root key under which it is written.
    settings.ANCHOR_FOLDER = databases.keys / "anchors"

    def start_again(self: TransactionTestCase) -> None:
        connections.close_all()
        databases.reset()

    # `web` may not empty tables, and nobody empties the events: the next test starts from a new copy instead.
    TransactionTestCase._fixture_teardown = start_again  # type: ignore[method-assign]
    with django_db_blocker.unblock():
        from tests import factories, rooms

        if not rooms.is_known():
            rooms.learn(factories.make_staffroom)
        connections.close_all()
    yield
    connections.close_all()
    databases.drop()


@pytest.fixture
def connect(databases: postgres.Databases, transactional_db: None) -> Iterator[Callable[[str], psycopg.Connection]]:
    """`connect("owner")`: raw SQL as one of the database's roles, beside Django's own connection."""
    with ExitStack() as stack:
        yield lambda role: stack.enter_context(psycopg.connect(databases.url(role), autocommit=True))
