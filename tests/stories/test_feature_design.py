"""A label becomes a pull request: the feature design, as people live through it."""

import re
from itertools import pairwise

from bot.core.run.record import trailers

from .closed_loop import ClosedLoop
from .stage import Story

DOCUMENTS = [
    "001-user-request.md",
    "002-understanding.md",
    "003-prior-art.md",
    "004-design-space.md",
    "005-interface.md",
    "006-system-design.md",
    "007-delivery-plan.md",
    "008-test-plan.md",
    "009-operations.md",
    "010-design-summary.md",
]


def names(story: Story) -> list[str]:
    return [path.rpartition("/")[2] for path in sorted(story.files())]


def reactions(story: Story, path: str) -> list[str]:
    return [each["content"] for each in story.ada.get(f"{path}/reactions")]


def test_from_the_label_to_the_ready_pull_request(story: Story, mind: ClosedLoop) -> None:
    story.opens().labels()
    story.until_status("waits for answers from @ada").until(lambda: story.comment("questions/"))
    assert reactions(story, f"/issues/{story.number}") == ["eyes"]
    assert story.pull()["draft"]
    assert names(story) == DOCUMENTS[:2]
    questions = story.comment("questions/understanding@1")
    assert "**1. How strict should it be?**" in questions
    assert "**(recommended)**" in questions

    story.says("1B, 2A")
    story.until_status("**Done. ")
    assert names(story) == DOCUMENTS
    assert not story.pull()["draft"]
    assert "**Answer (" in story.files()[f"_tasks/{slug(story)}/001-user-request.md"]
    phases = [trailers(message)["Phase"] for message in story.commits()]
    assert phases.count("understanding@2") == 1
    assert phases[-1] == "design-summary@1"
    assert [(check["name"], check["conclusion"]) for check in story.checks()] == [
        ("charrette/feature-design", "success")
    ]
    assert len([body for body in story.bot_comments() if "charrette:key=status " in body]) == 1
    said = headlines(story)
    again = [one for one, other in pairwise(said) if one == other]
    assert again == said[:1], "the status is written when the phase changes, and when the branch is there"
    assert mind.refused == []


def headlines(story: Story) -> list[str]:
    """What the status comment was made to say, write by write."""
    assert story.hub is not None
    writes = [each for each in story.hub.writes() if each["key"] == "status"]
    mine = (each["body"] for each in writes if re.search(rf"run=\d+\.{story.number}\.", each["body"]))
    return [line for body in mine for line in re.findall(r"\*\*(.+?)\*\*", body.replace("\\n", "\n"))[:1]]


def slug(story: Story) -> str:
    return str(re.sub(r"^charrette/\d+-", "", story.pull()["head"]["ref"]))


def test_the_label_by_somebody_without_write_access_is_refused_once(story: Story) -> None:
    story.opens(by="eve").says("/design", by="eve")
    story.until(lambda: story.comment("refusal/eve"))
    story.says("/design", by="eve").says("/status", by="eve")
    story.until(lambda: "There is no run here" in "".join(story.bot_comments()))
    assert len([body for body in story.bot_comments() if "refusal/eve" in body]) == 1
    assert story.pull() is None


def test_the_label_taken_off_stops_and_put_back_on_goes_on(story: Story) -> None:
    story.opens(title="Stop and go").labels().until_status("waits for answers")
    story.unlabels().until_status("**Stopped.")
    before = len(story.commits())
    story.labels().until_status("waits for answers")
    story.says("/answer recommended").until_status("**Done. ")
    assert len([m for m in story.commits() if trailers(m)["Phase"] == "understanding@1"]) == 1
    assert len(story.commits()) > before


def test_an_issue_without_a_text_is_asked_for_one(story: Story) -> None:
    story.opens(title="Key ids", body="").says("/design")
    story.until_status("Waits for a description from @ada")
    assert story.pull() is None
    story.says("Put a key id into each signature, so that old keys are found. See https://docs.example.org/rotation.")
    story.until_status("waits for answers")
    story.says("/proceed").until_status("**Done. ")
    assert "Assumed" in next(text for path, text in story.files().items() if path.endswith("001-user-request.md"))


def test_help_and_status_answer_at_once_and_other_bots_commands_are_left_alone(story: Story) -> None:
    story.opens(title="Only words").says("/help").says("/lgtm\n/usr/bin/env").says("> /design\n\n```\n/design\n```")
    story.says("/desgin")
    story.until(lambda: "Did you mean `/design`?" in "".join(story.bot_comments()))
    assert "| `/design [description]` |" in story.bot_comments()[0]
    assert len(story.bot_comments()) == 2
    assert story.pull() is None


def test_cancel_stops_before_the_next_write(story: Story) -> None:
    story.opens(title="Never mind").labels().until_status("waits for answers")
    story.says("/cancel").until_status("**Stopped.")
    story.says("1A 2A").until(lambda: "the run has halted" in story.bot_comments()[-1])
    story.says("/status").until(lambda: "Stopped." in story.bot_comments()[-1])
    assert names(story) == DOCUMENTS[:2]


def test_a_revision_after_the_end_keeps_what_a_person_wrote(story: Story, mind: ClosedLoop) -> None:
    story.opens(title="Revise the keys").labels().until_status("waits for answers").says("1A 2A")
    story.until_status("**Done. ")
    path = f"_tasks/{slug(story)}/005-interface.md"
    story.writes(path, story.files()[path] + "\nGrace: the flag stays as it is.\n", by="grace")
    story.until_status("(edited by a person)")
    before = len(story.commits())
    story.says("/revise 005: one flag is enough").until_said("being revised as asked").until_status("**Done. ")
    assert [trailers(message).get("Phase") for message in story.commits()[before:]] == ["user-request@4", "interface@2"]
    text = story.files()[path]
    assert "Grace: the flag stays as it is." in text
    assert "one flag is enough (worked in)" in text
    assert re.search(
        r"## Revision notes\n\n- [\d-]{10}, revision 2, asked by \[ada\]\(\S+\): 005: one flag is enough\n$", text
    )
    assert (story.pull()["state"], story.pull()["draft"]) == ("open", False)

    story.says("/revise the tests are too thin").until_status("008 Test plan](").until(
        lambda: "revised, as asked by ada" in story.status.partition("008 Test plan")[2].partition("\n")[0]
    )
    story.until_status("**Done. ")
    assert [trailers(message).get("Phase") for message in story.commits()[before + 2 :]].count("test-plan@2") == 1
    assert mind.refused == []
