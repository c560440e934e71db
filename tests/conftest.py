import gc
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import LazySettings, settings
from django.core.cache import caches
from django.db import transaction
from django.test import Client, TransactionTestCase
from pytest_django import DjangoDbBlocker
from wagtail.models import Page

from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from community.models import User
from cop_site.starter import load_starter
from home.models import HomePage
from search.embedded.engine import EmbeddedEngine
from search.engine import engine
from tests import copies, database
from tests.factories import IndexFactory, case_study, home_page
from tests.search.elastic import servers
from tests.served import make_site
from tests.smtp_sink import Sink, smtp_sink

# How fast a test runs is no part of it.
hypothesis.settings.register_profile("any machine", deadline=None, max_examples=50)
hypothesis.settings.load_profile("any machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that need a part which this machine lacks are skipped, with the reason."""
    missing = {"browser": _no_chromium(), "nu": _no_checker(), "elasticsearch": servers.missing()}
    missing["redis"] = "" if shutil.which("redis-server") else "needs Redis (redis-server is not on this machine)"
    for item in items:
        for mark, reason in missing.items():
            if reason and item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=reason))


def _no_chromium() -> str:
    import os

    name = os.environ.get("CHROMIUM", "chromium")
    return "" if shutil.which(name) else f"needs Chromium ({name} is not on this machine; CHROMIUM names another)"


def _no_checker() -> str:
    import os

    jar = os.environ.get("VNU_JAR", "")
    if not (jar and Path(jar).is_file()):
        return "needs the Nu HTML checker (set VNU_JAR to vnu.jar)"
    return "" if shutil.which("java") else "needs Java for the Nu HTML checker"


def pytest_collection_finish() -> None:
    # What is imported stays: looking through it again and again for garbage took a tenth of the time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """In place of pytest-django's, which migrates at every start."""
    with django_db_blocker.unblock(), database.own_copy(), pytest.MonkeyPatch.context() as patch:
        # Django empties every table one by one after a test that commits, and makes all permissions anew.
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: database.renew())
        yield


@pytest.fixture(autouse=True)
def _own_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test has a search index of its own, empty and not yet built."""
    monkeypatch.setattr(settings, "SEARCH_DIR", tmp_path / "search")
    engine.cache_clear()
    yield
    engine.cache_clear()


@pytest.fixture
def index(db: None) -> EmbeddedEngine:
    """The engine with an index that is built; changes are taken in before each answer."""
    found = engine()
    found.rebuild()
    assert isinstance(found, EmbeddedEngine)
    return found


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """What is saved is committed, as in life: within a test's own transaction nothing is ever kept."""
    caches["pages"].clear()
    yield
    caches["pages"].clear()


@pytest.fixture
def home(db: None) -> HomePage:
    return home_page()


@pytest.fixture
def listing(home: HomePage) -> CaseStudyIndexPage:
    page = IndexFactory(parent=home, title="Case studies", slug="case-studies", show_in_menus=True)
    assert isinstance(page, CaseStudyIndexPage)
    return page


@pytest.fixture
def example_page(listing: CaseStudyIndexPage) -> CaseStudyPage:
    return case_study(listing, "Asked", slug="asked", contact_name="Con Tact", contact_email="contact@provider.example")


@pytest.fixture
def sink(settings: LazySettings) -> Iterator[Sink]:
    settings.EMAIL_BACKEND = "mail.server.EmailBackend"
    with smtp_sink() as running:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        yield running


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create_superuser("admin@example.com", "correct horse battery")


@pytest.fixture
def admin_client(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture(scope="module")
def _starter(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The rows of the starter content for a module, in a transaction around those of its tests: loading takes seconds."""
    with django_db_blocker.unblock(), transaction.atomic():
        assert load_starter()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def starter(_starter: None, db: None) -> None:
    """A new site's pages, found by search."""
    engine().rebuild()


@pytest.fixture(scope="session")
def elasticsearch() -> Iterator[servers.Cluster]:
    """One server for all tests; each uses a prefix of its own. It asks for a password, as in life. The tests of faults, which
    come first, also start it anew with empty data."""
    with servers.running(password="right-one") as cluster:
        yield cluster


@pytest.fixture(scope="session")
def elasticsearch_url(elasticsearch: servers.Cluster) -> str:
    return elasticsearch.url


@pytest.fixture(scope="session")
def new_site() -> Path:
    """The data folder of a new site, for copies: no test changes it."""

    def make(folder: Path) -> None:
        assert "starter content is loaded" in make_site(folder)

    return copies.kept("new-site", make)


@pytest.fixture
def root(db: None) -> Page:
    return Page.get_first_root_node()
