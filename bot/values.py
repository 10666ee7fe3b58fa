"""Texts of settings as values. A parser raises `ValueError`, whose words follow the setting's name and its text."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bot.core.errors import Fault

WEB = ("auto", "on", "off")
THINKING = ("auto", "on", "off")
EFFORT = ("auto", "low", "medium", "high", "xhigh", "max", "off")
SWITCH = ("on", "off")
LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("plain", "json")


@dataclass(frozen=True)
class Secret:
    """A text that shows itself only when asked to."""

    _text: str

    def reveal(self) -> str:
        """The text."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return "Secret(…)" if self._text else "Secret()"


@dataclass(frozen=True)
class Listen:
    """Where the web process listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Value:
    """What somebody wrote for one name, and where."""

    name: str
    text: str
    where: str
    line: int


def read_env_file(path: Path, faults: list[Fault]) -> list[Value]:
    """The `NAME=VALUE` lines of a file, without blank lines, `#` lines, and the quotes around a whole value."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        faults.append(Fault(str(path), 0, f"The file can't be read: {reason}.", "Name a file of NAME=VALUE lines."))
        return []
    found: dict[str, Value] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = re.fullmatch(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)", line)
        if not match:
            # Without its text, which may be the middle of a key.
            faults.append(
                Fault(str(path), number, "The line is not NAME=VALUE.", "A key of several lines goes in a file.")
            )
        elif match[1] in found:
            first = found[match[1]].line
            faults.append(Fault(str(path), number, f"{match[1]} is set in line {first} already.", "Keep one of them."))
        else:
            found[match[1]] = Value(match[1], _unquoted(match[2].strip()), str(path), number)
    return list(found.values())


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def text_of_file(name: str) -> str:
    """A secret's file, less the newline at its end; `OSError` or `ValueError` where it can't be read or is empty."""
    text = Path(name).read_text(encoding="utf-8").strip()
    if not text:
        raise ValueError("names an empty file")
    return text


def count(text: str) -> int:
    """A whole number above zero; `5_000_000` will do."""
    if not re.fullmatch(r"[0-9][0-9_]{0,17}", text) or int(text.rstrip("_").replace("_", "")) == 0:
        raise ValueError("is not a whole number above zero")
    return int(text.replace("_", ""))


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ValueError("is not a number") from None
    if not math.isfinite(number) or number < 0:
        raise ValueError("is not a number from zero up")
    return number


def seconds(text: str) -> float:
    """Seconds, from zero up."""
    return _number(text)


def some(text: str) -> float:
    """A time, more than none."""
    number = _number(text)
    if number == 0:
        raise ValueError("is no time at all")
    return number


def kept(text: str) -> float:
    """Days, of which a week is the least: GitHub delivers again what is three days old, and it is known by then."""
    number = _number(text)
    if number < 7:
        raise ValueError("is too short")
    return number


def dollars(text: str) -> float | None:
    """An amount, or None for no limit."""
    return None if text.lower() == "none" else _number(text)


def word(text: str) -> str:
    """One word."""
    if not re.fullmatch(r"\S{1,200}", text):
        raise ValueError("is not one word")
    return text


def choice(*allowed: str) -> Callable[[str], str]:
    """One of these words, in whatever case."""

    def parse(text: str) -> str:
        if text.lower() not in allowed:
            raise ValueError("is none of those known")
        return text.lower()

    return parse


def secret(text: str) -> Secret:
    """A secret of one line."""
    if "\n" in text.strip():
        raise ValueError("has several lines")
    return Secret(text.strip())


def pem(text: str) -> Secret:
    r"""A private key in PEM form; `\n` stands for a newline where the whole key is in one line."""
    text = text.strip().replace("\\n", "\n")
    if not re.fullmatch(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----\n.+\n-----END \1-----", text, re.DOTALL):
        raise ValueError("is no private key in PEM form")
    return Secret(text + "\n")


def path(text: str) -> Path:
    """A path, absolute."""
    return Path(text).expanduser().absolute()


def folder(text: str) -> Path:
    """A folder that is there."""
    if not path(text).is_dir():
        raise ValueError("is no folder")
    return path(text)


def file(text: str) -> Path:
    """A file that is there."""
    if not path(text).is_file():
        raise ValueError("is no file")
    return path(text)


def url(text: str) -> str:
    """An http or https URL without its last slash."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError("is not a URL") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", text):
        raise ValueError("is not an http or https URL")
    if parts.query or parts.fragment or parts.username is not None:
        raise ValueError("has more than scheme, host, port and path")
    return text.rstrip("/")


def model_server(text: str) -> str:
    """The URL of a server that speaks the Messages API; the SDK adds `/v1/messages`."""
    if url(text).endswith("/v1"):
        raise ValueError("ends in /v1, which is added to it")
    return url(text)


def listen(text: str) -> Listen:
    """HOST:PORT, or [HOST]:PORT for IPv6."""
    match = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9_.-]+)):(\d{1,5})", text)
    if not match or not 0 < int(match[3]) < 65536:
        raise ValueError("is not HOST:PORT")
    return Listen(match[1] or match[2], int(match[3]))


def database(text: str) -> Secret:
    """The URL of a database that the store knows."""
    if re.fullmatch(r"sqlite:///[^:?].*", text):
        return Secret(f"sqlite:///{path(text.removeprefix('sqlite:///'))}")
    if not re.fullmatch(r"(postgresql|postgres|postgresql\+psycopg)://[^\s/]+/[^\s/]+", text):
        raise ValueError("names no database that Charrette knows")
    return Secret(re.sub(r"^postgres(ql(\+psycopg)?)?:", "postgresql:", text))


def passwords_of(database_url: str) -> tuple[str, ...]:
    """The password in a database's URL, as it stands there and as it is meant."""
    password = urlsplit(database_url).password or ""
    return (password, unquote(password))


def api_of(page_url: str) -> str:
    """The API of a GitHub: https://docs.github.com/en/enterprise-server@latest/rest/enterprise-admin"""
    parts = urlsplit(page_url)
    if parts.hostname == "github.com" or (parts.hostname or "").endswith(".ghe.com"):
        return f"{parts.scheme}://api.{parts.netloc}"
    return f"{page_url}/api/v3" if page_url else ""


def page_of(api_url: str) -> str | None:
    """The pages of the GitHub whose API this is, or None where that can't be told."""
    if api_url.endswith("/api/v3"):
        return api_url.removesuffix("/api/v3")
    parts = urlsplit(api_url)
    host = parts.hostname or ""
    if host == "api.github.com" or (host.startswith("api.") and host.endswith(".ghe.com")):
        return f"{parts.scheme}://{parts.netloc.removeprefix('api.')}"
    return None
