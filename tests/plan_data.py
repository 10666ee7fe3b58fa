"""A plan as the data that the codecs ask for: three units, each waiting for the one before. No rule faults it."""

from typing import Any

from bot.gates.plan.prevention import FAILURES

Data = dict[str, Any]


def none(**whys: str) -> list[Data]:
    """Why lists are empty."""
    return [{"field": field, "why": why} for field, why in whys.items()]


SCOPE: Data = {
    "objectives": ["No machine swaps because of a worker.", "No item is lost.", "An operator sees why a worker ended."],
    "non_goals": ["Limits on processor time."],
    "compatibility": ["Files of today keep their meaning."],
    "performance": ["A reading takes less than 1 ms for each worker."],
    "backward_compatibility": ["Without a limit nothing changes."],
    "stability_for_operators": ["The flags stay."],
    "questions": ["At which limit does a machine no longer swap?", "How many items are done twice?"],
    "components": [
        {"component": "Memory", "modeled": "Yes", "simplified": "", "omitted": "", "justification": "Q1 is about it"},
        {
            "component": "Shared pages",
            "modeled": "",
            "simplified": "Counted in full",
            "omitted": "",
            "justification": "Pages that workers share are counted twice; that matters only when most are shared",
        },
        {
            "component": "Time",
            "modeled": "",
            "simplified": "",
            "omitted": "Yes",
            "justification": "Q1 does not need it",
        },
    ],
    "none": [],
}


def _block(name: str, does: str, owns: str, invariant: str, event: str) -> Data:
    return {
        "name": name,
        "responsibility": does,
        "observes": "What the one before says",
        "controls": "What comes of it",
        "owns": owns,
        "invariants": invariant,
        "events": event,
        "extension_friction": "1 file for one more kind",
    }


CONCEPT: Data = {
    "blocks": [
        _block(
            "Meter", "Reads how much memory a worker holds.", "The reading", "INV-1", "A reading is due (exogenous)"
        ),
        _block("Judge", "Says which worker has to end.", "The limit", "INV-2", "A worker is over it (endogenous)"),
        _block("Warden", "Ends workers between two items.", "The list of ends", "INV-3", "A worker ends (endogenous)"),
    ],
    "interactions": [
        {"between": "Meter → Judge", "crosses": "readings, which are the Judge's from then on"},
        {"between": "Judge → Warden", "crosses": "workers that have to end"},
    ],
    "invariants": [
        {"group": "Always", "holds": "INV-1: a reading is never older than a second."},
        {"group": "Never", "holds": "INV-2: a worker below its limit is ended."},
        {"group": "Causality", "holds": "INV-3: a worker ends after its item is done."},
        {"group": "State and statistics", "holds": "readings are state; how often workers end is a statistic."},
    ],
    "extension_points": [
        {
            "point": "Judge",
            "contract": "Takes readings, names workers",
            "default": "One limit for all",
            "first_other": "A limit for each queue",
            "unit": "PR 3",
        }
    ],
    "ownership": [
        {"state": "Reading", "owner": "Meter"},
        {"state": "Limit", "owner": "Judge"},
        {"state": "Workers that end", "owner": "Warden"},
    ],
    "shared_state": [],
    "correspondence": [
        {
            "block": block,
            "systems": [{"system": "systemd", "component": one}, {"system": "Kubernetes", "component": two}],
        }
        for block, one, two in (
            ("Meter", "cgroup accounting", "cAdvisor"),
            ("Judge", "MemoryHigh", "eviction manager"),
            ("Warden", "OOMPolicy", "kubelet"),
        )
    ],
    "none": none(shared_state="each block passes values"),
}

RISKS: Data = {
    "risks": [
        {
            "decision": "Resident memory decides",
            "assumption": "It predicts swapping",
            "validation": "Run it with 4 workers.",
            "success": "0 pages swapped in 10 runs.",
            "abort": "decide by pressure figures instead.",
            "cost": "PR 1, PR 2, PR 3",
            "gate": "Before PR 1",
        }
    ]
}


def evolution(frozen: Data | None = None) -> Data:
    """Sections F and G."""
    return {
        "changes": [
            {"change": "Figures are read in one place", "block": "Meter", "unit": "PR 1"},
            {"change": "Who has to end is decided apart", "block": "Judge", "unit": "PR 2"},
            {"change": "Workers are ended in one place", "block": "Warden", "unit": "PR 2"},
        ],
        "enabling_refactors": ["PR 1 moves the reading; nothing behaves differently."],
        "unchanged": ["The queue and its files."],
        "fidelity": [
            {
                "simplification": "Shared pages are counted in full",
                "approximated": "Proportional set size",
                "still_answers": "Q1, Q2",
                "breaks_down": "Most memory is shared",
                "upgrade": "PR 3 may read proportional figures",
            }
        ],
        "frozen": [frozen] if frozen else [],
        "none": [],
    }


