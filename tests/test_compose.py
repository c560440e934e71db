"""compose.yaml is what the site is: there is no Docker where the tests run, so the file is read and compared."""

import re
import tomllib
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from tests.served import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
OURS = ("web", "worker", "jobs", "prepare")


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(name: str) -> None:
    table = (ROOT / "docs/operators.md").read_text().split("## Environment")[1].split("## ")[0]
    assert set(SERVICES[name]["environment"]) <= set(re.findall(r"^\| `([A-Z_]+)`", table, re.M))


@pytest.mark.parametrize("name", OURS[1:])
def test_every_command_is_one_of_the_site(name: str) -> None:
    assert set(re.findall(r"manage\.py\W+([a-z_]+)", " ".join(SERVICES[name]["command"]))) <= set(get_commands())


def test_the_web_runs_as_documented() -> None:
    assert '"gunicorn", "cop_site.wsgi"' in DOCKERFILE
    assert '"--limit-request-line", "8190"' in DOCKERFILE


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_waits_for_and_keeps_is_there(name: str) -> None:
    service = SERVICES[name]
    assert set(service.get("depends_on", {})) <= set(SERVICES)
    assert {volume.split(":")[0] for volume in service.get("volumes", [])} <= set(COMPOSE["volumes"])
    assert "build" in service or re.fullmatch(r"[a-z]+:[\d.]+", service["image"])


def test_addresses_name_services() -> None:
    values = SERVICES["web"]["environment"]
    for name in ("DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL"):
        host = re.sub(r"\$\{[^}]*\}", "x", values[name]).split("//")[1].split("@")[-1].split("/")[0].split(":")[0]
        assert host in SERVICES


def test_the_image_installs_what_production_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for wanted in project["optional-dependencies"]["production"]:
        assert f'"{wanted}"' in DOCKERFILE
