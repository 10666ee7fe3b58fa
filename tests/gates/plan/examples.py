"""A good plan, and for each rule a change that breaks it, with a text of the line where the rule says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

GOOD = (Path(__file__).parents[2] / "data" / "macro-plan.md").read_text(encoding="utf-8")

CODE = {
    "src/pool.py": ("class Pool:", "    worker = item = one", "def run(): pass", "def load(): read('pool.toml')"),
    "src/queue.py": ("class Queue:",),
    "tests/test_pool.py": ("def test_pool(): pass",),
}


class Files:
    """The code that the good plan speaks of."""

    commit = "c0ffee"

    def files(self) -> list[str]:
        return sorted(CODE)

    def lines(self, path: str) -> tuple[str, ...] | None:
        return CODE.get(path)


@dataclass(frozen=True)
class Bad:
    """The good plan with a change; what is found stands at the first line that has `at` ("" for line 1)."""

    old: str
    new: str
    at: str
    more: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        text = GOOD
        for old, new in ((self.old, self.new), *self.more):
            assert old in text, old
            text = text.replace(old, new, 1)
        return text

    @property
    def line(self) -> int:
        lines = self.text.split("\n")
        return next(number for number, line in enumerate(lines, 1) if self.at in line)


_SUMMARY = "- **PR 3** lets an operator choose the limit for each queue.\n"
_PR_1 = "### PR 1: Memory reading"
_NO_FLAG = "none, because `pool.toml` has the limits"
_DEPENDS_2 = "- **Depends on:** PR 1\n"

EXAMPLES: Mapping[str, Bad] = {
    "units": Bad(GOOD, "# A plan\n\nNothing is planned yet.\n", ""),
    "sections": Bad("## K) Design Bug Prevention Checklist", "## K) Last words", ""),
    "sections-order": Bad("## B) Repository Recon Summary", "## B) Concept Model", "## C) High"),
    "line-breaks": Bad("### Constraints\n\n- The", "A summary. ### Constraints - The", "A summary."),
    "unread": Bad(_DEPENDS_2, "- **Depends on:** the reading\n", "on:** the reading"),
    "code": Bad("### Inferences\n", "### Inferences\n\n```go\nfunc (m *Meter) Read() int { return 1 }\n```\n", "```go"),
    "citations": Bad("(`src/queue.py:1`).\n\n### Inv", "(`src/queue.py:7`).\n\n### Inv", "src/queue.py:7"),
    "revision-note": Bad(
        "**Revision 2026-03-01:** first version", "**Since:** first version", "### PR 1", ((_PR_1, f"{_PR_1} (done)"),)
    ),
    "summary-length": Bad(_SUMMARY, _SUMMARY + "- One more line.\n" * 11, "## A)"),
    "summary-units": Bad("in 3 units", "in 4 units", "## A)"),
    "summary-milestones": Bad(
        GOOD[GOOD.index("- **PR 1** reads") : GOOD.index("## B)")], "Nothing else changes.\n\n", "## A)"
    ),
    # B
    "recon-subjects": Bad("### Configuration flow\n", "### How it is set\n", "## B)"),
    "recon-apart": Bad("### Inferences\n", "### Thoughts\n", "## B)"),
    "facts-cited": Bad("the items (`src/queue.py:1`).\n\n### Inf", "the items.\n\n### Inf", "`Queue` holds the items."),
    "inferences-labelled": Bad("- A worker has one", "- A worker probably has one", "probably"),
    # C
    "scope-subjects": Bad("### Non-goals\n", "### Others\n", "## C)"),
    "objectives": Bad("3. An operator sees why a worker ended.\n", "", "### Objectives", (("2. No item", "No item"),)),
    "analysis-questions": Bad("### Analysis questions\n", "### Open\n", "## C)"),
    "scoping-table": Bad("| Yes | -- | -- | Q1 is about it |", "| Yes | -- | -- | |", "| Resident memory |"),
    "scoping-one": Bad("| Yes | -- | -- | Q1", "| Yes | Yes | -- | Q1", "| Resident memory |"),
    "simplified-loss": Bad(
        "Pages that workers share are counted twice; that matters only when", "Q1:", "| Shared pages"
    ),
    "modeled-question": Bad("Q1 is about it", "It is about it", "It is about it"),
    # D
    "concept-length": Bad("### Interaction model\n", "### Interaction model\n\n" + "- One more.\n" * 40, "## D)"),
    "blocks": Bad(GOOD[GOOD.index("#### 2. Judge") : GOOD.index("### Interaction model")], "", "## D)"),
    "block-contract": Bad("| Owns | The last reading |\n", "", "#### 1. Meter"),
    "block-responsibility": Bad(
        "Reads how much memory a worker holds.", "Reads it. It ends workers too.", "#### 1. Meter"
    ),
    "events-classified": Bad("A reading is due (exogenous)", "A reading is due", "#### 1. Meter"),
    "friction-number": Bad("1 file for one more kind of figure", "little", "#### 1. Meter"),
    "interactions": Bad("Judge → Warden:", "Judge → Police:", "Judge → Police"),
    "invariant-groups": Bad(
        "- Causality: INV-3: a worker ends after", "- INV-3: a worker ends after", "### System invariants"
    ),
    "state-owner": Bad("| Limit | Judge |", "| Limit | Judge, Warden |", "| Limit | Judge, Warden"),
    "shared-state": Bad("### Shared state\n\nNone, because each block passes values.\n\n", "", "### State ownership"),
    "extension-points": Bad("| A limit for each queue | PR 3 |", "| A limit for each queue | later |", "| later |"),
    "correspondence": Bad("| Warden | OOMPolicy | kubelet |\n", "", "### Real-system correspondence"),
    # E
    "risk-register": Bad("| Items are short |", "| |", "| Workers end between items |"),
    "risk-criteria": Bad("**Success:** 99 % under 5 s.", "**Success:** it looks good.", "it looks good"),
    "risk-abort": Bad("**Abort:** end within an item, and do it again", "", "| Workers end between items |"),
    "risk-cost": Bad("| PR 2 | Before PR 2 |", "| Much | Before PR 2 |", "| Much |"),
    "risk-mandatory": Bad("| PR 1, PR 2, PR 3 | Before PR 1 |", "| PR 1, PR 2, PR 3 | At the end |", "At the end"),
    "risk-units": Bad("| PR 2 | Before PR 2 |", "| PR 2 | Before PR 7 |", "Before PR 7"),
    "risk-gate": Bad("| PR 1, PR 2, PR 3 | Before PR 1 |", "| PR 1, PR 2, PR 3 | Before PR 3 |", "Before PR 3"),
    # F and G
    "evolution-subjects": Bad("### What remains unchanged\n", "### Others\n", "## F)"),
    "enabling-refactors": Bad("### Enabling refactors\n", "### Others\n", "## F)"),
    "evolution-blocks": Bad("depends on the queue | Judge |", "depends on the queue | Court |", "| Court |"),
    "fidelity": Bad("| Q1, Q2 | Most memory is shared |", "| Q1, Q2 | -- |", "| -- | PR 3 may"),
    "frozen-cited": Bad(
        "(`src/queue.py:1`), frozen by release 1.2:",
        "is old:",
        "```python",
        (("# src/queue.py:1, frozen by release 1.2\n", ""),),
    ),
    "frozen-found": Bad("class Queue:", "class Stack:", "class Stack"),
    # H
    "shared-subjects": Bad("### CI\n", "### Nightly\n", "## H)"),
    "shared-units": Bad("| `docs/limits.md` | PR 2 | PR 3 |", "| `docs/limits.md` | us | PR 3 |", "| us |"),
    "shared-order": Bad("| `docs/limits.md` | PR 2 | PR 3 |", "| `docs/limits.md` | PR 3 | PR 2 |", "| PR 3 | PR 2 |"),
    "as-needed": Bad("`make swap` in the nightly job |", "`make swap` when needed |", "when needed"),
    "dependencies": Bad("| psutil | ==7.1.0 |", "| psutil | |", "| psutil |"),
    "freeze-schedule": Bad("One limit for all; a limit for each queue |", "One limit |", "One limit |"),
    # I
    "unit-title": Bad("### PR 3: A limit for each queue <", "### PR 3 <", "### PR 3"),
    "stable-id": Bad(" <!-- unit: queue-limits -->", "", "### PR 3"),
    "unit-fields": Bad("- **Motivation:** queues differ in what their items need.\n", "", "### PR 3"),
    "unit-fields-empty": Bad("**Extension Friction:** 1 file.\n", "**Extension Friction:** none\n", "Friction:** none"),
    "unit-tiers": Bad("--- Tier 2: Implementation Guide ---", "", "### PR 1"),
    "tier-1-size": Bad("  - Out: ending workers\n", "  - Out: ending workers\n" * 20, "--- Tier 1"),
    "tier-1-aim": Bad("  - Out: ending workers\n", "  - Out: ending workers\n" * 6, "--- Tier 1"),
    "unit-block": Bad("modifies Judge\n", "modifies the court\n", "modifies the court"),
    "extension-type": Bad("policy template", "new policy", "new policy"),
    "guarantee-ids": Bad("  - BC-3-1: a queue's", "  - a queue's", "- a queue's"),
    "guarantee-twice": Bad("BC-3-1", "BC-1-1", "BC-1-1: a queue's"),
    "exercised": Bad("unit: `tests/test_queue_limits.py`", "some", "Test Categories:** some", ((_NO_FLAG, "none"),)),
    "used-later": Bad("`pool.toml` in the tests has limits", "it will be used by a later PR", "will be used by"),
    "flags": Bad("new: `--limit`", "new: `--limit`, `--grace`", "--grace"),
    "status-order": Bad("### PR 2: A worker over its limit ends", "### PR 2: A worker ends (done)", "### PR 2"),
    "duplicate-id": Bad("### PR 3: A", "### PR 2: A", "### PR 2: A limit"),
    "cycle": Bad("- **Depends on:** none\n", "- **Depends on:** PR 3\n", "### PR 1"),
    "dangling": Bad(_DEPENDS_2, "- **Depends on:** PR 1, PR 9\n", "PR 9"),
    "ambiguous": Bad("### PR 1: Memory", "### PR 1a: Memory", "**Depends on:** PR 1"),
    "says-dependencies": Bad(
        "- **Depends on:** none\n",
        "",
        "### PR 1",
        (("  PR1[PR 1] --> PR2", "  PR2"), ("| PR 1 | none | row 1 |\n", "")),
    ),
    "disagreement": Bad("- **Depends on:** PR 2\n", "- **Depends on:** PR 1\n", "PR1[PR 1] --> PR2"),
    "parallel": Bad(
        "**Parallel Development:** none, because it is the last", "**Parallel with:** PR 1", "Parallel with"
    ),
    "dag-parts": Bad("### Integration risks\n\n- PR 2 and PR 3 both", "- PR 2 and PR 3 both", "## J)"),
    # K
    "prevention-subjects": Bad("### State migrations\n", "### Others\n", "## K)"),
    "invariants-defined": Bad("INV-2 and INV-3 of the concept", "INV-2 and INV-9 of the concept", "INV-9"),
    "regression-paths": Bad("- `tests/test_pool.py` stays", "- `tests/test_gone.py` stays", "test_gone.py"),
    "failure-modes": Bad("| Shotgun surgery |", "| Shooting |", "### Failure modes"),
    "failure-prevented": Bad("| Each unit shows what it brings |", "| -- |", "| Scaffolding creep |"),
}

_POINTS = GOOD[GOOD.index("| Extension point | Contract |") : GOOD.index("### State ownership")]
_OWNERS = GOOD[GOOD.index("| State | Owner |") : GOOD.index("### Shared state")]
_SYSTEMS = GOOD[GOOD.index("| Building block | systemd |") : GOOD.index("## E)")]
_REGISTER = GOOD[GOOD.index("| Decision | Assumption |") : GOOD.index("## F)")]
_SCOPING = GOOD[GOOD.index("| Component | Modeled |") : GOOD.index("## D)")]
_SHARED = GOOD[GOOD.index("## H) Cross") : GOOD.index("## I)")]

OTHER_WAYS: tuple[tuple[str, Bad], ...] = (
    ("sections", Bad(_REGISTER, "", "## E)")),
    ("code", Bad("- A worker has one", "- `func Read(id int) int` has one", "func Read")),
    ("code", Bad("### Inferences\n", "### Inferences\n\n```\nclass Meter:\n  return 1\n```\n", "```")),
    ("line-breaks", Bad("- The queue's file", "- " + "word " * 600 + "queue's file", "word word")),
    ("summary-units", Bad("in 3 units", "soon", "## A)")),
    ("scope-subjects", Bad("- Limits on processor time.\n", "", "### Non-goals")),
    ("analysis-questions", Bad("1. Q1:", "- Q1:", "### Analysis questions", (("2. Q2:", "- Q2:"),))),
    ("scoping-table", Bad(_SCOPING, "", "## C)")),
    ("scoping-one", Bad("| Yes | -- | -- | Q1", "| -- | -- | -- | Q1", "| Resident memory |")),
    ("block-responsibility", Bad("Reads how much memory a worker holds.\n\n", "", "#### 1. Meter")),
    ("state-owner", Bad(_OWNERS, "", "## D)")),
    ("state-owner", Bad("| Limit | Judge |", "| Limit | |", "| Limit | |")),
    ("state-owner", Bad("| Limit | Judge |", "| Limit | Court |", "| Limit | Court")),
    ("state-owner", Bad("| Limit | Judge |", "| Last reading | Judge |", "| Last reading | Judge")),
    ("shared-state", Bad("None, because each block passes values.", "- The readings", "- The readings")),
    ("extension-points", Bad("| One limit for all | A limit", "| -- | A limit", "| -- | A limit")),
    (
        "extension-points",
        Bad("### Extension points\n", "### Others\n", "## D)", (("### Extension points", "### More"),)),
    ),
    ("extension-points", Bad(_POINTS, "- A judge is one.\n\n", "### Extension points", (("### Ext", "### More"),))),
    ("correspondence", Bad(_SYSTEMS, "", "## D)")),
    ("risk-register", Bad(_REGISTER, "All is well.\n\n", "## E)")),
    ("fidelity", Bad("| Questions still answered |", "| Others |", "| Simplification |")),
    ("frozen-cited", Bad(", frozen by release 1.2:", ":", "```python", ((", frozen by release 1.2", ""),))),
    ("frozen-found", Bad("class Queue:\n", "class Queue:\n    return 1\n", "```python")),
    ("shared-units", Bad(_SHARED, "## H) Cross-Cutting Infrastructure Plan\n\nNone.\n\n", "## H)")),
    ("freeze-schedule", Bad("| Judge | PR 2 | The swap", "| Judge | us | The swap", "| Judge | us")),
    ("freeze-schedule", Bad("| The swap runs of row 1 |", "| -- |", "| Judge | PR 2 | --")),
    (
        "invariants-defined",
        Bad(
            "INV-1, INV-2 and INV-3 of the",
            "Those of the",
            "### Invariants (",
            (("### Invariants\n", "### Invariants (K)\n"),),
        ),
    ),
    ("failure-prevented", Bad("what it brings | PR 1 |", "what it brings | all |", "| Scaffolding creep |")),
)
