"""Forms that anybody may send and that set no cookie: sent from a page of ours, by a person, and made of text.

Their views are csrf_exempt: Django's token needs a cookie, and guards what somebody's log-in allows, which these forms
do not use. A view asks `is_from_here`, then `values`, then validates, then `objection`; core.rate_limits does the rest.
The template includes components/open_form.html with `stamp`.
"""

import functools
import ipaddress
import re
import time
import unicodedata
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

TRAP = "website"  # a field that only programs see; the name is one that they like to fill in
STAMP = "stamp"
SHORTEST = 3  # seconds in which nobody fills in a form
LONGEST = 6 * 3600  # seconds
NOT_TEXT = "�"
LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")


def is_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that this was sent from a page of ours. One that says nothing is not believed."""
    ours = {settings.SITE_URL, f"{request.scheme}://{request.get_host()}"}
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site not in (None, "same-origin") or (origin is not None and origin not in ours):
        return False
    return bool(site or origin) or _origin_of(request.headers.get("Referer", "")) in ours


def _origin_of(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"


def values(request: HttpRequest) -> dict[str, str]:
    """What was sent, one value a name, with what is no text (NUL, half a surrogate pair) as the replacement character,
    and every kind of line end (word processors paste several) as one line feed, as the reader's browser counted it."""
    request.encoding = "utf-8"  # whatever the sender claims: a charset such as "hex" breaks the decoding
    found = {}
    for name, value in request.POST.items():
        text = LINE_END.sub("\n", str(value)).replace("\0", NOT_TEXT)
        found[name] = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return found


def stamp(purpose: str, sent: Mapping[str, str] | None = None) -> str:
    """A signed time for a form of this purpose: that of the form which was sent, as long as it is good, else now's. Who
    had ours open for too long has written already, and may send again at once."""
    age = _age(purpose, sent.get(STAMP, "")) if sent else None
    if sent and age is not None and age <= LONGEST:
        return sent[STAMP]
    return _signer(purpose).sign(str(int(time.time()) - (0 if age is None else SHORTEST)))


def trapped(sent: Mapping[str, str]) -> str:
    """The objection to what only a program fills in; empty where that was left alone."""
    if not sent.get(TRAP):
        return ""
    return "A field that people cannot see was filled in. We have emptied it: send the form once more."


def objection(purpose: str, sent: Mapping[str, str]) -> str:
    """Why a form, though well filled in, is not taken as it is; empty where it is. Each says what to do."""
    if problem := trapped(sent):
        return problem
    age = _age(purpose, sent.get(STAMP, ""))
    if age is None or age > LONGEST:
        return "This page was open for too long. What you wrote is still here: send it once more."
    if age < SHORTEST:
        return "That was faster than a person can write. What you wrote is still here: send it once more."
    return ""


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"core.open_forms.{purpose}")


def _age(purpose: str, value: str) -> float | None:
    """Seconds since the form was given out; None where the time is not of ours."""
    try:
        return time.time() - int(_signer(purpose).unsign(value))
    except (BadSignature, ValueError):
        return None


def network(request: HttpRequest) -> str:
    """Where the request came from: an IPv4 address, or the first half of an IPv6 address, which one home or office has.

    X-Forwarded-For can be written by anybody: of it only what the operator's own proxies wrote counts, each of which
    adds one address at the end. Without a proxy (TRUSTED_PROXIES is 0) it is not read.
    """
    seen = [request.META.get("REMOTE_ADDR", "")]
    if settings.TRUSTED_PROXIES:
        seen = request.headers.get("X-Forwarded-For", "").split(",")[-settings.TRUSTED_PROXIES :]
    try:
        address = ipaddress.ip_address(seen[0].strip())
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.IPv6Network((int(address), 64), strict=False))
    return str(address)


def check_text(value: str) -> None:
    """A validator: text of any language, with lines and tabs."""
    if any(char == NOT_TEXT or (unicodedata.category(char) == "Cc" and char not in "\n\t") for char in value):
        raise ValidationError("Take out the characters that are not text.")


def check_line(value: str) -> None:
    """A validator: text that stays on one line, wherever it is put."""
    if any(char == NOT_TEXT or unicodedata.category(char) in ("Cc", "Zl", "Zp") for char in value):
        raise ValidationError("Write this on one line and take out the characters that are not text.")


View = Callable[..., HttpResponse]


def not_stored(view: View) -> View:
    """Keeps a form and what was written in it out of every cache and every search engine."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    return wrapped
