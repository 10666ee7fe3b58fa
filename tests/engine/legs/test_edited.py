"""What people changed of a run's documents, and what was written there in their name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from bot.core.ports import BranchCommit, Checkout
from bot.core.run.record import PhaseCommit
from bot.engine.legs.edited import edited

PATH = "notes/a/006-contract.md"
MADE = PhaseCommit("contract", 1, "done", "c1", {PATH: "1"})


@dataclass
class Blobs:
    """What stands at each commit; only what was fetched can be read."""

    at: Mapping[str, str]
    fetched: set[str] = field(default_factory=set)

    def fetch(self, *refs: str) -> None:
        self.fetched |= set(refs)

    def blobs(self, commit: str, folder: str) -> Mapping[str, str]:
        assert folder == "notes/a"
        return {PATH: self.at[commit]} if commit in self.at else {}


def commit(sha: str) -> BranchCommit:
    """A commit; one of ours is called c-something."""
    return BranchCommit(sha, "", "", "", sha.startswith("c"))


@pytest.mark.parametrize(
    ("after", "head", "expected"),
    [
        pytest.param([], "1", {}, id="as it was made"),
        pytest.param([("c2", "2")], "2", {}, id="an approval changed it"),
        pytest.param([("c2", "1"), ("c3", "3")], "3", {}, id="after a commit that leaves it"),
        pytest.param([("p2", "2")], "2", {PATH: "2"}, id="a person"),
        pytest.param([("p2", "2"), ("c3", "3")], "3", {PATH: "3"}, id="an approval that changed a person's text"),
        pytest.param([("c2", "2"), ("p3", "3")], "3", {PATH: "3"}, id="a person after an approval"),
        pytest.param([("p2", "2"), ("c3", "2"), ("p4", "1")], "1", {}, id="a person who took theirs back"),
        pytest.param([("p2", "1"), ("c3", "3")], "3", {}, id="a person who changed something else"),
        pytest.param([("p2", "")], "", {PATH: ""}, id="gone"),
    ],
)
def test_what_an_approval_wrote_is_no_edit(
    after: Sequence[tuple[str, str]], head: str, expected: dict[str, str]
) -> None:
    blobs = Blobs({"c1": "1", **dict(after)})
    written = [commit("c0"), commit("c1"), *(commit(sha) for sha, _ in after)]
    there = {PATH: head} if head else {}
    assert dict(edited([MADE], written, cast(Checkout, cast(Any, blobs)), there)) == expected
    assert blobs.fetched <= {sha for sha, _ in after} | {"c1"}
