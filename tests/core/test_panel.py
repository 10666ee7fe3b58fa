"""Who reviews: by name, by what the documents concern, or all of them."""

import pytest

from bot.core.definition import Definition, Persona
from bot.core.errors import PersonError
from bot.core.panel import LARGEST, choose, components, folder_of, is_document, over, within
from bot.core.run.record import Earlier, Raised

from .a_run import definition

TARJAN = Persona(
    "tarjan", "Graph algorithms, after R. Tarjan", "Graph algorithms", "x", ("robert-tarjan", "algorithms")
)
DON = Persona("don", "Pragmatic lead", "Pragmatism", "x")
OPS = Persona("operations", "Operations", "Operations", "x", ("ops",))
OF: Definition = definition(panel=(TARJAN, OPS), mini=(DON,), personas=(TARJAN, DON, OPS))
ONE = {"a.md": "The queue `put` is there (`bot/queue.py:3`).\n"}
TWO = {"a.md": "See `bot/queue.py:3`, `bot/reader.py:4` and `web/app.py:7`, and `README.md:1`.\n"}


@pytest.mark.parametrize(
    ("words", "documents", "ids", "why"),
    [
        ("all", ONE, ["tarjan", "operations"], "all of the panel were asked for"),
        ("mini", TWO, ["don"], "the mini panel was asked for"),
        ("tarjan, ops and @don", ONE, ["tarjan", "operations", "don"], "asked for by name"),
        ("mini and tarjan", ONE, ["don", "tarjan"], "asked for by name"),
        ("mini all", ONE, ["don", "tarjan", "operations"], "asked for by name"),
        ("Algorithms Tarjan.", ONE, ["tarjan"], "asked for by name"),
        ("don\n\nThanks, all of you!", ONE, ["don"], "asked for by name"),
        ("\nPlease be kind.", ONE, ["don"], "`all` calls everybody"),
        ("", TWO, ["tarjan", "operations"], "several components (`bot/`, `web/`)"),
        ("", ONE, ["don"], "`all` calls everybody"),
        ("", {"_tasks/x/002-roadmap.md": "One."}, ["tarjan", "operations"], "a decision about the architecture"),
        ("", dict.fromkeys(["a.md", "b.md", "c.md", "d.md"], "x"), ["tarjan", "operations"], "a design of 4 documents"),
    ],
)
def test_the_choice(words: str, documents: dict[str, str], ids: list[str], why: str) -> None:
    chosen = choose(OF, words, documents)
    assert [persona.id for persona in chosen.personas] == ids
    assert why in chosen.why


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("tarjn", "There is no expert `tarjn`. Did you mean `tarjan`? There are `tarjan`, `don`, `operations`"),
        ("foo, `opz` and jon, don", "There is no expert `foo`, `opz`, `jon`. Did you mean `ops`? There are"),
        ("everybody", "There is no expert `everybody`. There are"),
    ],
)
def test_nobody_of_that_name(words: str, said: str) -> None:
    with pytest.raises(PersonError) as told:
        choose(OF, words, ONE)
    assert said in str(told.value)
    assert "`all` and `mini` are panels" in str(told.value)


OPEN, SHUT = Raised("C1", "t", "critical"), Raised("I1", "t", "important", "reject", "so")
NICE = Raised("N1", "t", "nice to have")
COUNTS = (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("words", "raised", "rounds", "said"),
    [
        ("", (OPEN, SHUT), 2, ""),
        ("", (SHUT, NICE), 1, "nothing left to review: no Critical and no Important is open"),
        ("tarjan anyway", (SHUT, NICE), 1, ""),
        ("", (OPEN,), 3, "There were 3 rounds"),
        ("Anyway.", (OPEN,), 3, ""),
    ],
)
def test_rounds_end(words: str, raised: tuple[Raised, ...], rounds: int, said: str) -> None:
    why = over(words, Earlier("a/002-expert-concerns.md", "c", "s", raised, (), (COUNTS,) * rounds))
    assert said in why
    assert bool(said) == bool(why)
    assert over(words, None) == ""
    assert over(words, Earlier("a/002-expert-concerns.md", "c", "s", raised, ())) == ""


def test_anyway_names_nobody() -> None:
    assert [persona.id for persona in choose(OF, "don, anyway", ONE).personas] == ["don"]
    assert choose(OF, "anyway", ONE) == choose(OF, "", ONE)


def test_what_is_too_much_is_left_out() -> None:
    texts = {f"{n:02d}.md": "x" * 50_000 for n in range(60)} | {"small.md": "x"}
    read, left = within(texts)
    assert list(read) == [f"{n:02d}.md" for n in range(LARGEST // 50_000)]
    assert left == (*(f"{n:02d}.md" for n in range(LARGEST // 50_000, 60)), "small.md")


def test_the_components_that_documents_cite() -> None:
    assert components(TWO) == ["bot/", "web/"]
    assert components({"a.md": "See `_tasks/x/002.md:1`, `.github/ci.yml:2`, `/etc/passwd.txt:1`."}) == []


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("docs/queue.md", True),
        ("NOTES.MD", True),
        ("docs/peer-review.md", True),
        ("docs/001-tarjan-review.md", False),
        (".github/charrette/personas/x.md", False),
        (".GitHub/x.md", False),
        ("docs/.github/x.md", True),
        ("docs/queue.py", False),
    ],
)
def test_what_is_a_document(path: str, read: bool) -> None:
    assert is_document(path) is read


@pytest.mark.parametrize(
    ("paths", "folder"),
    [
        (["a/x.md", "b/y.md", "b/z.md"], "b"),
        (["NOTES.md"], "_tasks/queue"),
        (["NOTES.md", "README.md", "a/x.md"], "_tasks/queue"),
    ],
)
def test_what_a_round_writes_stands_in_a_folder(paths: list[str], folder: str) -> None:
    assert folder_of(paths, "_tasks/queue") == folder
