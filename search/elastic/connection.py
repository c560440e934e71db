"""The client of Elasticsearch, made once per process, and the one place where its errors become ours."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from hashlib import blake2b
from typing import Any
from zlib import crc32

import urllib3
from django.conf import settings
from elastic_transport import TransportError, Urllib3HttpNode
from elastic_transport.client_utils import DEFAULT, DefaultType
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError

from search.elastic import documents
from search.protocols import Unavailable

CONNECT, READ = 0.3, 1.0  # seconds: a visitor waits for these
WRITE = 20.0  # seconds: only the worker and operators do
# What a server says that cannot answer now, or not us; anything else, such as 400, is a mistake of ours.
_REFUSALS = {401, 403, 404, 408, 409, 413, 429}


class Missing(Unavailable):
    """The server answers, and has no index of ours."""


class _Node(Urllib3HttpNode):
    """The client has one limit of time for everything; a machine that is not there should cost less than one that thinks."""

    def perform_request(self, *args: Any, request_timeout: DefaultType | float | None = DEFAULT, **options: Any) -> Any:
        read = READ if isinstance(request_timeout, DefaultType) else request_timeout
        options["request_timeout"] = urllib3.Timeout(connect=CONNECT, read=read)
        return super().perform_request(*args, **options)


@dataclass(frozen=True)
class Place:
    """Where the index is, and what it is called."""

    client: Elasticsearch
    prefix: str
    shards: int = 1
    replicas: int = 0

    @property
    def alias(self) -> str:
        """What is asked. A release with another mapping has another alias: while a site of many machines is upgraded, old
        and new processes live side by side, each with an index that it understands."""
        return f"{self.prefix}-{format_digest()}"

    @property
    def patient(self) -> Elasticsearch:
        """The same client for whoever may wait."""
        return self.client.options(request_timeout=WRITE)

    @property
    def unhurried(self) -> "Place":
        """The same place for whoever may wait."""
        return replace(self, client=self.patient)


@cache
def format_digest() -> str:
    """What tells an index of this release from that of another: a few hexadecimal digits."""
    parts = [documents.FORMAT, documents.SETTINGS, documents.MAPPING]
    return blake2b(json.dumps(parts, sort_keys=True).encode(), digest_size=3).hexdigest()


def client_of(urls: Sequence[str], api_key: str = "", ca_cert: str = "") -> Elasticsearch:
    options: dict[str, Any] = {"api_key": api_key} if api_key else {}
    if ca_cert:
        options["ca_certs"] = ca_cert
    return Elasticsearch(
        list(urls),
        node_class=_Node,
        request_timeout=READ,
        max_retries=1,
        retry_on_status=(502, 503),
        # Another node may know; the same one would only be waited for twice.
        retry_on_timeout=len(urls) > 1,
        **options,
    )


@cache
def place() -> Place:
    """What the settings name."""
    return Place(
        client_of(settings.ELASTICSEARCH_URL, settings.ELASTICSEARCH_API_KEY, settings.ELASTICSEARCH_CA_CERT),
        settings.ELASTICSEARCH_PREFIX,
        settings.ELASTICSEARCH_SHARDS,
        settings.ELASTICSEARCH_REPLICAS,
    )


@contextmanager
def asking() -> Iterator[None]:
    """Whatever keeps the server from answering is Unavailable."""
    try:
        yield
    except TransportError as error:
        raise Unavailable(f"Elasticsearch does not answer: {error.message}") from error
    except UnsupportedProductError as error:
        raise Unavailable(str(error)) from error
    except ApiError as error:
        raise_refusal(error.status_code, error.body)
        raise


def several(
    place: Place, text: str, searches: Iterable[Mapping[str, Any]], ranked: Collection[int] = ()
) -> list[Mapping[str, Any]]:
    """The answers to several questions about a text, in one request. Half an answer is none: where a shard is lost, the
    other engine knows all of it. The same text goes to the same copy of the index, which remembers what it counted, and
    whose pages fit together. `ranked` are the places of those whose scores count: with several shards these are comparable
    only where all count the same pages."""
    header = {"allow_partial_search_results": False, "preference": f"q{crc32(text.encode(errors='replace'))}"}
    spread = {"search_type": "dfs_query_then_fetch"} if place.shards > 1 else {}
    parts: list[Mapping[str, Any]] = []
    for number, body in enumerate(searches):
        parts += [header | spread if number in ranked else header, body]
    with asking():
        said = place.client.msearch(index=place.alias, searches=parts)
    return [checked(response) for response in said["responses"]]


def checked(response: Mapping[str, Any]) -> Mapping[str, Any]:
    """One of several answers, which carries its own error."""
    if "error" in response:
        raise_refusal(response.get("status", 500), response)
        raise ValueError(f"Elasticsearch did not understand: {_reason(response)}")
    return response


def raise_refusal(status: int, body: Any) -> None:
    """Raise Unavailable where this answer says that the server cannot, or not for us."""
    if status not in _REFUSALS and status < 500:
        return
    reason = _reason(body)
    if "index_not_found" in reason:
        raise Missing("Elasticsearch has no search index")
    raise Unavailable(f"Elasticsearch refuses ({status}): {reason}")


def _reason(body: Any) -> str:
    error = body.get("error", body) if isinstance(body, Mapping) else body
    if isinstance(error, Mapping):
        return f"{error.get('type', '')}: {error.get('reason', '')}"[:300]
    return str(error)[:300]
