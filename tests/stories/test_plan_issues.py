"""A plan's pull request is merged, or somebody asks, and its issues are there: from the delivery to what people see."""

from collections.abc import Iterator

import pytest

from bot.engine.plans.reconciling import NO_PLAN
from tests.core.tracking.world import PLAN

from .in_process import House, Json, diligent, message, witnessed
from .in_process import text as block
from .stage import Story
from .test_panel import pull_of, push
from .test_panel_in_process import forget

SHORT = PLAN[: PLAN.index("### PR 3:")] + PLAN[PLAN.index("## J)") :]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with witnessed(tmp_path_factory.mktemp("house"), "library", "two", "three", "four", "five") as house:
        yield house


@pytest.fixture
def house(shared: House) -> Iterator[House]:
    shared.mind.says = planner
    yield shared
    shared.rest()


def planner(request: Json) -> Json:
    """Writes the plan, whatever is asked."""
    return message(block(PLAN))


def issues(story: Story) -> list[Json]:
    """The bot's issues, oldest first."""
    found = story.ada.get("/issues?state=all&creator=charrette[bot]&per_page=100&direction=asc")
    return [each for each in found if "pull_request" not in each]


def last_word(story: Story, number: int) -> str:
    found = [each["body"] for each in story.ada.comments(number) if each["user"]["type"] == "Bot"]
    return str(found[-1]) if found else ""


def test_a_merge_of_a_plan_that_a_run_made_makes_its_issues(house: House) -> None:
    story = house.story().opens().labels("outline")
    house.play()
    pull = story.pull()
    assert (issues(story), pull["draft"]) == ([], False)
    # The database may be lost: what merges is known by what was said of its run on the issue.
    forget(house, story, story.number)
    story.ada.ask("PUT", f"/pulls/{pull['number']}/merge", {})
    house.play()
    home, one, two, _three = issues(story)
    word = last_word(story, pull["number"])
    assert f"The plan's issues are tracked in #{home['number']}: opened 4 issues" in word
    assert [each["number"] for each in story.ada.get(f"/issues/{home['number']}/sub_issues")][:2] == [
        one["number"],
        two["number"],
    ]
    assert f"/blob/main/{next(iter(story.files()))}".rpartition("/")[0] in home["body"]
    # The same on the issue's own page, for whoever asks there; and nothing is done again.
    writes = len(house.hub.writes())
    story.says("/plan issues")
    house.play()
    assert "nothing had to be changed, all 3 units" in last_word(story, story.number)
    assert [each["operation"] for each in house.hub.writes()[writes:] if "charrette" in each["actor"]] == [
        "reactions/create-for-issue-comment",
        "issues/create-comment",
    ]


def test_a_merge_of_anything_else_makes_none(house: House) -> None:
    house.mind.says = diligent
    story = house.story("octo/two").opens().labels("note")
    house.play()
    story.ada.ask("PUT", f"/pulls/{story.pull()['number']}/merge", {})
    mine = pull_of(story, "my-plan", {"docs/plan.md": PLAN})
    story.ada.ask("PUT", f"/pulls/{mine}/merge", {})
    house.play()
    assert issues(story) == []
    assert last_word(story, mine) == ""


