"""The composition root: settings become the web process, or everything that a worker works with.

Imports stand in the functions, since the two processes are made of different parts: the web process loads neither the
engine nor the handlers, nor the libraries of GitHub and the model.
"""

import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import bot
from bot.core.errors import CharretteError, Fault, FaultsError

from .settings import ModelOptions, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from wsgiref.types import WSGIApplication

    from bot.adapters.clone import Clones
    from bot.adapters.definitions import FolderDefinitions
    from bot.adapters.github import App
    from bot.adapters.model import AnthropicModel, ModelSettings
    from bot.core.definition import Definition
    from bot.core.identity import Repository
    from bot.core.ports import Checkout, GitHub, Layer, Toolbox, Tree
    from bot.engine.services import Services


def prepare(settings: Settings) -> None:
    """The state folder and the tables are there."""
    from bot.adapters.store import Store

    try:
        settings.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise CharretteError(
            f"The state folder {settings.state} can't be made: {error.strerror}. Name another in CHARRETTE_STATE."
        ) from error
    store = Store(settings.database_url)
    try:
        store.migrate()
    finally:
        store.close()


def web(settings: Settings) -> "WSGIApplication":
    """The web process's application. Make it after the fork; `prepare` comes before."""
    from bot.adapters.store import Store

    from .web import Group, create_app, in_a_thread

    store = Store(settings.database_url)
    group = Group(store.deliveries.accept)
    return create_app(settings.webhook_secret.reveal(), group.store, in_a_thread(store.ping), settings.webhook_bytes)


def services(settings: Settings) -> "Services":
    """Everything that a worker works with. `prepare` comes before."""
    import handlers
    from bot.adapters.clock import SystemClock
    from bot.adapters.clone import Clones
    from bot.adapters.store import Store, use_wal
    from bot.engine.inbox.houses import Houses
    from bot.engine.services import Services

    clock = SystemClock()
    store = Store(settings.database_url, clock)
    use_wal(settings.engine_url)
    app = github(settings)
    installations = _Installations(app, Clones(settings.state / "clones", app.clone_credentials, app.clone_refused))
    known = definitions(settings.workflows or built_in_workflows())
    return Services(
        deliveries=store.deliveries,
        runs=store.runs,
        ledger=store.ledger,
        remotes=store.remotes,
        turns=store.turns,
        retention=store.retention,
        hook=app.hook(),
        installations=installations,
        definitions=known,
        houses=Houses(installations, known, store.remotes),
        model=model(settings.model),
        tools=_tools,
        clock=clock,
        limits=settings.limits,
        handle=handlers.handle,
        present=store.present,
        database_url=settings.engine_url,
        missed_seconds=settings.missed_minutes * 60,
        conversations=settings.conversations,
        keep_days=settings.keep_days,
        wait_days=settings.wait_days,
    )


def resume(settings: Settings, full_name: str, number: int) -> str:
    """Has the run of an issue or pull request taken up; what will happen, in words."""
    from bot.engine.inbox import resuming

    made = services(settings)
    try:
        return resuming.resume(made, full_name, number)
    finally:
        made.installations.close()


def plan_issues(
    settings: Settings,
    full_name: str,
    path: str,
    text: str,
    linked: bool,
    dry: bool,
    progress: "Callable[[int, int, str], None]",
) -> tuple[str, bool]:
    """Brings a plan's issues into line with it, in this process; what came of it, and whether all of it went well."""
    from bot.engine.plans import by_hand

    app = github(settings)
    try:
        return by_hand.reconcile(app, settings.github_url, full_name, path, text, linked, dry, progress)
    finally:
        app.close()


def work(settings: Settings, stop: threading.Event) -> None:
    """A worker, until `stop` is set."""
    from .engine import worker

    made = services(settings)
    try:
        worker.run(made, stop)
    finally:
        made.installations.close()


@dataclass(frozen=True)
class _Installations:
    """Implements `Installations`."""

    app: "App"
    clones: "Clones"

    def github(self, repository: "Repository") -> "GitHub":
        return self.app.github(repository)

    def organisation(self, repository: "Repository") -> "Layer":
        return self.app.organisation(repository)

    def checkout(self, repository: "Repository") -> "Checkout":
        return self.clones.checkout(repository)

    def tidy(self) -> None:
        self.app.tidy()

    def close(self) -> None:
        self.app.close()


