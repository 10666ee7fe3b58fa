"""Settings are read whole, and every fault says what to write instead."""

import re
from pathlib import Path

import pytest

from bot.core.errors import FaultsError
from bot.core.run.record import Limits
from bot.settings import SETTINGS, Settings, read
from bot.values import Listen, Secret

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKC\n-----END RSA PRIVATE KEY-----\n"
LEAST = {
    "CHARRETTE_APP_ID": "12",
    "CHARRETTE_APP_PRIVATE_KEY": PEM,
    "CHARRETTE_WEBHOOK_SECRET": "hush-hush",
    "ANTHROPIC_API_KEY": "sk-ant-very-secret",
}


def faults(environ: dict[str, str], env_file: Path | None = None) -> list[str]:
    with pytest.raises(FaultsError) as caught:
        read(environ, env_file)
    return [str(fault) for fault in caught.value.faults]


def with_one(name: str, text: str) -> Settings:
    return read({**LEAST, name: text})


def test_the_least_that_is_needed_gives_the_documented_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = read(LEAST)
    assert (settings.app_id, settings.private_key.reveal()) == (12, PEM)
    assert (settings.github_url, settings.github_api_url) == ("https://github.com", "https://api.github.com")
    assert settings.state == tmp_path / ".charrette"
    assert settings.database_url == f"sqlite:///{tmp_path}/.charrette/charrette.sqlite"
    assert settings.engine_url == f"sqlite:///{tmp_path}/.charrette/engine.sqlite"
    assert settings.listen == Listen("127.0.0.1", 8080)
    assert settings.limits == Limits()
    assert (settings.write_interval, settings.conversations, settings.wait_days) == (1.0, 6, None)
    assert (settings.workflows, settings.model.replay, settings.model.base_url) == (None, None, "")
    assert settings.webhook_bytes == 25 * 1024 * 1024


def test_nothing_shows_a_secret(tmp_path: Path) -> None:
    settings = read({**LEAST, "CHARRETTE_DATABASE_URL": "postgresql://me:pass%20word@db/charrette"})
    secrets = settings.secrets
    assert set(secrets) == {PEM, "hush-hush", "sk-ant-very-secret", "pass%20word", "pass word"}
    shown = f"{settings!r} {settings} {settings.model!r} {Secret('x' * 9)!r}"
    assert [secret for secret in (*secrets, "MIIEow", "x" * 9) if secret in shown] == []


def test_all_faults_come_at_once_with_what_to_write() -> None:
    written = {
        "CHARRETTE_APP_ID": "mine",
        "CHARRETTE_APP_PRIVATE_KEY": "MIIEow",
        "CHARRETTE_LISTEN": "8080",
        "CHARRETTE_CONVERSATION": "3",
        "CHARRETTE_ZZZ": "1",
    }
    assert (
        "\n".join(faults(written))
        == """\
environment: There is no setting CHARRETTE_CONVERSATION. Did you mean CHARRETTE_CONVERSATIONS?
environment: There is no setting CHARRETTE_ZZZ. Take it out; docs/settings.md lists the settings.
environment: CHARRETTE_APP_ID “mine” is not a whole number above zero. Write the number on the App's page.
environment: CHARRETTE_APP_PRIVATE_KEY is no private key in PEM form. \
Write the App's private key, in PEM form, or the path of its file in CHARRETTE_APP_PRIVATE_KEY_FILE.
settings: CHARRETTE_WEBHOOK_SECRET is missing. \
Write the secret on the App's page, or the path of its file in CHARRETTE_WEBHOOK_SECRET_FILE.
environment: CHARRETTE_LISTEN “8080” is not HOST:PORT. Write HOST:PORT, e.g. 0.0.0.0:8080.
settings: ANTHROPIC_API_KEY is missing. \
Write the key, or the path of its file in ANTHROPIC_API_KEY_FILE; a recording (CHARRETTE_MODEL_REPLAY) and a server of \
your own (ANTHROPIC_BASE_URL) need none."""
    )


