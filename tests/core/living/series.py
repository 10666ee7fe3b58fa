"""A plan of five units in two branches, with a register and a freeze, and what may be known of its issues."""

from bot.core.living import Known, Merged, Overview, Working, overview
from bot.core.plan import read

PLAN = """# Worker limits

**Revision 2026-03-01:** first version.

## E) Architectural Risk Register

| Decision | Assumption | Validation Method | Cost if Wrong | Gate |
|---|---|---|---|---|
| Memory decides (D-1) | It does | Run it. **Success:** 0. **Abort:** use pressure | PR 2, PR 3, PR 4 | Before PR 2 |
| Short items | They are short | Measure. **Success:** 99 %. **Abort:** end within one | PR 3 | Before PR 3 |

### Freeze schedule

| Interface | Frozen by | Validated before | Two implementations |
|---|---|---|---|
| Judge | PR 1 | row 1 | one, two |

## I) PR Plan

### PR 1: Memory <!-- unit: memory -->

- **Depends on:** none
- **Size:** 100 lines

### PR 2: Limits <!-- unit: limits -->

- **Depends on:** PR 1
- **Size:** 40-60 lines

### PR 3: Queues <!-- unit: queues -->

- **Depends on:** PR 1
- **Size:** 1,000 lines

### PR 4: Both <!-- unit: both -->

- **Depends on:** PR 2, PR 3
- **Size:** 10 lines

### PR 5: Words <!-- unit: words -->

- **Depends on:** none
- **Size:** 20 lines

## J) Dependency DAG

Nothing more.
"""

NAMES = {"PR1": "memory", "PR2": "limits", "PR3": "queues", "PR4": "both", "PR5": "words"}


def issue(unit: str, number: int, **more: object) -> Known:
    return Known(f"unit/{NAMES[unit]}", number, **more)  # type: ignore[arg-type]


def issues(**changed: dict[str, object]) -> dict[str, Known]:
    """All five have one, #11 to #15, open and untouched but for what is changed."""
    return {unit: issue(unit, 10 + n, **changed.get(unit, {})) for n, unit in enumerate(NAMES, 1)}


DONE: dict[str, object] = {"open": False, "merged": Merged(45, "2026-11-25")}
ASIDE: dict[str, object] = {"open": False, "aside": True}
TAKEN: dict[str, object] = {"assignees": ("ada",), "pulls": (Working(46, "grace"),)}


def view(text: str = PLAN, **changed: dict[str, object]) -> Overview:
    return overview(read(text), issues(**changed))


def validated(verdict: str, text: str = PLAN) -> str:
    """The plan with a result in the first row of its register."""
    return (
        text.replace("| Cost if Wrong | Gate |\n|---|", "| Cost if Wrong | Gate | Result |\n|---|---|")
        .replace("| Before PR 2 |", f"| Before PR 2 | **{verdict}** 2026-11-26 (by ada): what was found |")
        .replace("| Before PR 3 |", "| Before PR 3 | |")
    )
