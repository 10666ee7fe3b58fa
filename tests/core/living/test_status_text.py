from bot.core.citations.drift import Drift, Drifted
from bot.core.living import overview
from bot.core.living.status_text import status
from bot.core.living.words import state
from bot.core.markdown.fitting import LIMIT
from bot.core.plan import read

from .series import ASIDE, DONE, PLAN, TAKEN, issues, validated, view

LINK = "[`plan.md`](https://example.org/plan.md)"


def test_all_that_is_asked_of_it() -> None:
    text = status(view(PR1=DONE, PR3=TAKEN, PR5=ASIDE), LINK, 10)
    assert text.startswith(f"**Worker limits** ({LINK}), tracked in #10: 1 of 5 units done, 1 in progress, 1 held by")
    assert "**Critical path**, about 1,010 lines: PR 3 (#13) → PR 4 (#14)" in text
    assert "**Who works on what:** `ada`: PR 3 (#13); `grace`: PR 3 (#13)" in text
    assert (
        "- Row 1, “Memory decides (D-1)”, before PR 2 (#12): no result yet, which they wait for. To record one: `/plan"
        in text
    )
    assert "- Row 2, “Short items”, before PR 3 (#13): no result yet, advisory." in text
    assert "| PR 3 | Queues | #13 | 🔵 in progress | `ada`, `grace` in #46 | nothing |" in text
    assert "| PR 2 | Limits | #12 | ⛔ held by a validation | nobody | row 1 not validated |" in text
    assert "| PR 4 | Both | #14 | ⏳ blocked | nobody | PR 2 (#12), PR 3 (#13) |" in text
    assert "<details><summary>Done: 1</summary>" in text
    assert "| PR 1 | Memory | #11 | ✅ done | #45 | nothing |" in text
    assert "| PR 5 | Words | #15 | ➖ not planned any more | nobody | nothing |" in text


def test_results_of_validations() -> None:
    assert "before PR 2 (#12): **passed** on 2026-11-26: what was found" in status(view(validated("passed")), LINK, 10)
    failed = status(view(validated("failed"), PR1=DONE), LINK, 10)
    assert "before PR 2 (#12), PR 3 (#13), PR 4 (#14): **failed** on 2026-11-26" in failed
    assert "| row 1 failed |" in failed
    bare = validated("passed").replace(" 2026-11-26 (by ada): what was found", "")
    assert "before PR 2 (#12): **passed**\n" in status(view(bare), LINK, 10)
    over = status(view(PR1=DONE, PR2=DONE), LINK, 10)
    assert "before PR 2 (#12): no result was recorded, and everything that it protects is done or closed." in over
    merging = status(view(PLAN.replace("| Before PR 2 |", "| Before PR 2 merge |")), LINK, 10)
    assert "no result yet, which comes before their merge." in merging


def test_a_plan_without_issues_register_sizes_or_title() -> None:
    text = status(
        overview(read("## PR plan\n\n### PR 1: One (done)\n\n### PR 2: Two\n\n- **Depends on:** PR 1\n"), {}), LINK, 0
    )
    assert "tracked in" not in text
    assert "**Critical path**, counted in units, since not all that is left says its size: PR 2" in text
    assert "| PR 1 | One | none | ✅ done, as the plan says | nobody | nothing |" in text
    assert "Validations" not in text
    assert "Who works" not in text


def test_what_it_cites_and_is_not_there_any_more() -> None:
    places = tuple(Drifted("plan.md", n, "src/a.py", n, n + 2, "moved", n + 30) for n in range(1, 15))
    text = status(view(), LINK, 10, Drift("c0ffee" * 7, "main", places))
    assert "**Citations:** 14 cited places have moved or changed on `main` at `c0ffeec0`.\n\n- `src/a" in text
    assert "- `src/a.py:12-14` (line 12) has moved to 42-44\n- and 2 more" in text
    few = status(view(), LINK, 10, Drift("c0ffee" * 7, "main", places[:1]))
    assert "**Citations:** One cited place has moved or changed" in few
    assert " more" not in few.partition("**Citations:**")[2]
    assert "Citations" not in status(view(), LINK, 10, Drift("c0ffee" * 7, "main"))


def test_all_done() -> None:
    assert "Critical path" not in status(view(PLAN, **dict.fromkeys(issues(), DONE)), LINK, 10)


def test_nobody_is_mentioned_and_nothing_closed() -> None:
    text = PLAN.replace("Queues", "Closes #1 for @ada | `x` <script>").replace("Memory decides", "fixes #2 @bob")
    shown = status(view(text), LINK, 10)
    for bad in ("@ada", "@bob", "Closes #1", "fixes #2", "<script>"):
        assert bad not in shown


def test_a_long_plan_is_folded_and_fits() -> None:
    units = "\n".join(f"### PR {n}: {'A long title ' * 7}\n\n- **Depends on:** PR {n - 1}\n" for n in range(2, 401))
    text = status(
        overview(read(f"# P\n\n## PR plan\n\n### PR 1: One\n\n- **Depends on:** none\n\n{units}"), {}), LINK, 10
    )
    assert len(text) <= LIMIT
    assert "→ 370 more" in text
    assert "<details><summary>Blocked: 399</summary>" in text
    assert text.count("<details>") == text.count("</details>")


def test_states_in_words() -> None:
    stands = view(PR1=DONE, PR5=ASIDE)
    assert [state(each) for each in stands.units.values()] == [
        "✅ done",
        "⛔ held by a validation",
        "🟢 ready",
        "⏳ blocked",
        "➖ not planned any more",
    ]
