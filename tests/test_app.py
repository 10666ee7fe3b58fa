"""The root wires the parts, and gives each process only what is its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import CellType, FunctionType, MethodType, ModuleType

import pytest
from github import GithubIntegration
from github.Auth import Auth
from werkzeug.test import Client

from bot import app
from bot.adapters.github import App
from bot.adapters.github.tokens import Tokens
from bot.core.errors import CharretteError, FaultsError
from bot.core.identity import Repository
from bot.core.run.acts import Converse
from bot.engine.legs.conversation import Conversation, Talk
from bot.settings import ModelOptions, Settings, read
from bot.values import Secret
from bot.web import sign
from tests.core.a_run import PLAIN, Play
from tests.service import pem, workflows

WEB_PROCESS = """
import json, sys
from pathlib import Path
from werkzeug.test import Client
from bot import app, settings
from bot.web import sign
environ = {"CHARRETTE_WEBHOOK_SECRET": "hush-hush", "CHARRETTE_STATE": sys.argv[1]}
found = settings.read(environ, parts=frozenset({"web"}))
app.prepare(found)
headers = {"X-Hub-Signature-256": sign("hush-hush", b"{}"), "X-GitHub-Delivery": "d", "X-GitHub-Event": "issues"}
import bot.web.server
answer = Client(app.web(found)).post("/webhook", data=b"{}", content_type="application/json", headers=headers)
print(json.dumps([answer.status_code, sorted(sys.modules)]))
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read(
        {
            "CHARRETTE_APP_ID": "12",
            "CHARRETTE_APP_PRIVATE_KEY": pem(),
            "CHARRETTE_WEBHOOK_SECRET": "hush-hush",
            "CHARRETTE_STATE": str(tmp_path / "state"),
            "CHARRETTE_WORKFLOWS": str(workflows(tmp_path / "workflows")),
            "CHARRETTE_WAIT_DAYS": "3",
            "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
        }
    )


def test_the_web_process_loads_neither_engine_nor_handlers(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WEB_PROCESS, str(tmp_path)], capture_output=True, text=True, check=True
    )
    status, modules = json.loads(done.stdout)
    assert status == 202
    strangers = ("anthropic", "bot.engine", "bot.gates", "dbos", "git", "github", "handlers", "httpx2", "yaml")
    assert [module for module in modules if module.startswith(strangers) and module != "gitdb"] == []


def test_the_web_process_stores_what_the_worker_then_finds(settings: Settings) -> None:
    app.prepare(settings)
    headers = {"X-Hub-Signature-256": sign("hush-hush", b"{}"), "X-GitHub-Delivery": "d", "X-GitHub-Event": "issues"}
    client = Client(app.web(settings))
    assert client.get("/readyz").status_code == 200
    assert client.post("/webhook", data=b"{}", content_type="application/json", headers=headers).status_code == 202
    assert [one.id for one in app.services(settings).deliveries.pending()] == ["d"]


def test_a_worker_gets_everything(settings: Settings) -> None:
    app.prepare(settings)
    services = app.services(settings)
    assert list(services.definitions.all()) == ["note"]
    assert (services.database_url, services.wait_days, services.conversations) == (settings.engine_url, 3.0, 6)
    assert services.installations.github(Repository(1, "a/b", 2)).repository.full_name == "a/b"
    assert (settings.state / "engine.sqlite").exists()


def test_a_state_folder_that_cannot_be_made_says_which(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CharretteError, match=r"file/state can't be made: Not a directory\. Name another"):
        app.prepare(replace(settings, state=tmp_path / "file/state"))


def options(settings: Settings, **changed: object) -> ModelOptions:
    return replace(settings.model, **changed)  # type: ignore[arg-type]


