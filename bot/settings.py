"""The settings of the service: read once from the environment and a file, all faults at once, then frozen."""

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from bot.core.errors import Fault, FaultsError
from bot.core.run.record import Limits

from . import values
from .values import Listen, Secret, Value

Part = Literal["web", "worker", "app"]
"""A process, or a command that acts as the App and asks no model."""
BOTH: frozenset[Part] = frozenset({"web", "worker"})


@dataclass(frozen=True)
class Setting:
    """One setting: its name, how its text becomes a value, and what to write, for the person who wrote something else.

    `default` is a text like those that people write; "" has no value. `needed` are the processes that can't do without.
    """

    name: str
    parse: Callable[[str], Any]
    expected: str
    default: str = ""
    needed: frozenset[Part] = frozenset()
    secret: bool = False


def _choice(name: str, words: tuple[str, ...], default: str) -> Setting:
    return Setting(name, values.choice(*words), f"Write one of: {', '.join(words)}.", default)


_AMOUNT = "Write an amount in US dollars, e.g. {}, or none for no limit."
_COUNT = "Write a whole number above zero, e.g. {}."
SETTINGS: tuple[Setting, ...] = (
    Setting(
        "CHARRETTE_APP_ID", values.count, "Write the number on the App's page.", needed=frozenset({"worker", "app"})
    ),
    Setting(
        "CHARRETTE_APP_PRIVATE_KEY",
        values.pem,
        "Write the App's private key, in PEM form, or the path of its file in CHARRETTE_APP_PRIVATE_KEY_FILE.",
        needed=frozenset({"worker", "app"}),
        secret=True,
    ),
    Setting(
        "CHARRETTE_WEBHOOK_SECRET",
        values.secret,
        "Write the secret on the App's page, or the path of its file in CHARRETTE_WEBHOOK_SECRET_FILE.",
        needed=frozenset({"web"}),
        secret=True,
    ),
    Setting("CHARRETTE_WEBHOOK_BYTES", values.count, _COUNT.format("26214400"), "26214400"),
    Setting("CHARRETTE_GITHUB_URL", values.url, "Write e.g. https://github.com or https://github.example.com."),
    Setting(
        "CHARRETTE_GITHUB_API_URL",
        values.url,
        "Write e.g. https://api.github.com or https://github.example.com/api/v3.",
    ),
    Setting(
        "CHARRETTE_DATABASE_URL",
        values.database,
        "Write sqlite:////absolute/path.sqlite or postgresql://user:password@host/name.",
        secret=True,
    ),
    Setting("CHARRETTE_STATE", values.path, "Write the path of a folder.", ".charrette"),
    Setting("CHARRETTE_LISTEN", values.listen, "Write HOST:PORT, e.g. 0.0.0.0:8080.", "127.0.0.1:8080"),
    Setting("CHARRETTE_WORKFLOWS", values.folder, "Write the path of a folder of workflows."),
    Setting("CHARRETTE_WRITE_INTERVAL_SECONDS", values.seconds, "Write seconds, e.g. 1.0.", "1.0"),
    Setting("CHARRETTE_MISSED_MINUTES", values.some, "Write minutes, e.g. 10 or 0.5.", "10"),
    Setting("CHARRETTE_CONVERSATIONS", values.count, _COUNT.format("6"), "6"),
    Setting("CHARRETTE_KEEP_DAYS", values.kept, "Write days, 7 or more, e.g. 90.", "90"),
    Setting("CHARRETTE_WAIT_DAYS", values.some, "Write days, e.g. 7 or 0.5."),
    Setting("CHARRETTE_RUN_TOKENS", values.count, _COUNT.format("5000000"), str(Limits.run_tokens)),
    Setting("CHARRETTE_RUN_DOLLARS", values.dollars, _AMOUNT.format("50"), str(Limits.run_dollars)),
    Setting("CHARRETTE_DAY_TOKENS", values.count, _COUNT.format("20000000"), str(Limits.day_tokens)),
    Setting("CHARRETTE_DAY_DOLLARS", values.dollars, _AMOUNT.format("200"), str(Limits.day_dollars)),
    Setting("CHARRETTE_DAY_RUNS", values.count, _COUNT.format("100"), str(Limits.day_runs)),
    Setting("CHARRETTE_HOUR_STARTS", values.count, _COUNT.format("10"), str(Limits.hour_starts)),
    Setting("CHARRETTE_HOUR_COMMANDS", values.count, _COUNT.format("20"), str(Limits.hour_commands)),
    Setting("CHARRETTE_MODEL_THOROUGH", values.word, "Write a model's name, e.g. claude-opus-5-5.", "claude-opus-5-5"),
    Setting("CHARRETTE_MODEL_QUICK", values.word, "Write a model's name, e.g. claude-haiku-5-5.", "claude-haiku-5-5"),
    _choice("CHARRETTE_MODEL_WEB", values.WEB, "auto"),
    _choice("CHARRETTE_MODEL_THINKING", values.THINKING, "auto"),
    _choice("CHARRETTE_MODEL_EFFORT", values.EFFORT, "auto"),
    _choice("CHARRETTE_MODEL_CACHE", values.SWITCH, "on"),
    _choice("CHARRETTE_MODEL_SCHEMA", values.SWITCH, "on"),
    Setting("CHARRETTE_MODEL_TIMEOUT", values.some, "Write seconds, e.g. 120.", "120"),
    Setting("CHARRETTE_MODEL_PRICES", values.file, "Write the path of a file of prices."),
    Setting("CHARRETTE_MODEL_RECORD", values.path, "Write the path of a folder for the recording."),
    Setting("CHARRETTE_MODEL_REPLAY", values.folder, "Write the path of the folder of a recording."),
    _choice("CHARRETTE_MODEL_REPLAY_STRICT", values.SWITCH, "off"),
    Setting(
        "ANTHROPIC_API_KEY",
        values.secret,
        "Write the key, or the path of its file in ANTHROPIC_API_KEY_FILE; a recording (CHARRETTE_MODEL_REPLAY) and a "
        "server of your own (ANTHROPIC_BASE_URL) need none.",
        secret=True,
    ),
    Setting(
        "ANTHROPIC_BASE_URL", values.model_server, "Write the server's URL without /v1, e.g. http://127.0.0.1:4000."
    ),
    _choice("CHARRETTE_LOG_LEVEL", values.LEVELS, "info"),
    _choice("CHARRETTE_LOG_FORMAT", values.FORMATS, "plain"),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}