def unit(n: int, title: str, blocks: str, needs: list[str], kind: str = "subsystem module") -> Data:
    """A unit with all fields."""
    return {
        "id": f"PR {n}",
        "title": title,
        "stable": "-".join(title.lower().split()),
        "depends_on": needs,
        "block_change": blocks,
        "extension_type": kind,
        "motivation": "nothing knows what a worker holds.",
        "in_scope": ["the reading"],
        "out_of_scope": ["all else"],
        "guarantees": [{"id": f"BC-{n}-1", "text": f"{title} holds"}],
        "risks": ["reading is slow on some systems; the nightly job measures it."],
        "cross_cutting": "none, because it shares nothing.",
        "validation_gate": "risk 1, before the merge",
        "architectural_impact": "the pool asks the block.",
        "api_surface": "a judge takes readings and names workers.",
        "cli_changes": "none, because the log shows it.",
        "tests": [f"unit: `tests/test_{n}.py`", "invariant: INV-1"],
        "exercised_by": f"`pytest tests/test_{n}.py`",
        "documentation": "README: the log's new line",
        "extension_friction": "1 file, as the guidelines want.",
        "parallel_development": "none, because the next needs it.",
        "why_reviewable": "it changes nothing but the log.",
        "why_no_dead_code": "the log shows the reading.",
        "files": [f"src/part_{n}.py, new"],
        "size": "about 100 lines",
    }


def series(first_needs: list[str] | None = None) -> Data:
    """Sections H and I; a circle where the first unit needs the third."""
    shared = [{"item": "`docs/limits.md`", "made_by": "PR 1", "used_by": "PR 2, PR 3"}]
    return {
        "shared_tests": [{"item": "A worker that eats memory", "made_by": "PR 1", "used_by": "PR 1, PR 2, PR 3"}],
        "documentation": shared,
        "ci": [{"item": "`make swap`, nightly", "made_by": "PR 1", "used_by": "PR 2"}],
        "dependencies": [],
        "freezes": [
            {
                "interface": "Judge",
                "frozen_by": "PR 2",
                "validated_before": "The swap runs of risk 1",
                "implementations": "One limit for all; a limit for each queue",
                "unlocks": "PR 3",
            }
        ],
        "units": [
            unit(1, "Memory reading", "adds Meter", first_needs or []),
            unit(2, "Over the limit", "adds Judge and Warden", ["PR 1"]),
            unit(3, "Queue limits", "modifies Judge", ["PR 1", "PR 2"], "policy template"),
        ],
        "none": none(dependencies="what there is suffices"),
    }


ORDER: Data = {"guidance": ["Merge PR 2 behind its flag."], "joins": []}


def prevention(tests: str = "tests/test_pool.py") -> Data:
    """Section K."""
    return {
        "invariants": ["INV-1, INV-2 and INV-3 of the concept model."],
        "regression_surfaces": [f"`{tests}` stays green."],
        "state_migrations": [],
        "backward_compatibility": ["Without a limit nothing changes."],
        "failure_modes": [{"mode": mode, "prevention": "Each unit shows it", "unit": "PR 1"} for mode in FAILURES],
        "none": none(state_migrations="files stay as they are"),
    }


SUMMARY: Data = {
    "what": "Workers end before they swap.",
    "why": "A worker that swaps takes the machine down.",
    "milestones": [{"unit": "PR 2", "holds": "no machine swaps."}],
}

RECON_HEADINGS = (
    "Packages and responsibilities",
    "Data structures and interfaces",
    "Invariants and assumptions",
    "Entry points and flags",
    "Configuration flow",
    "Extension points",
    "Coupling and fragility",
    "Module boundaries",
    "Confirmed facts",
    "Inferences",
    "Open uncertainties",
    "Constraints",
)


def recon(claims: list[str]) -> str:
    """Section B, each part of it with sentences that cite."""
    said = "\n".join(f"- {claim}" for claim in claims)
    texts = (
        f"### {title}\n\n{said if title != 'Inferences' else '- Inference: it holds.'}\n" for title in RECON_HEADINGS
    )
    return "## B) Repository Recon Summary\n\n" + "\n".join(texts)