WRONG = [
    ("CHARRETTE_APP_ID", "0"),
    ("CHARRETTE_APP_ID", "-3"),
    ("CHARRETTE_APP_ID", "Iv1.abc"),
    ("CHARRETTE_APP_PRIVATE_KEY", "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----"),
    ("CHARRETTE_WEBHOOK_SECRET", "two\nlines"),
    ("CHARRETTE_WEBHOOK_BYTES", "25MB"),
    ("CHARRETTE_GITHUB_URL", "github.com"),
    ("CHARRETTE_GITHUB_URL", "https://me:token@github.com"),
    ("CHARRETTE_GITHUB_API_URL", "https://api.github.com?x=1"),
    ("CHARRETTE_GITHUB_API_URL", "https://host:port/api/v3"),
    ("CHARRETTE_GITHUB_API_URL", "ftp://host"),
    ("CHARRETTE_DATABASE_URL", "mysql://host/name"),
    ("CHARRETTE_DATABASE_URL", "sqlite://"),
    ("CHARRETTE_DATABASE_URL", "sqlite:///:memory:"),
    ("CHARRETTE_DATABASE_URL", "postgresql://host"),
    ("CHARRETTE_LISTEN", "127.0.0.1:0"),
    ("CHARRETTE_LISTEN", "127.0.0.1:65536"),
    ("CHARRETTE_LISTEN", "::1:80"),
    ("CHARRETTE_WORKFLOWS", "/no/such/folder"),
    ("CHARRETTE_WRITE_INTERVAL_SECONDS", "-1"),
    ("CHARRETTE_WRITE_INTERVAL_SECONDS", "nan"),
    ("CHARRETTE_CONVERSATIONS", "0"),
    ("CHARRETTE_MISSED_MINUTES", "0"),
    ("CHARRETTE_KEEP_DAYS", "6.9"),
    ("CHARRETTE_WAIT_DAYS", "0"),
    ("CHARRETTE_WAIT_DAYS", "soon"),
    ("CHARRETTE_RUN_TOKENS", "1.5"),
    ("CHARRETTE_RUN_DOLLARS", "$5"),
    ("CHARRETTE_DAY_TOKENS", "many"),
    ("CHARRETTE_DAY_DOLLARS", "inf"),
    ("CHARRETTE_DAY_RUNS", "0"),
    ("CHARRETTE_HOUR_STARTS", "often"),
    ("CHARRETTE_HOUR_COMMANDS", "-1"),
    ("CHARRETTE_MODEL_THOROUGH", "two words"),
    ("CHARRETTE_MODEL_QUICK", "two words"),
    ("CHARRETTE_MODEL_WEB", "yes"),
    ("CHARRETTE_MODEL_THINKING", "hard"),
    ("CHARRETTE_MODEL_EFFORT", "none"),
    ("CHARRETTE_MODEL_CACHE", "true"),
    ("CHARRETTE_MODEL_SCHEMA", "1"),
    ("CHARRETTE_MODEL_TIMEOUT", "0"),
    ("CHARRETTE_MODEL_PRICES", "/no/such/file"),
    ("CHARRETTE_MODEL_REPLAY", "/no/such/folder"),
    ("CHARRETTE_MODEL_REPLAY_STRICT", "very"),
    ("ANTHROPIC_BASE_URL", "https://host/v1"),
    ("ANTHROPIC_BASE_URL", "https://host/v1/"),
    ("CHARRETTE_LOG_LEVEL", "loud"),
    ("CHARRETTE_LOG_FORMAT", "xml"),
]


@pytest.mark.parametrize(("name", "text"), WRONG)
def test_a_wrong_value_is_one_fault_that_names_the_setting(name: str, text: str) -> None:
    (fault,) = faults({**LEAST, name: text})
    setting = next(setting for setting in SETTINGS if setting.name == name)
    assert fault.startswith(f"environment: {name} ")
    assert fault.endswith(setting.expected)
    assert setting.secret != (f" “{text}” " in fault)


def test_right_values_are_taken(tmp_path: Path) -> None:
    assert with_one("CHARRETTE_LISTEN", "[::1]:80").listen == Listen("::1", 80)
    assert str(Listen("::1", 80)) == "[::1]:80"
    assert with_one("CHARRETTE_RUN_DOLLARS", "none").limits.run_dollars is None
    assert with_one("CHARRETTE_RUN_TOKENS", "2_000_000").limits.run_tokens == 2_000_000
    assert with_one("CHARRETTE_WAIT_DAYS", "0.5").wait_days == 0.5
    assert with_one("CHARRETTE_MODEL_WEB", "OFF").model.web == "off"
    assert with_one("CHARRETTE_MODEL_REPLAY", str(tmp_path)).model.replay == tmp_path
    assert with_one("CHARRETTE_APP_PRIVATE_KEY", PEM.strip().replace("\n", "\\n")).private_key.reveal() == PEM
    assert with_one("ANTHROPIC_BASE_URL", "http://127.0.0.1:4000/").model.base_url == "http://127.0.0.1:4000"
    assert with_one("CHARRETTE_DATABASE_URL", "postgres://me@db/x").database_url == "postgresql://me@db/x"
    assert with_one("CHARRETTE_DATABASE_URL", "postgres://me@db/x").engine_url == "postgresql://me@db/x"
    assert with_one("CHARRETTE_DATABASE_URL", "sqlite:////a/b.sqlite").engine_url == "sqlite:////a/engine.sqlite"


