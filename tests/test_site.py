"""What holds on every address: security headers, error pages, files, the site's own address, the start."""

import datetime
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageViewRestriction, Site

from bench.ports import held_port
from casestudies.models import CaseStudyIndexPage
from community.models import User
from cop_site.serving import Listener, listener
from cop_site.site import align_site
from cop_site.views import bad_request, permission_denied, server_error
from home.models import HomePage
from search.engine import engine
from tests.factories import case_study
from tests.served import ROOT, STARTER_PAGES, copy_site, environment, manage

LIMIT = 120  # seconds, however slow the machine is


@pytest.mark.django_db
def test_public_pages_have_a_strict_policy_and_the_admin_its_own(listing: CaseStudyIndexPage, client: Client) -> None:
    for path in ("/", "/case-studies/", "/search/", "/nowhere/", "/robots.txt"):
        policy = client.get(path)["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
    admin = client.get("/admin/login/")["Content-Security-Policy"]
    assert "'unsafe-inline'" in admin
    assert "frame-ancestors 'self'" in admin
    response = client.get("/")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]


@pytest.mark.django_db
def test_public_pages_have_no_inline_script_style_or_foreign_address(
    listing: CaseStudyIndexPage, client: Client
) -> None:
    page = case_study(listing, "One")
    for path in ("/", "/case-studies/", page.url, "/search/?q=one", "/nowhere/"):
        html = client.get(path).content.decode()
        assert not re.search(
            r"<style|\sstyle=|\son\w+=|<script(?! type=\"application/ld\+json\"| src=\"/static/[^\"]+\" defer>)", html
        )
        assert not re.search(r'(?:src|href)="(?:https?:)?//(?!testserver)', html)


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["hex", "nothing", "utf-8", "\0", '"'])
def test_a_false_charset_breaks_nothing(listing: CaseStudyIndexPage, rf: RequestFactory, charset: str) -> None:
    from cop_site.wsgi import application

    environ = rf.get("/robots.txt?q=one").environ | {"CONTENT_TYPE": f"text/plain; charset={charset}"}
    answered: list[str] = []
    body = b"".join(application(environ, lambda status, headers: answered.append(status)))
    assert (answered, body[:10]) == (["200 OK"], b"User-agent")


@pytest.mark.django_db
def test_no_anonymous_page_sets_a_cookie(listing: CaseStudyIndexPage, client: Client) -> None:
    page = case_study(listing, "One")
    for path in (
        "/",
        "/case-studies/",
        page.url,
        "/search/",
        "/search/?format=json",
        "/feed/",
        "/nowhere/",
        "/sitemap.xml",
    ):
        assert not client.get(path).cookies


@pytest.mark.django_db
def test_error_pages_are_ours(home: HomePage, client: Client, rf: RequestFactory) -> None:
    missing = client.get("/no/such/page/")
    assert missing.status_code == 404
    assert 'name="q"' in missing.content.decode()
    request = rf.get("/")
    for view, status in ((bad_request, 400), (permission_denied, 403)):
        response = view(request, Exception())
        assert response.status_code == status
        assert "site-header" in response.content.decode()
    response = server_error(request)
    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()


@pytest.mark.django_db
def test_a_host_that_is_not_ours_gets_the_400_page(home: object, client: Client) -> None:
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "We cannot read that request" in response.content.decode()


@pytest.mark.django_db
def test_a_private_page_asks_in_the_site_s_style(listing: CaseStudyIndexPage, client: Client) -> None:
    secret, members = case_study(listing, "Secret words"), case_study(listing, "For members")
    PageViewRestriction.objects.create(page=secret, restriction_type="password", password="sesame open")
    PageViewRestriction.objects.create(page=members, restriction_type="login")
    asked = client.get(secret.url).content.decode()
    assert "needs a password" in asked
    assert "a summary" not in asked
    action = re.search(r'action="([^"]+)"', asked.split("plain-form")[1])
    assert action
    wrong = client.post(action[1], {"password": "guess", "return_url": secret.url})
    assert "not right" in wrong.content.decode()
    assert client.post(action[1], {"password": "sesame open", "return_url": secret.url}).status_code == 302
    assert client.get(secret.url).status_code == 200
    login = client.get(members.url, follow=True)
    assert login.status_code == 200
    assert "Email address" in login.content.decode()
    User.objects.create_user("member@example.com", "correct horse battery")
    wrong = client.post(login.redirect_chain[-1][0], {"username": "member@example.com", "password": "no"})
    assert "login-error" in wrong.content.decode()
    form = {"username": "member@example.com", "password": "correct horse battery", "next": members.url}
    assert client.post(login.redirect_chain[-1][0], form, follow=True).redirect_chain[-1][0] == members.url


