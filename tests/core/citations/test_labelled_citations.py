"""Precision and recall of the finder over citations of real documents, labelled by hand: see tests/data/citations."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.core.citations.reading import each_range, find
from bot.core.markdown.artifact import Artifact

LABELS = Path(__file__).parents[2] / "data/citations"
DOCUMENTS = Path(__file__).parents[3] / "../shared/data"

Cited = tuple[str, int, int]


@dataclass(frozen=True)
class Figures:
    """How many were found of those that are citations, and how many were found that are none."""

    right: int
    spurious: int
    missed: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.spurious)

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed)

    def __str__(self) -> str:
        counts = f"{self.right} found, {self.missed} missed, {self.spurious} spurious"
        return f"precision {self.precision:.3f}, recall {self.recall:.3f} ({counts})"


def rows(name: str) -> list[dict[str, str]]:
    with (LABELS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def cited(row: Mapping[str, str]) -> set[Cited]:
    return {(row["path"], int(row["start"]), int(row["end"]))} if row["label"] == "citation" else set()


def found(text: str) -> dict[int, set[Cited]]:
    """What the finder finds, by line."""
    by_line: dict[int, set[Cited]] = defaultdict(set)
    for one in each_range(find(Artifact("", text))):
        by_line[one.line].add((one.path, *one.ranges[0]))
    return by_line


def compared(pairs: Iterable[tuple[object, set[Cited], set[Cited]]]) -> Figures:
    """The figures of (where, labelled, found); each difference is printed."""
    right = spurious = missed = 0
    for where, labelled, seen in pairs:
        right, spurious, missed = (
            right + len(labelled & seen),
            spurious + len(seen - labelled),
            missed + len(labelled - seen),
        )
        if labelled != seen:
            print(f"{where}: missed {sorted(labelled - seen)}, spurious {sorted(seen - labelled)}")
    return Figures(right, spurious, missed)


def test_more_than_two_hundred_citations_are_labelled() -> None:
    labels = [row["label"] for name in ("documents.tsv", "phrases.tsv") for row in rows(name)]
    assert set(labels) == {"citation", "not"}
    assert labels.count("citation") > 200


def test_phrases(capsys: pytest.CaptureFixture[str]) -> None:
    labelled: dict[str, set[Cited]] = defaultdict(set)
    for row in rows("phrases.tsv"):
        labelled[row["text"]] |= cited(row)
    figures = compared((text, wanted, set().union(*found(text).values())) for text, wanted in labelled.items())
    with capsys.disabled():
        print(f"\ncitations in phrases: {figures}")
    assert figures.precision >= 0.99
    assert figures.recall >= 0.99


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="The labelled documents are not here: ../shared/data is absent.")
def test_whole_documents(capsys: pytest.CaptureFixture[str]) -> None:
    labelled: dict[tuple[str, int], set[Cited]] = defaultdict(set)
    for row in rows("documents.tsv"):
        labelled[row["document"], int(row["line"])] |= cited(row)
    seen: dict[tuple[str, int], set[Cited]] = {}
    for document in sorted(DOCUMENTS.glob("*.md")):
        seen |= {(document.name, line): all_ for line, all_ in found(document.read_text("utf-8")).items()}
    places = sorted({*labelled, *seen})
    figures = compared((place, labelled.get(place, set()), seen.get(place, set())) for place in places)
    with capsys.disabled():
        print(f"\ncitations in documents: {figures}")
    assert figures.precision >= 0.99
    assert figures.recall >= 0.99