def test_what_only_anthropics_server_knows_is_asked_of_it_alone(settings: Settings) -> None:
    other = app.model_settings(settings.model)
    assert (other.thinking, other.effort, other.official) == ({"thorough": False, "quick": False}, {}, False)
    official = app.model_settings(options(settings, base_url=""))
    assert (official.thinking, official.effort) == ({"thorough": True, "quick": True}, {"thorough": "high"})
    told = app.model_settings(options(settings, thinking="on", effort="low", web="on"))
    assert (told.thinking["quick"], told.effort, told.web) == (True, {"thorough": "low"}, True)
    assert app.model_settings(options(settings, base_url="", effort="off")).effort == {}


def test_prices_come_from_a_file(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text('{"mine": {"input": 3, "output": 15.5}}')
    assert app.model_settings(options(settings, prices=path)).prices == {"mine": {"input": 3, "output": 15.5}}


WRONG = [
    ('{"mine":\n oops}', ":2: It is not JSON."),
    ("[]", ": It is not an object of objects."),
    ('{"mine": 3}', ": It is not an object of objects."),
    ('{"mine": {"input": "3"}}', ": A price is not a number."),
    ('{"mine": {"input": true}}', ": A price is not a number."),
]


@pytest.mark.parametrize(("text", "wrong"), WRONG)
def test_prices_that_are_wrong_say_what_to_write(settings: Settings, tmp_path: Path, text: str, wrong: str) -> None:
    path = tmp_path / "prices.json"
    path.write_text(text)
    with pytest.raises(FaultsError) as caught:
        app.model(options(settings, prices=path))
    assert str(caught.value.faults[0]).startswith(f"{path}{wrong} Write e.g. ")


def test_prices_that_are_incomplete_are_a_fault(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "prices.json").write_text('{"mine": {"input": 3}}')
    with pytest.raises(FaultsError, match="`output` is missing"):
        app.model(options(settings, prices=tmp_path / "prices.json"))


def test_the_built_in_workflows_are_there() -> None:
    assert (app.built_in_workflows() / "feature-design/workflow.yaml").is_file()


def reachable(start: object) -> Iterator[object]:
    """All that can be got at from an object: attributes, items, what a function closes over or is bound to."""
    seen: dict[int, object] = {}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        if id(here) in seen or isinstance(here, type | ModuleType):
            continue
        seen[id(here)] = here
        yield here
        slots = (name for of in type(here).__mro__ for name in getattr(of, "__slots__", ()))
        for name in ("__dict__", *(slot for slot in slots if isinstance(slot, str))):
            with suppress(AttributeError):
                waiting.append(object.__getattribute__(here, name))
        match here:
            case dict():
                waiting += [*here.keys(), *here.values()]
            case list() | tuple() | set() | frozenset():
                waiting += here
            case MethodType():
                waiting += [here.__self__, here.__func__]
            case FunctionType():
                waiting += [cell.cell_contents for cell in here.__closure__ or () if cell != CellType()]
                waiting += here.__defaults__ or ()
            case partial():
                waiting += [here.func, *here.args, *here.keywords.values()]


def test_from_a_conversation_there_is_no_way_to_a_token_or_to_the_app_s_key(settings: Settings) -> None:
    app.prepare(settings)
    services = app.services(settings)
    play = Play(None, PLAIN, PLAIN)
    play.go()
    brief = next(act.briefs[0] for act in play.acts if isinstance(act, Converse))
    repository = Repository(7, "octo/queue", 3)
    checkout = services.installations.checkout(repository)
    conversation = Conversation(services.conversing, checkout.files(), Talk(brief, repository))

    def holders(start: object) -> set[str]:
        kinds = (App, Tokens, GithubIntegration, Auth)
        found = {type(each).__name__ for each in reachable(start) if isinstance(each, kinds)}
        return found | {"key" for each in reachable(start) if isinstance(each, Secret) and each.reveal() == pem()}

    assert holders(services) >= {"App", "Tokens", "key"}
    assert holders(checkout) >= {"App", "Tokens", "key"}
    assert holders(conversation) == set()