@pytest.mark.django_db
def test_uploads_are_served_safely_and_nothing_else_is(client: Client, tmp_path: Path) -> None:
    media = Path(settings.MEDIA_ROOT)
    (media / "images").mkdir(parents=True, exist_ok=True)
    (media / "documents").mkdir(exist_ok=True)
    (media / "images/a.png").write_bytes(b"\x89PNG")
    (media / "images/a.html").write_text("<script>alert(1)</script>")
    (media / "images/a.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (media / "documents/private.pdf").write_bytes(b"%PDF")
    image = client.get("/media/images/a.png")
    assert (image.status_code, image["Content-Type"]) == (200, "image/png")
    assert "attachment" not in image.get("Content-Disposition", "")
    for name in ("a.html", "a.svg"):
        assert client.get(f"/media/images/{name}")["Content-Disposition"].startswith("attachment")
    paths = [
        "documents/private.pdf",
        "../db.sqlite3",
        "%2e%2e/db.sqlite3",
        "images/",
        "images/%00",
        "a" * 5000,
        "./documents/private.pdf",
    ]
    for path in (*paths, "images/../documents/private.pdf"):
        assert client.get(f"/media/{path}").status_code in (400, 404), path


@pytest.mark.django_db
def test_site_url_decides_the_site_s_address(home: object, settings: object) -> None:
    for address, expected in (
        ("https://practice.example", ("practice.example", 443)),
        ("http://a.example:81", ("a.example", 81)),
    ):
        settings.SITE_URL = address  # type: ignore[attr-defined]
        align_site()
        site = Site.objects.get()
        assert (site.hostname, site.port) == expected


@pytest.mark.django_db
def test_a_user_logs_in_by_mail_in_any_case(client: Client) -> None:
    User.objects.create_superuser("Someone@Example.com", "correct horse battery")
    form = {"username": "someone@example.com", "password": "correct horse battery"}
    assert client.post("/admin/login/", form).status_code == 302
    assert client.get("/admin/").status_code == 200
    with pytest.raises(ValueError, match="email address"):
        User.objects.create_user("")


def titles(client: Client) -> list[str]:
    return [hit["title"] for hit in client.get("/search/?format=json").json()["results"]]


@pytest.mark.django_db
def test_jobs_publish_what_is_scheduled_and_hide_what_has_expired(listing: CaseStudyIndexPage, client: Client) -> None:
    engine().rebuild()
    soon = timezone.now() + datetime.timedelta(hours=1)
    ending = case_study(listing, "Ending", expire_at=soon)
    starting = case_study(listing, "Starting", live=False, go_live_at=soon)
    starting.save_revision().publish()
    call_command("jobs")
    assert titles(client) == ["Ending"]
    with time_machine.travel(soon + datetime.timedelta(minutes=1)):
        call_command("jobs")
        assert titles(client) == ["Starting"]
        assert client.get(ending.url).status_code == 404


@pytest.fixture(scope="module")
def prepared(new_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_site(new_site, tmp_path_factory.mktemp("fresh"))


@pytest.fixture(scope="module")
def address(prepared: Path) -> Iterator[str]:
    with held_port() as port:
        command = [sys.executable, "manage.py", "serve", "--port", str(port)]
        env = environment(prepared, port)
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
        url = f"http://127.0.0.1:{port}"
        assert process.stdout
        # It greets once it listens, and says nothing more where it ends before.
        assert any(url in line for line in process.stdout)
        assert "createsuperuser" in process.stdout.readline()
        yield url
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=LIMIT) == 0
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(url + "/robots.txt", timeout=LIMIT)


def test_serve_answers_with_the_starter_content_and_stops_all_its_parts(address: str) -> None:
    assert listener("127.0.0.1", int(address.rpartition(":")[2])) is Listener.SITE
    with urllib.request.urlopen(address + "/search/?format=json") as response:
        assert json.load(response)["total"] == STARTER_PAGES
    with urllib.request.urlopen(address + "/") as response:
        html = response.read().decode()
        assert "Set-Cookie" not in response.headers
    stylesheet = re.search(r'href="(/static/css/site\.[0-9a-f]+\.css)"', html)
    assert stylesheet, "static files carry the hash of what is in them"
    with urllib.request.urlopen(address + stylesheet[1]) as response:
        assert "immutable" in response.headers["Cache-Control"]
    with urllib.request.urlopen(address + "/feed/") as response:
        assert f"{address}/case-studies/break/" in response.read().decode()


def test_serve_takes_a_long_request_line_and_answers_wild_addresses(address: str) -> None:
    for query in ("q=" + "a" * 7000, "&".join(["a"] * 3000), "q=%00%ff%fe", "page=" + "9" * 5000):
        with urllib.request.urlopen(f"{address}/search/?{query}") as response:
            assert response.status == 200
    # What a proxy may say of an address; anybody may write it, and the next reader must not get it either.
    for prefix in ("/search", "/nowhere"):
        asked = urllib.request.Request(address + "/search/?prefix", headers={"SCRIPT_NAME": prefix})
        with urllib.request.urlopen(asked) as response:
            assert "<title>Search" in response.read().decode()
    for path in ("/%00", "/case-studies/%ff/", "/a/../../etc/passwd", "/media/..%2f..%2fetc/passwd"):
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(address + path)
        assert error.value.code in (400, 404), path


def children(of: int) -> dict[str, int]:
    """The numbers of a process's children, by what they are."""
    lines = subprocess.run(["ps", "-A", "-o", "ppid=,pid=,args="], capture_output=True, text=True, check=True).stdout
    found = [line.split(maxsplit=2) for line in lines.splitlines()]
    names = {"gunicorn": "web", "db_worker": "worker"}
    return {
        names[word]: int(row[1])
        for row in found
        if row[0] == str(of)
        for word in names
        if len(row) > 2 and word in row[2]
    }


def test_a_killed_worker_comes_back_and_all_ends_with_a_serve_that_is_killed(new_site: Path, tmp_path: Path) -> None:
    with ExitStack() as stack:
        port = stack.enter_context(held_port())
        command = [sys.executable, "manage.py", "serve", "--port", str(port), "--workers", "1"]
        env = environment(copy_site(new_site, tmp_path), port)
        process = stack.enter_context(subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True))
        assert process.stdout
        assert "The site is at" in process.stdout.readline()
        first = children(process.pid)
        os.kill(first["worker"], signal.SIGKILL)
        end = time.monotonic() + 300
        while children(process.pid).get("worker", first["worker"]) == first["worker"]:
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.1)
        assert children(process.pid)["web"] == first["web"]
        process.kill()
        process.communicate(timeout=300)  # to the end of what they print: no part has it open any more
    assert listener("127.0.0.1", port) is Listener.NOBODY