def _tools(repository: int, tree: "Tree") -> "Toolbox":  # noqa: ARG001
    from bot.adapters.tools import RepositoryTools
    from bot.adapters.tree import GitTree

    assert isinstance(tree, GitTree)
    return RepositoryTools(tree)


def github(settings: Settings) -> "App":
    """The App on its GitHub; nothing is asked of it yet."""
    from bot.adapters.github import App

    return App(
        settings.app_id,
        settings.private_key.reveal,
        settings.github_url,
        settings.github_api_url,
        settings.write_interval,
    )


def model(options: ModelOptions) -> "AnthropicModel":
    """The model, or the recording, that these settings name."""
    from bot.adapters.model import make_model

    return make_model(model_settings(options))


def model_settings(options: ModelOptions) -> "ModelSettings":
    from bot.adapters.model import ModelSettings

    bare = ModelSettings(base_url=options.base_url or None, replay=options.replay)
    thinks = bare.official if options.thinking == "auto" else options.thinking == "on"
    effort = ("high" if bare.official else "off") if options.effort == "auto" else options.effort
    search: bool | Literal["auto"] = "auto" if options.web == "auto" else options.web == "on"
    return ModelSettings(
        api_key=options.api_key.reveal() or None,
        base_url=options.base_url or None,
        record=options.record,
        replay=options.replay,
        aliases={"thorough": options.thorough, "quick": options.quick},
        web=search,
        thinking={"thorough": thinks, "quick": thinks},
        effort={} if effort == "off" else {"thorough": effort},
        cache=options.cache,
        schema=options.schema,
        prices=_prices(options.prices),
        timeout=options.timeout,
        strict=options.strict,
    )


def _prices(path: Path | None) -> dict[str, dict[str, float]]:
    """Prices in dollars for a million tokens, by model and kind."""
    if path is None:
        return {}
    mend = 'Write e.g. {"my-model": {"input": 3, "output": 15}}, in dollars for a million tokens.'
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FaultsError([Fault(str(path), 0, f"It can't be read: {error.strerror}.", mend)]) from error
    except ValueError as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 0
        raise FaultsError([Fault(str(path), line, "It is not JSON.", mend)]) from error
    if not isinstance(found, dict) or not all(isinstance(kinds, dict) for kinds in found.values()):
        raise FaultsError([Fault(str(path), 0, "It is not an object of objects.", mend)])
    numbers = [amount for kinds in found.values() for amount in kinds.values()]
    if not all(isinstance(amount, int | float) and not isinstance(amount, bool) for amount in numbers):
        raise FaultsError([Fault(str(path), 0, "A price is not a number.", mend)])
    return found


def definitions(folder: Path) -> "FolderDefinitions":
    """The workflows of a folder; `FaultsError` has all that is wrong with them."""
    from bot.adapters.definitions import FolderDefinitions

    return FolderDefinitions(folder)


def configured(checkout: Path, organisation: Path | None = None) -> "Mapping[str, Definition]":
    """The workflows as a repository's checkout configures them; `FaultsError` has all that is wrong with that."""
    from bot.adapters.definitions import layer_of

    layers = [layer_of(f"{checkout / '.github'}/", checkout / ".github")]
    if organisation is not None:
        layers.append(layer_of(f"{organisation}/", organisation))
    house = definitions(built_in_workflows()).house(layers)
    if house.faults:
        raise FaultsError(house.faults)
    return house.definitions


def built_in_workflows() -> Path:
    """The workflows that come with Charrette: beside the package in a wheel, in the checkout otherwise."""
    package = Path(bot.__file__).parent
    packed = package / "_workflows"
    return packed if packed.is_dir() else package.parent / "workflows"


def app_manifest() -> dict[str, Any]:
    """The permissions and events that the App needs: beside the package in a wheel, in the checkout otherwise."""
    package = Path(bot.__file__).parent
    packed = package / "_github/app-manifest.json"
    file = packed if packed.is_file() else package.parent / ".github/app-manifest.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found