def test_a_plan_that_a_person_wrote_becomes_issues_when_a_writer_says_so(house: House) -> None:
    story = house.story("octo/three")
    number = pull_of(story, "my-plan", {"docs/plan.md": PLAN, "docs/notes.md": "# Notes\n", "a.txt": PLAN})
    story.people["eve"].comment(number, "/plan issues")
    house.play()
    assert "only people with write access" in last_word(story, number)
    story.ada.comment(number, "/plan issues --dry-run")
    house.play()
    assert "| PR 1: Memory reading | open it |" in last_word(story, number)
    assert issues(story) == []
    story.ada.comment(number, "/plan issues")
    house.play()
    home = issues(story)[0]["number"]
    assert len(issues(story)) == 4
    # On the tracking issue, of the plan as the default branch has it; which is not merged yet.
    story.ada.comment(home, "/plan issues")
    house.play()
    assert "`docs/plan.md` is not on `main` any more" in last_word(story, home)
    story.ada.ask("PUT", f"/pulls/{number}/merge", {})
    story.ada.comment(home, "/plan issues")
    house.play()
    assert "nothing had to be changed" in last_word(story, home)
    # Moved, and a unit shorter.
    main = story.ada.get("/git/ref/heads/main")["object"]["sha"]
    base = story.ada.get(f"/git/commits/{main}")["tree"]["sha"]
    tree: list[Json] = [{"path": "docs/plan.md", "mode": "100644", "type": "blob", "sha": None}]
    tree += [{"path": "plans/limits.md", "mode": "100644", "type": "blob", "content": SHORT}]
    made = story.ada.ask("POST", "/git/trees", {"base_tree": base, "tree": tree})["sha"]
    moved = story.ada.ask("POST", "/git/commits", {"message": "Move it", "tree": made, "parents": [main]})["sha"]
    story.ada.ask("PATCH", "/git/refs/heads/main", {"sha": moved})
    story.ada.comment(home, "/plan issues")
    house.play()
    assert "updated 3 and closed one" in last_word(story, home)
    # A unit's issue knows its plan too.
    story.ada.comment(home + 1, "/plan issues")
    house.play()
    assert "nothing had to be changed" in last_word(story, home + 1)
    assert [issue["state"] for issue in issues(story)] == ["open", "open", "open", "closed"]
    assert "plans/limits.md" in issues(story)[0]["body"]


def test_what_is_no_plan_or_can_not_become_issues_is_said(house: House) -> None:
    story = house.story("octo/four").opens()
    story.says("/plan issues")
    other = pull_of(story, "notes", {"docs/notes.md": "# Notes\n\n### PR 1: No plan\n"})
    story.ada.comment(other, "/plan issues")
    circle = pull_of(story, "circle", {"docs/plan.md": PLAN.replace("Depends on:** none", "Depends on:** PR 3")})
    story.ada.comment(circle, "/plan issues")
    house.play()
    assert NO_PLAN in last_word(story, story.number)
    assert NO_PLAN in last_word(story, other)
    assert "`docs/plan.md` can't become issues yet, so nothing was changed:" in last_word(story, circle)
    assert "need each other in a circle" in last_word(story, circle)
    assert issues(story) == []


def test_two_merges_at_once_and_limits_in_the_middle_leave_each_plan_its_issues(house: House) -> None:
    story = house.story("octo/five")
    one = pull_of(story, "one", {"docs/one.md": PLAN})
    two = pull_of(story, "two", {"docs/two.md": PLAN.replace("<!-- unit: ", "<!-- unit: other-")})
    both = pull_of(
        story, "both", {"docs/one.md": PLAN, "docs/two.md": PLAN.replace("<!-- unit: ", "<!-- unit: other-")}
    )
    for path in ("/issues$", "/sub_issues$", "/blocked_by$"):
        house.hub.faults({"kind": "secondary-rate-limit", "method": "POST", "path": path, "seconds": 0.2})
    for number in (one, two, both, one):
        story.ada.comment(number, "/plan issues")
    house.play()
    assert len(issues(story)) == 8
    assert last_word(story, both).count("nothing had to be changed") == 2
    assert "nothing had to be changed" in last_word(story, one)


def test_a_right_that_was_lost_meanwhile_counts(house: House) -> None:
    story = house.story("octo/four")
    number = pull_of(story, "late", {"docs/late.md": PLAN})
    story.ada.comment(number, "/plan issues")
    house.deliver()
    story.people["grace"].ask("PUT", "/collaborators/ada", {"permission": "pull"})
    house.play()
    assert "You no longer have write access" in last_word(story, number)
    story.people["grace"].ask("PUT", "/collaborators/ada", {"permission": "push"})


def test_a_push_to_the_plan_is_none_of_its_business(house: House) -> None:
    story = house.story("octo/two")
    push(story, "plans", story.ada.get("/git/ref/heads/main")["object"]["sha"], {"docs/x.md": PLAN})
    house.play()
    assert issues(story) == []