def test_preparing_again_touches_nothing(prepared: Path) -> None:
    script = "from casestudies.models import *; p = CaseStudyPage.objects.get(slug='break'); p.title = 'Mine'; p.save()"
    assert manage(prepared, "shell", "-c", script).returncode == 0
    again = manage(prepared, "prepare")
    assert (again.returncode, again.stdout) == (0, "")
    shown = manage(prepared, "shell", "-c", "from wagtail.models import *; print(Page.objects.get(slug='break').title)")
    assert shown.stdout.strip().endswith("Mine")
    assert manage(prepared, "search_index", "check").returncode == 0


def test_a_missing_secret_stops_the_start_with_a_clear_message(tmp_path: Path) -> None:
    script = "import environ; environ.Env.read_env = lambda *a, **k: None; import cop_site.settings"
    env = {name: value for name, value in os.environ.items() if name != "SECRET_KEY"} | {"DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "SECRET_KEY is not set" in done.stderr


def test_the_deployment_check_is_clean(tmp_path: Path) -> None:
    env = environment(tmp_path, 8000) | {
        "SITE_URL": "https://practice.example",
        "SECRET_KEY": "abcdefghij0123456789" * 3,
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_where_nobody_names_an_address_it_follows_the_port(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PORT, settings.SITE_URL = 8000, "http://127.0.0.1:8000"
    begun: list[tuple[str, str | None]] = []

    def begin_again(program: str, words: list[str]) -> None:
        begun.append((" ".join(words), os.environ["PORT"]))
        raise SystemExit

    monkeypatch.setenv("PORT", "8000")
    monkeypatch.setattr(os, "execv", begin_again)
    with held_port() as port:
        monkeypatch.setattr(sys, "argv", ["manage.py", "serve", "--port", str(port)])
        with pytest.raises(SystemExit):
            call_command("serve", port=port)
    assert begun == [(f"{sys.executable} manage.py serve --port {port}", str(port))]


@pytest.mark.django_db
def test_editors_log_in_on_a_page_of_this_site(home: HomePage, client: Client) -> None:
    page = client.get("/admin/login/?next=/admin/reports/").content.decode()
    assert settings.WAGTAIL_SITE_NAME in page
    assert "Sign in to Wagtail" not in page
    assert 'name="next" value="/admin/reports/"' in page
    assert reverse("wagtailadmin_password_reset") in page
    for given in ({"username": "", "password": ""}, {"username": "nobody@example.com", "password": "no"}):
        wrong = client.post("/admin/login/", given).content.decode()
        assert "<title>Error: Log in" in wrong
        assert 'id="login-error"' in wrong
    User.objects.create_superuser("chief@example.com", "correct horse battery")
    form = {"username": "chief@example.com", "password": "correct horse battery", "next": "/admin/reports/"}
    assert client.post("/admin/login/", form)["Location"] == "/admin/reports/"
    assert client.session.get_expire_at_browser_close()
    client.logout()
    client.post("/admin/login/", form | {"remember": "on"})
    assert not client.session.get_expire_at_browser_close()