_FILES = {f"{setting.name}_FILE": setting.name for setting in SETTINGS if setting.secret}


@dataclass(frozen=True)
class ModelOptions:
    """Which model answers, how, and at what price; or which recording does."""

    thorough: str
    quick: str
    web: str
    thinking: str
    effort: str
    cache: bool
    schema: bool
    timeout: float
    prices: Path | None
    record: Path | None
    replay: Path | None
    strict: bool
    api_key: Secret
    base_url: str


@dataclass(frozen=True)
class Settings:
    """Everything that an operator decides. Its `repr` shows no secret."""

    app_id: int
    private_key: Secret
    webhook_secret: Secret
    webhook_bytes: int
    github_url: str
    github_api_url: str
    database_url: str = field(repr=False)
    state: Path
    listen: Listen
    workflows: Path | None
    write_interval: float
    missed_minutes: float
    conversations: int
    keep_days: float
    wait_days: float | None
    limits: Limits
    model: ModelOptions
    log_level: str
    log_format: str

    @property
    def engine_url(self) -> str:
        """Where the engine keeps its own state: a file beside ours, or the same PostgreSQL database."""
        if self.database_url.startswith("sqlite"):
            scheme, _, path = self.database_url.partition("///")
            return f"{scheme}///{Path(path).with_name('engine.sqlite')}"
        return self.database_url

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every exact value that no log may show."""
        found = (self.private_key, self.webhook_secret, self.model.api_key)
        texts = (*(secret.reveal() for secret in found), *values.passwords_of(self.database_url))
        return tuple(dict.fromkeys(text for text in texts if text))


def read(environ: Mapping[str, str], env_file: Path | None = None, parts: frozenset[Part] = BOTH) -> Settings:
    """The settings from the environment and, where it says nothing, the file; `FaultsError` with every fault.

    `parts` are the processes that they are for: the web process needs no App key, the worker no webhook secret.
    """
    reader = _Reader(environ, env_file)
    settings = reader.settings(parts)
    if reader.faults:
        raise FaultsError(reader.faults)
    return settings


class _Reader:
    """What was written for each setting, and what is wrong with it so far."""

    def __init__(self, environ: Mapping[str, str], env_file: Path | None) -> None:
        self.faults: list[Fault] = []
        self._written: dict[str, Value] = {}
        if env_file is not None:
            self._take(values.read_env_file(env_file, self.faults), strict=True)
        self._take([Value(name, text, "environment", 0) for name, text in sorted(environ.items())], strict=False)

    def _take(self, found: Iterable[Value], strict: bool) -> None:
        """A later source replaces what an earlier one said of the same setting, be it the value or its file."""
        taken: dict[str, Value] = {}
        for value in found:
            if not value.text:
                continue  # Compose passes NAME= for what is not set
            name = _FILES.get(value.name, value.name)
            if name in taken:
                self._fault(value, f"{name} is given as a value and as a file.", "Write one of the two.")
            elif name in _BY_NAME:
                taken[name] = value
            elif strict or (name.startswith("CHARRETTE_") and not name.startswith("CHARRETTE_TEST_")):
                self._unknown(value)
        self._written.update(taken)

    def _unknown(self, value: Value) -> None:
        near = difflib.get_close_matches(value.name, [*_BY_NAME, *_FILES], 1, cutoff=0.8)
        mend = f"Did you mean {near[0]}?" if near else "Take it out; docs/settings.md lists the settings."
        self._fault(value, f"There is no setting {value.name}.", mend)

    def _fault(self, value: Value, wrong: str, mend: str) -> None:
        self.faults.append(Fault(value.where, value.line, wrong, mend))

    def _missing(self, name: str) -> None:
        self.faults.append(Fault("settings", 0, f"{name} is missing.", _BY_NAME[name].expected))

    def _value(self, name: str, parts: frozenset[Part] = frozenset()) -> Any:
        setting = _BY_NAME[name]
        value = self._written.get(name) or Value(name, setting.default, "default", 0)
        if not value.text:
            if setting.needed & parts:
                self._missing(name)
            return Secret("") if setting.secret else None
        try:
            text = values.text_of_file(value.text) if value.name in _FILES else value.text
            return setting.parse(text)
        except OSError as error:
            self._fault(value, f"{value.name} names a file that can't be read: {error.strerror}.", setting.expected)
        except ValueError as error:
            shown = "" if setting.secret else f" “{value.text}”"
            self._fault(value, f"{name}{shown} {error}.", setting.expected)
        return Secret("") if setting.secret else None

    def settings(self, parts: frozenset[Part]) -> Settings:
        """The settings, of use only where no fault was found."""
        state = (self._value("CHARRETTE_STATE") or Path()).absolute()
        database = self._value("CHARRETTE_DATABASE_URL").reveal()
        page, api = self._github()
        return Settings(
            app_id=self._value("CHARRETTE_APP_ID", parts) or 0,
            private_key=self._value("CHARRETTE_APP_PRIVATE_KEY", parts),
            webhook_secret=self._value("CHARRETTE_WEBHOOK_SECRET", parts),
            webhook_bytes=self._value("CHARRETTE_WEBHOOK_BYTES"),
            github_url=page,
            github_api_url=api,
            database_url=database or f"sqlite:///{state / 'charrette.sqlite'}",
            state=state,
            listen=self._value("CHARRETTE_LISTEN"),
            workflows=self._value("CHARRETTE_WORKFLOWS"),
            write_interval=self._value("CHARRETTE_WRITE_INTERVAL_SECONDS"),
            missed_minutes=self._value("CHARRETTE_MISSED_MINUTES"),
            conversations=self._value("CHARRETTE_CONVERSATIONS"),
            keep_days=self._value("CHARRETTE_KEEP_DAYS"),
            wait_days=self._value("CHARRETTE_WAIT_DAYS"),
            limits=Limits(
                run_tokens=self._value("CHARRETTE_RUN_TOKENS"),
                run_dollars=self._value("CHARRETTE_RUN_DOLLARS"),
                day_tokens=self._value("CHARRETTE_DAY_TOKENS"),
                day_dollars=self._value("CHARRETTE_DAY_DOLLARS"),
                hour_commands=self._value("CHARRETTE_HOUR_COMMANDS"),
                hour_starts=self._value("CHARRETTE_HOUR_STARTS"),
                day_runs=self._value("CHARRETTE_DAY_RUNS"),
            ),
            model=self._model(parts),
            log_level=self._value("CHARRETTE_LOG_LEVEL"),
            log_format=self._value("CHARRETTE_LOG_FORMAT"),
        )

    def _github(self) -> tuple[str, str]:
        """The pages and the API; whichever is not said follows from the other."""
        page = self._value("CHARRETTE_GITHUB_URL")
        api = self._value("CHARRETTE_GITHUB_API_URL")
        if page is None and api is None:
            page = "https://github.com"
        if page is None:
            page = values.page_of(api)
            if page is None:
                self._missing("CHARRETTE_GITHUB_URL")
        return page or "", api or values.api_of(page or "")

    def _model(self, parts: frozenset[Part]) -> ModelOptions:
        options = ModelOptions(
            thorough=self._value("CHARRETTE_MODEL_THOROUGH"),
            quick=self._value("CHARRETTE_MODEL_QUICK"),
            web=self._value("CHARRETTE_MODEL_WEB"),
            thinking=self._value("CHARRETTE_MODEL_THINKING"),
            effort=self._value("CHARRETTE_MODEL_EFFORT"),
            cache=self._value("CHARRETTE_MODEL_CACHE") == "on",
            schema=self._value("CHARRETTE_MODEL_SCHEMA") == "on",
            timeout=self._value("CHARRETTE_MODEL_TIMEOUT"),
            prices=self._value("CHARRETTE_MODEL_PRICES"),
            record=self._value("CHARRETTE_MODEL_RECORD"),
            replay=self._value("CHARRETTE_MODEL_REPLAY"),
            strict=self._value("CHARRETTE_MODEL_REPLAY_STRICT") == "on",
            api_key=self._value("ANTHROPIC_API_KEY"),
            base_url=self._value("ANTHROPIC_BASE_URL") or "",
        )
        said = self._written.keys()
        if "worker" in parts and not said & {"ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "CHARRETTE_MODEL_REPLAY"}:
            self._missing("ANTHROPIC_API_KEY")
        return options
