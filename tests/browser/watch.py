"""What a browser did while a test looked elsewhere: requests, errors, violations of the security policy."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, WebError

VIOLATION = "securitypolicyviolation:"
REPORT_VIOLATIONS = f"""
document.addEventListener("securitypolicyviolation", event => {{
  console.error("{VIOLATION} " + event.violatedDirective + " " + event.blockedURI + " " + event.sourceFile);
}});
"""

EDITING = re.compile(r"/admin/pages/(\d+/edit|add/\w+/\w+/\d+)/")

# What htmx writes down when a newer question takes the place of one that is under way, as it should: the first line stands
# before those of failures too, which are not let off.
REPLACED = ("htmx:afterRequest", "htmx:sendAbort")


class Watch:
    """Listens to every page of a context. `faults` is what nobody should ever see there."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.faults: list[str] = []
        self.paths: list[str] = []
        self._host = urlsplit(url).netloc
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("page", self._page)

    def _page(self, page: Page) -> None:
        page.on("websocket", lambda socket: self.faults.append(f"a socket to {socket.url}"))

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https") and address.netloc == self._host:
            self.paths.append(address.path)
        elif address.scheme not in ("data", "blob", "about"):
            self.faults.append(f"a request to another host: {request.url}")

    def _response(self, response: Response) -> None:
        expected = response.request.is_navigation_request() and response.status < 500
        if response.status >= 400 and not expected and not _refused_draft(response):
            self.faults.append(f"{response.status} from {response.url}")

    def _console(self, message: ConsoleMessage) -> None:
        # The browser repeats the status of each response there; `_response` judges those.
        if message.type == "error" and not message.text.startswith(("Failed to load resource", *REPLACED)):
            self.faults.append(f"in the console: {message.text}")

    def _error(self, error: WebError) -> None:
        self.faults.append(f"an uncaught error: {error.error}")


def _refused_draft(response: Response) -> bool:
    """Wagtail saves a draft while its editor writes, and is refused (400 and JSON, no other) where half of a field is
    written: whether it meets that is a matter of the machine's speed. Decisions are another matter (test_decisions)."""
    is_json = response.headers.get("content-type", "").startswith("application/json")
    is_editing = response.request.method == "POST" and bool(EDITING.fullmatch(urlsplit(response.url).path))
    return response.status == 400 and is_json and is_editing
