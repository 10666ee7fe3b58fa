"""A plan stays true as its units merge: from the merge of a pull request to what people see of the plan."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.adapters.store.schema import remote
from bot.core.ports import Delivery
from bot.hub.facts import Delivery as Sent
from tests.core.tracking.world import PLAN

from .in_process import House, diligent, message, witnessed
from .in_process import text as block
from .stage import Story
from .test_panel import pull_of, push
from .test_plan_issues import issues, last_word

Json = dict[str, Any]
METER, WIDER = "Reads how much memory a worker holds.", "Reads how much memory a worker and its children hold."
PATH = "docs/plan.md"
# The second unit waits for a validation too.
GATED = PLAN.replace("| PR 2 | Before PR 2 |", "| PR 1, PR 2, PR 3 | Before PR 2 |").replace(
    "row 2, before the merge", "row 2"
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with witnessed(tmp_path_factory.mktemp("house"), "library", "two", "three", "four") as house:
        yield house


@pytest.fixture
def house(shared: House) -> Iterator[House]:
    yield shared
    shared.rest()


def planned(house: House, name: str, text: str = PLAN) -> tuple[Story, list[int]]:
    """A plan on the default branch with its issues: the tracking issue, then its units'."""
    story = house.story(f"octo/{name}")
    number = pull_of(story, "my-plan", {PATH: text})
    story.ada.ask("PUT", f"/pulls/{number}/merge", {})
    story.ada.comment(number, "/plan issues")
    house.play()
    return story, [each["number"] for each in issues(story)]


def checker(request: Json) -> Json:
    """One block of three is not what the model says."""
    held = [{"block": name, "holds": True, "why": "As before.", "old": "", "new": ""} for name in ("Judge", "Warden")]
    wrong = {"block": "Meter", "holds": False, "why": "It reads children too.", "old": METER, "new": WIDER}
    return message(block(json.dumps({"blocks": [wrong, *held]})))


def merges(house: House, story: Story, branch: str, body: str = "", play: bool = True) -> int:
    number = pull_of(story, branch, {f"src/{branch}.py": f"# {branch}\n"})
    story.ada.ask("PATCH", f"/pulls/{number}", {"body": body})
    story.ada.ask("PUT", f"/pulls/{number}/merge", {})
    if play:
        house.play()
    return number


def said(story: Story, number: int, words: str) -> int:
    return sum(words in each["body"] for each in story.ada.comments(number) if each["user"]["type"] == "Bot")


def labels(story: Story, number: int) -> set[str]:
    return {each["name"] for each in story.ada.get(f"/issues/{number}")["labels"]}


def standing(story: Story) -> Json:
    """The standing pull request that is open."""
    (pull,) = [
        each for each in story.ada.get("/pulls?state=open") if each["head"]["ref"].startswith("charrette/plan-status-")
    ]
    return dict(pull)


def document(story: Story, branch: str) -> str:
    return base64.b64decode(story.ada.get(f"/contents/{PATH}?ref={branch}")["content"]).decode()


