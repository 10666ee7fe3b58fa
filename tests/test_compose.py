"""compose.yaml and the Dockerfile fit the service: its settings, commands, secrets, and the time it needs to stop."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli.commands import parser
from bot.engine.worker import LEAVE
from bot.settings import SETTINGS, Part, read
from bot.web.server import GRACE
from tests.service import pem

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
OURS: dict[str, tuple[Part, ...]] = {"web": ("web",), "worker": ("worker",), "doctor": ("web", "worker")}
CONTENTS = {
    "charrette.pem": pem(),
    "webhook-secret": "hush-hush",
    "anthropic-api-key": "sk-ant-something",
    "database-url": "postgresql://charrette:secret@postgres/charrette",
}


@pytest.mark.parametrize("name", OURS)
def test_a_service_starts_with_the_settings_that_it_is_given_and_no_secret_of_another(
    name: str, tmp_path: Path
) -> None:
    service = SERVICES[name]
    assert service["env_file"] == "charrette.env"
    for secret in service["secrets"]:
        (tmp_path / secret).write_text(CONTENTS[secret])
    given = {key: text.replace("/run/secrets", str(tmp_path)) for key, text in service["environment"].items()}
    known = read({**given, "CHARRETTE_APP_ID": "123456"}, None, frozenset(OURS[name]))
    assert known.database_url == CONTENTS["database-url"]
    assert len(given) == len(service["secrets"]), "each secret is read by one setting"
    assert {key for key in given if not key.endswith("_FILE")} == set()
    assert {key.removesuffix("_FILE") for key in given} <= {setting.name for setting in SETTINGS if setting.secret}
    assert bool(known.private_key.reveal()) is ("worker" in OURS[name])
    assert bool(known.webhook_secret.reveal()) is ("web" in OURS[name])


@pytest.mark.parametrize("name", OURS)
def test_a_service_runs_a_command_of_ours_without_rights_that_it_does_not_need(name: str) -> None:
    service = SERVICES[name]
    assert parser().parse_args(service["command"]).command == name
    assert service["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


@pytest.mark.parametrize(("name", "seconds"), [("web", GRACE), ("worker", LEAVE)])
def test_a_service_has_the_time_that_it_takes_to_stop(name: str, seconds: int) -> None:
    assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) > seconds
    assert "\nSTOPSIGNAL SIGTERM\n" in DOCKERFILE


def test_what_the_file_names_is_declared_in_it() -> None:
    for service in SERVICES.values():
        assert set(service["secrets"]) <= set(COMPOSE["secrets"])
        assert {volume.partition(":")[0] for volume in service.get("volumes", [])} <= set(COMPOSE["volumes"])
    files = {secret["file"] for secret in COMPOSE["secrets"].values()}
    said = re.findall(r"^#   (secrets/\S+)", (ROOT / "compose.yaml").read_text(), re.MULTILINE)
    assert files == {f"./{file}" for file in said}
    assert SERVICES["worker"]["scale"] > 1


def test_the_one_with_all_secrets_is_started_by_name_alone_and_ends() -> None:
    assert [name for name, service in SERVICES.items() if "profiles" in service] == ["doctor"]
    assert SERVICES["doctor"]["restart"] == "no"


def test_health_is_asked_of_what_has_a_port(tmp_path: Path) -> None:
    assert "healthcheck" not in SERVICES["web"]
    assert "http://127.0.0.1:8080/readyz" in DOCKERFILE
    assert SERVICES["worker"]["healthcheck"] == {"disable": True}
    assert SERVICES["postgres"]["healthcheck"]["test"][1] == "pg_isready"


def test_the_image_runs_as_nobody_in_particular_below_an_init() -> None:
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (.*)$", last, re.MULTILINE) == ["charrette"]
    assert 'ENTRYPOINT ["tini", "--", "charrette"]' in last
    assert parser().parse_args(re.findall(r'^CMD \["(\w+)"\]$', last, re.MULTILINE)).command == "serve"
    for file in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE):
        assert all((ROOT / each).exists() for each in file.split()), file
