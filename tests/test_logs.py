"""No log shows a secret."""

import importlib
import io
import json
import logging
from collections.abc import Iterator

import pytest

from bot import logs
from bot.logs import HIDDEN, Redaction

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\nxYzxYzxYzxYz\n-----END RSA PRIVATE KEY-----\n"
FORMS = [
    "ghs_" + "a" * 36,
    "ghs_" + "eyJh.bGci-OiJ_" * 37,
    "ghp_" + "A1" * 18,
    "github_pat_" + "a1_" * 20,
    "sk-ant-api03-" + "x-_9" * 10,
    "eyJhbGciOiJSUzI1NiJ9.eyJpYXQiOjE3MDB9.c2lnbmF0dXJlLXNpZw",
    PEM.strip(),
]


@pytest.mark.parametrize("secret", FORMS)
def test_tokens_are_known_by_their_form(secret: str) -> None:
    assert Redaction()(f"before {secret} after") == f"before {HIDDEN} after"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://x-access-token:abc@host/o/r", f"https://{HIDDEN}@host/o/r"),
        ("postgresql://me:pw@db/x", f"postgresql://{HIDDEN}@db/x"),
        ("Authorization: Bearer abcdefgh1234", f"Authorization: Bearer {HIDDEN}"),
        ("Authorization: Basic eDphYmNkZWZn", f"Authorization: Basic {HIDDEN}"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE", HIDDEN),
    ],
)
def test_credentials_are_known_by_their_place(text: str, shown: str) -> None:
    assert Redaction()(text) == shown


@pytest.mark.parametrize(
    "text", ["ghs_short", "http://127.0.0.1:8080/a", "me@host", "a bearer of news", "sha256=abc", ""]
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert Redaction(["", "abc"])(text) == text


def test_exact_values_are_hidden_whole_in_one_line_and_by_line() -> None:
    redact = Redaction([PEM, "hunter22", "hunter22-and-more"])
    escaped = PEM.strip().replace("\n", "\\n")
    assert redact(f"a MIIEowIBAAKCAQEA b {escaped} c hunter22-and-more d hunter22") == (
        f"a {HIDDEN} b {HIDDEN} c {HIDDEN} d {HIDDEN}"
    )


@pytest.fixture
def restored() -> Iterator[None]:
    root, ours, engine = logging.getLogger(), logging.getLogger("charrette"), logging.getLogger("dbos")
    before = (root.handlers[:], root.level, ours.level)
    engines = (engine.handlers[:], engine.propagate)
    yield
    engine.handlers[:], engine.propagate = engines
    root.handlers[:], level, our_level = before[0], before[1], before[2]
    root.setLevel(level)
    ours.setLevel(our_level)
    logging.captureWarnings(False)


@pytest.mark.parametrize("form", ["plain", "json"])
@pytest.mark.usefixtures("restored")
def test_neither_words_nor_tracebacks_show_a_secret(form: str) -> None:
    stream, secret = io.StringIO(), 'hun"ter\\22'
    logs.configure("info", form, [secret], stream)
    log = logging.getLogger("charrette.web")
    try:
        raise RuntimeError(f"the secret is {secret}")
    except RuntimeError:
        log.exception("Failed with %s", secret)
    log.debug("not shown")
    text = stream.getvalue()
    assert "ter" not in text
    assert text.count(HIDDEN) == 2
    assert "RuntimeError" in text
    assert "not shown" not in text


@pytest.mark.usefixtures("restored")
def test_json_is_one_object_a_line() -> None:
    stream = io.StringIO()
    logs.configure("info", "json", [], stream)
    logging.getLogger("charrette.web").info("two\nlines")
    line = json.loads(stream.getvalue())
    assert (line["level"], line["logger"], line["message"]) == ("info", "charrette.web", "two\nlines")
    assert line["at"].endswith("Z")


@pytest.mark.usefixtures("restored")
def test_plain_lines_begin_with_time_and_level() -> None:
    stream = io.StringIO()
    logs.configure("info", "plain", [], stream)
    logging.getLogger("charrette.web").info("hello")
    logging.getLogger("a.library").info("not shown")
    at, rest = stream.getvalue().split(" ", 1)
    assert at[-1] == "Z"
    assert rest == "INFO charrette.web hello\n"


@pytest.mark.usefixtures("restored")
def test_what_the_engines_library_says_is_redacted_too() -> None:
    stream = io.StringIO()
    logs.configure("info", "plain", ["hunter22"], stream)
    program = importlib.import_module("dbos._logger")
    program.init_logger()
    logging.getLogger("dbos").warning("connected as %s", "hunter22")
    assert stream.getvalue().endswith(f"WARNING dbos connected as {HIDDEN}\n")
    assert len(logging.getLogger("dbos").handlers) == 1