GITHUBS = [
    ("https://github.com", "https://api.github.com"),
    ("https://github.example.com", "https://github.example.com/api/v3"),
    ("http://127.0.0.1:3000", "http://127.0.0.1:3000/api/v3"),
    ("https://acme.ghe.com", "https://api.acme.ghe.com"),
]


@pytest.mark.parametrize(("page", "api"), GITHUBS)
def test_pages_and_api_of_github_follow_from_each_other(page: str, api: str) -> None:
    for one in (with_one("CHARRETTE_GITHUB_URL", page), with_one("CHARRETTE_GITHUB_API_URL", api + "/")):
        assert (one.github_url, one.github_api_url) == (page, api)


def test_an_api_that_gives_its_pages_away_to_nobody_asks_for_them() -> None:
    (fault,) = faults({**LEAST, "CHARRETTE_GITHUB_API_URL": "http://127.0.0.1:3000/rest"})
    assert fault.startswith("settings: CHARRETTE_GITHUB_URL is missing.")
    both = {"CHARRETTE_GITHUB_API_URL": "http://127.0.0.1:3000/rest", "CHARRETTE_GITHUB_URL": "http://127.0.0.1:3000"}
    assert read({**LEAST, **both}).github_api_url == "http://127.0.0.1:3000/rest"


def test_each_process_needs_its_own_secrets_only() -> None:
    assert read({"CHARRETTE_WEBHOOK_SECRET": "hush"}, parts=frozenset({"web"})).app_id == 0
    worker = {name: text for name, text in LEAST.items() if name != "CHARRETTE_WEBHOOK_SECRET"}
    assert not read(worker, parts=frozenset({"worker"})).webhook_secret


@pytest.mark.parametrize("name", ["ANTHROPIC_BASE_URL", "CHARRETTE_MODEL_REPLAY"])
def test_a_server_of_ones_own_and_a_recording_need_no_key(name: str, tmp_path: Path) -> None:
    text = str(tmp_path) if name.endswith("REPLAY") else "http://127.0.0.1:4000"
    environ = {key: value for key, value in LEAST.items() if key != "ANTHROPIC_API_KEY"}
    assert not read({**environ, name: text}).model.api_key


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def test_secrets_come_from_files_too(tmp_path: Path) -> None:
    key = write(tmp_path / "key.pem", PEM)
    secret = write(tmp_path / "secret", "hush-hush")
    url = write(tmp_path / "url", "postgresql://me:pw@db/x")
    settings = read(
        {
            "CHARRETTE_APP_ID": "12",
            "CHARRETTE_APP_PRIVATE_KEY_FILE": str(key),
            "CHARRETTE_WEBHOOK_SECRET_FILE": str(secret),
            "CHARRETTE_DATABASE_URL_FILE": str(url),
            "ANTHROPIC_API_KEY_FILE": str(secret),
        }
    )
    assert settings.private_key.reveal() == PEM
    assert settings.webhook_secret.reveal() == settings.model.api_key.reveal() == "hush-hush"
    assert settings.database_url == "postgresql://me:pw@db/x"


def test_a_secrets_file_that_is_missing_or_empty_is_a_fault(tmp_path: Path) -> None:
    environ = {name: text for name, text in LEAST.items() if name != "CHARRETTE_WEBHOOK_SECRET"}
    (missing,) = faults({**environ, "CHARRETTE_WEBHOOK_SECRET_FILE": str(tmp_path / "none")})
    assert "CHARRETTE_WEBHOOK_SECRET_FILE names a file that can't be read: No such file or directory." in missing
    (empty,) = faults({**environ, "CHARRETTE_WEBHOOK_SECRET_FILE": str(write(tmp_path / "empty"))})
    assert "CHARRETTE_WEBHOOK_SECRET names an empty file." in empty


