"""The model's settings, frozen; made by the service's settings from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from bot.adapters.prices import OWN_KEYS, Table
from bot.core.errors import Fault

OFFICIAL = "https://api.anthropic.com"
ALIASES = {"thorough": "claude-opus-5-5", "quick": "claude-haiku-5-5"}


@dataclass(frozen=True)
class ModelSettings:
    """Which server to use, with which key, and which of its features.

    `aliases` are the names that a definition may use. `thinking` and `effort` are by alias; what is missing there is
    not sent. `cache`, `schema` and `web` switch off what a compatible server rejects; `web="auto"` uses web search only
    on Anthropic's own server. `timeout` is in seconds without a byte. `strict` makes a replay refuse a request that is
    not the recorded one. With both `record` and `replay`, replayed answers are recorded again under their new digests.
    """

    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None
    record: Path | None = None
    replay: Path | None = None
    aliases: Mapping[str, str] = field(default_factory=lambda: dict(ALIASES))
    web: bool | Literal["auto"] = "auto"
    thinking: Mapping[str, bool] = field(default_factory=dict)
    effort: Mapping[str, str] = field(default_factory=dict)
    cache: bool = True
    schema: bool = True
    prices: Table = field(default_factory=dict)
    timeout: float = 120.0
    strict: bool = False

    @property
    def official(self) -> bool:
        """Whether the server is Anthropic's own."""
        return self.replay is None and urlsplit(self.base_url or OFFICIAL).hostname == urlsplit(OFFICIAL).hostname

    def alias(self, name: str) -> str | None:
        """The alias that `name` is, or that stands for the model of that name."""
        if name in self.aliases:
            return name
        return next((alias for alias, model in self.aliases.items() if model == name), None)

    def faults(self) -> tuple[Fault, ...]:
        """Everything that is wrong with them, at once."""
        return (*self._server_faults(), *self._price_faults())

    def _server_faults(self) -> list[Fault]:
        faults: list[Fault] = []
        url = urlsplit(self.base_url or OFFICIAL)
        if url.scheme not in {"http", "https"} or not url.hostname:
            faults.append(_fault("ANTHROPIC_BASE_URL", "It is no http or https URL.", f"Write it like `{OFFICIAL}`."))
        elif url.path.rstrip("/").endswith("/v1"):
            faults.append(_fault("ANTHROPIC_BASE_URL", "It ends in `/v1`.", "Leave `/v1` out: it is added."))
        if self.replay is not None and not self.replay.is_dir():
            faults.append(_fault("CHARRETTE_MODEL_REPLAY", f"There is no folder `{self.replay}`.", "Name a recording."))
        if self.replay is None and self.official and not self.api_key:
            mend = "Set it; or set ANTHROPIC_BASE_URL to a compatible server, or CHARRETTE_MODEL_REPLAY to a recording."
            faults.append(_fault("ANTHROPIC_API_KEY", "It is not set.", mend))
        if self.timeout <= 0:
            faults.append(_fault("CHARRETTE_MODEL_TIMEOUT", "It is not above zero.", "Write seconds, like `120`."))
        return faults

    def _price_faults(self) -> list[Fault]:
        faults: list[Fault] = []
        for model, prices in self.prices.items():
            where = f"CHARRETTE_MODEL_PRICES, {model}"
            mend = 'Write dollars for a million tokens, like `{"input": 3, "output": 15}`.'
            missing = (key for key in ("input", "output") if key not in prices)
            faults.extend(_fault(where, f"`{key}` is missing.", mend) for key in missing)
            for key, price in prices.items():
                if key not in OWN_KEYS:
                    faults.append(_fault(where, f"`{key}` is unknown.", f"Use {', '.join(OWN_KEYS)}."))
                elif price < 0:
                    faults.append(_fault(where, f"`{key}` is below zero.", mend))
        return faults


def _fault(where: str, wrong: str, mend: str) -> Fault:
    return Fault(where, 0, wrong, mend)