def test_a_merge_shows_at_the_issues_is_said_once_and_proposed_for_the_document(house: House) -> None:
    story, (home, one, two, three) = planned(house, "library")
    story.ada.ask("POST", f"/issues/{two}/assignees", {"assignees": ["grace"]})
    house.mind.says = checker
    merged = merges(house, story, "memory", f"Fixes #{one}")
    house.mind.says = diligent
    # At the issues.
    assert story.ada.get(f"/issues/{one}")["state"] == "closed"
    assert "1 of 3 units done" in story.ada.get(f"/issues/{home}")["body"]
    assert said(story, two, f"This unit is ready, because #{one} is done.") == 1
    assert "ready" in labels(story, two)
    assert "ready" not in labels(story, one) | labels(story, three)
    # For the document.
    pull = standing(story)
    branch = pull["head"]["ref"]
    assert not pull["draft"]
    assert f"### PR 1: Memory reading (done {pull['created_at'][:10]}) <!-- unit: memory-reading -->" in document(
        story, branch
    )
    assert f"status:** PR 1 is done, by #{merged}." in document(story, branch)
    # The concept model was held against what was merged: the answer is there, and the edit on the branch.
    assert said(story, pull["number"], f"**The concept model no longer holds in 1 of 3 blocks** after #{merged}.") == 1
    assert WIDER in document(story, branch)
    assert "src/memory.py (added)" in house.mind.heard
    assert "done" not in document(story, "main").partition("### PR 1")[2].partition("\n")[0]
    # Anybody asks, anywhere.
    other = story.opens("Something else").number
    for number in (two, home, other, merged, pull["number"]):
        story.people["eve"].comment(number, "/plan status")
    house.play()
    for number in (two, home, other, merged, pull["number"]):
        assert "1 of 3 units done, 1 in progress, 1 blocked" in last_word(story, number)
    assert "`grace`: PR 2" in last_word(story, two)
    # The second frees the third; the interface that it freezes is announced on the plan's issue. A person's edit stays.
    push(
        story,
        branch,
        pull["head"]["sha"],
        {PATH: document(story, branch).replace("before it swaps", "before it thrashes")},
    )
    again = merges(house, story, f"{two}-limits")
    assert story.ada.get(f"/issues/{two}")["state"] == "closed"
    assert said(story, two, f"Done by #{again}, whose branch is named after it") == 1
    assert said(story, home, f"**Interface Judge is frozen** by PR 2 (#{two}). PR 3 (#{three}) can start now.") == 1
    assert standing(story)["number"] == pull["number"]
    text = document(story, branch)
    assert "before it thrashes" in text
    assert text.count(f"PR 1 is done, by #{merged}.") == text.count(f"PR 2 is done, by #{again}.") == 1
    # The same deliveries again change nothing.
    assert ours(house, lambda: delivered_again(house, "one")) == []
    # Nor do they where the database was lost, but for what it has to look up.
    forget(house)
    assert set(ours(house, lambda: delivered_again(house, "two"))) <= {"pulls/update"}


def test_a_validation_holds_what_it_protects_and_its_result_is_for_the_document(house: House) -> None:
    there = house.story("octo/two")
    base = there.ada.get("/git/ref/heads/main")["object"]["sha"]
    cited = f"The library is small [`README.md:3`]({house.hub.url}/octo/two/blob/{base}/README.md#L3)."
    story, (home, one, two, _three) = planned(house, "two", f"{GATED.rstrip()}\n\n{cited}\n")
    merges(house, story, "memory", f"closes #{one}")
    assert "ready" not in labels(story, two)
    for number, text, by in (
        (home, "/plan validation 2 failed: items take 9 s", "eve"),
        (two, "/plan validation 2", "ada"),
        (two, "/plan validation the moon passed: it is made of cheese", "ada"),
    ):
        story.people[by].comment(number, text)
        house.play()
    assert said(story, home, "only people with write access") == 1
    assert said(story, two, "`/plan validation` needs something after it") == 1
    assert "“the moon” names no row of the risk register:\n\n- row 1: Resident memory decides" in last_word(story, two)
    story.ada.comment(two, "/plan validation 2 failed: items take 9 s @eve")
    house.play()
    branch, pull = standing(story)["head"]["ref"], standing(story)["number"]
    assert f"Recorded: row 2 of the risk register failed, in #{pull}. Its abort plan is proposed there" in last_word(
        story, two
    )
    text = document(story, branch)
    assert text.count("> **To be revised:** row 2 of the risk register failed") == 3
    assert "By its abort plan: end within an item, and do it again." in text
    assert "@eve" not in text
    assert "ready" not in labels(story, two)
    story.writes("README.md", "# Library\n\nIt is large.\n", to="main")
    story.ada.comment(home, "/plan validation workers end passed: they take 3 s now")
    story.ada.comment(home, "/plan status")
    house.play()
    assert "**passed**" in last_word(story, home)
    assert "**Citations:** One cited place has moved or changed on `main` at" in last_word(story, home)
    assert "- `README.md:3` (line" in last_word(story, home)
    assert "ready" in labels(story, two)
    assert said(story, two, f"This unit is ready, because #{one} is done and row 2 of the risk register") == 1
    assert "To be revised" not in document(story, branch)


