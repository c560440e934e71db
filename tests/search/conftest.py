"""One contract for every engine: `build` makes a corpus in each of them in turn."""

import pytest

from tests.search.corpus import Build, corpus, elastic_corpus

ENGINES = ("embedded", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch))


@pytest.fixture(scope="session", params=ENGINES)
def build(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Build:
    if request.param == "embedded":
        return lambda entries: corpus(tmp_path_factory.mktemp("corpus"), entries)
    url = request.getfixturevalue("elasticsearch_url")
    return lambda entries: elastic_corpus(url, entries)
