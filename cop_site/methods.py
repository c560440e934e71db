"""OPTIONS: which methods a URL takes (RFC 9110, 9.3.7)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]
SAFE = "GET, HEAD"


def allowed_methods(get_response: GetResponse) -> GetResponse:
    """Most views are functions that refuse OPTIONS as they refuse PUT, or answer it like GET; both know what they take."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method != "OPTIONS" or response.status_code not in (200, 405):
            return response
        allowed = [name.strip() for name in response.headers.get("Allow", SAFE).split(",")]
        if response.streaming:
            response.streaming_content = []  # type: ignore[attr-defined]
        else:
            response.content = b""
        for about_body in ("Content-Type", "Content-Disposition"):
            del response[about_body]
        response.status_code = 200
        response["Content-Length"] = "0"
        response["Allow"] = ", ".join(dict.fromkeys([*allowed, "OPTIONS"]))
        return response

    return middleware