def test_the_default_branch_moves_on_and_the_next_pull_request_follows_the_one_that_was_merged(house: House) -> None:
    story, (home, one, two, three) = planned(house, "three")
    merges(house, story, "memory", f"Fixes #{one}")
    first = standing(story)
    # The plan is revised by hand meanwhile, with a note in the same place, and other files are changed on the branch.
    branch = first["head"]["ref"]
    revised = (
        document(story, "main")
        .replace("first version", "first version, of many")
        .replace("its limit ends", "its limits ends")
    )
    revised = revised.replace("## A)", "**Revision 2026-11-20:** by hand.\n\n## A)")
    push(story, branch, first["head"]["sha"], {"docs/other.md": "# Mine\n"})
    by_hand = pull_of(story, "revised", {PATH: revised})
    story.ada.ask("PUT", f"/pulls/{by_hand}/merge", {})
    merges(house, story, "limits", f"Fixes #{two}")
    text = document(story, branch)
    for words in ("by hand.", "its limits ends (done", "PR 1 is done, by", "PR 2 is done, by", "of many"):
        assert words in text
    assert story.ada.get(f"/contents/docs/other.md?ref={branch}")["path"] == "docs/other.md"
    number = first["number"]
    assert story.ada.ask("PUT", f"/pulls/{number}/merge", {})["merged"]
    story.ada.ask("DELETE", f"/git/refs/heads/{branch}")
    house.play()
    assert [each["number"] for each in story.ada.get("/pulls?state=open")] == []
    # Somebody closes an issue by hand; and where both sides changed the same lines, a person has to say.
    story.ada.ask("PATCH", f"/issues/{three}", {"state": "closed"})
    house.play()
    second = standing(story)
    assert second["head"]["ref"] == f"{branch}-2"
    assert f"PR 3 is done: #{three} was closed." in document(story, second["head"]["ref"])
    assert document(story, second["head"]["ref"]).count("PR 1 is done, by") == 1
    assert "3 of 3 units done" in story.ada.get(f"/issues/{home}")["body"]


def test_two_merges_at_once_an_issue_opened_again_and_limits_in_the_middle(house: House) -> None:
    story, (home, one, two, three) = planned(house, "four")
    for branch, body in (("memory", f"Fixes #{one}"), ("limits", f"Fixes octo/four#{two}"), ("nothing", "Fixes #999")):
        merges(house, story, branch, body, play=False)
    for path in ("/comments$", "/git/commits$", "/labels$"):
        house.hub.faults({"kind": "secondary-rate-limit", "method": "POST", "path": path, "seconds": 0.2})
    house.play()
    assert said(story, three, f"This unit is ready, because #{two} is done.") == 1
    assert said(story, two, "This unit is ready") == 0
    text = document(story, standing(story)["head"]["ref"])
    assert text.count("PR 1 is done, by") == text.count("PR 2 is done, by") == 1
    story.ada.ask("PATCH", f"/issues/{two}", {"state": "open"})
    house.play()
    assert "1 of 3 units done" in story.ada.get(f"/issues/{home}")["body"]
    assert "ready" not in labels(story, three)


def ours(house: House, work: Callable[[], None]) -> list[str]:
    """What our App wrote meanwhile."""
    before = len(house.hub.writes())
    work()
    house.play()
    return [each["operation"] for each in house.hub.writes()[before:] if "charrette" in each["actor"]]


def delivered_again(house: House, time: str) -> None:
    """All that happened to pull requests and issues, once more."""
    sent = [each for each in house.hub.hub.store.all(Sent) if each.event in ("pull_request", "issues")]
    found = [Delivery(f"{each.guid}-{time}", each.event, each.payload.encode()) for each in sent]
    house.services.deliveries.accept(found)


def forget(house: House) -> None:
    """What is known of publications is lost."""
    with house.services.remotes._database.writing() as connection:  # type: ignore[attr-defined]
        connection.execute(remote.delete())
