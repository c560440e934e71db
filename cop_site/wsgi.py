import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cop_site.settings")
_django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The site. A request that claims a charset such as "hex", which is none for text, is read as if it claimed none:
    Django would fail before any page of ours could answer."""
    kind, parameters = parse_header_parameters(environ.get("CONTENT_TYPE", ""))
    try:
        "".encode(parameters.get("charset", "utf-8"))
    except (LookupError, ValueError):
        environ["CONTENT_TYPE"] = kind
    return _django(environ, start_response)