def test_a_secret_as_value_and_as_file_is_a_fault(tmp_path: Path) -> None:
    (fault,) = faults({**LEAST, "CHARRETTE_WEBHOOK_SECRET_FILE": str(write(tmp_path / "x", "y"))})
    assert fault == "environment: CHARRETTE_WEBHOOK_SECRET is given as a value and as a file. Write one of the two."


def test_what_is_no_secret_has_no_file() -> None:
    (fault,) = faults({**LEAST, "CHARRETTE_APP_ID_FILE": "/x"})
    assert fault == "environment: There is no setting CHARRETTE_APP_ID_FILE. Did you mean CHARRETTE_APP_ID?"


def test_an_env_file_is_all_that_is_needed(tmp_path: Path) -> None:
    file = write(
        tmp_path / "charrette.env",
        "# the App",
        "",
        "export CHARRETTE_APP_ID=12",
        f"CHARRETTE_APP_PRIVATE_KEY_FILE='{write(tmp_path / 'key.pem', PEM)}'",
        'CHARRETTE_WEBHOOK_SECRET="hush=hush#1"',
        "ANTHROPIC_BASE_URL=http://127.0.0.1:4000",
        "CHARRETTE_LOG_LEVEL=",
    )
    settings = read({"PATH": "/bin"}, file)
    assert (settings.app_id, settings.webhook_secret.reveal(), settings.log_level) == (12, "hush=hush#1", "info")


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = write(tmp_path / "x.env", "CHARRETTE_APP_ID=13", f"CHARRETTE_WEBHOOK_SECRET_FILE={tmp_path}/none")
    settings = read(LEAST, file)
    assert (settings.app_id, settings.webhook_secret.reveal()) == (12, "hush-hush")


def test_faults_of_a_file_name_the_line_and_show_no_text_of_it(tmp_path: Path) -> None:
    file = write(
        tmp_path / "x.env",
        "CHARRETTE_LISTEN=here",
        "MIIEowIBAAKCAQEA",
        "CHARRETTE_STATE=a",
        "CHARRETTE_STATE=b",
        "CHARRETE_APP_ID=1",
        "HTTPS_PROXY=http://proxy",
    )
    assert faults(LEAST, file) == [
        f"{file}:2: The line is not NAME=VALUE. A key of several lines goes in a file.",
        f"{file}:4: CHARRETTE_STATE is set in line 3 already. Keep one of them.",
        f"{file}:5: There is no setting CHARRETE_APP_ID. Did you mean CHARRETTE_APP_ID?",
        f"{file}:6: There is no setting HTTPS_PROXY. Take it out; docs/settings.md lists the settings.",
        f"{file}:1: CHARRETTE_LISTEN “here” is not HOST:PORT. Write HOST:PORT, e.g. 0.0.0.0:8080.",
    ]


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    assert faults(LEAST, tmp_path / "none") == [
        f"{tmp_path / 'none'}: The file can't be read: No such file or directory. Name a file of NAME=VALUE lines."
    ]
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    assert "it is not UTF-8" in faults(LEAST, tmp_path / "binary")[0]


def test_names_for_tests_and_of_others_are_none_of_our_business() -> None:
    assert read({**LEAST, "CHARRETTE_TEST_POSTGRES_URL": "x", "ANTHROPIC_LOG": "debug"}).app_id == 12


def test_every_setting_has_its_heading_and_its_default_in_the_documents() -> None:
    page = (Path(__file__).parents[1] / "docs/settings.md").read_text()
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^#|\Z)", page, re.MULTILINE | re.DOTALL))
    assert sorted(sections) == sorted(setting.name for setting in SETTINGS)
    missing = [one.name for one in SETTINGS if one.default and f"Default: `{one.default}`" not in sections[one.name]]
    assert missing == []


def test_a_wrong_secret_is_not_shown() -> None:
    (fault,) = faults({**LEAST, "CHARRETTE_DATABASE_URL": "mysql://me:hunter2@host/name"})
    assert "hunter2" not in fault


def test_every_setting_is_tried_with_a_wrong_value() -> None:
    anything = {"CHARRETTE_STATE", "CHARRETTE_MODEL_RECORD", "ANTHROPIC_API_KEY"}
    assert {setting.name for setting in SETTINGS} - {name for name, _ in WRONG} == anything
