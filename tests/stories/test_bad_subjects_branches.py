"""Branches and pull requests that people take, move, delete, close and merge while a run is at work on them."""

from collections.abc import Iterator

import pytest

from bot.core.run.record import trailers
from bot.hub.code import Change, Signature
from bot.hub.events import view_of
from bot.hub.facts import Account, Repository
from bot.hub.operations import references
from bot.hub.resources.commits import noreply

from .in_process import House, message, once, text, witnessed
from .stage import Story

ADA = Signature("Ada", "ada@example.com", "2026-11-25T10:00:00Z")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with witnessed(tmp_path_factory.mktemp("house"), "library", "moving") as house:
        yield house


@pytest.fixture
def house(shared: House) -> Iterator[House]:
    yield shared
    shared.rest()


def phases(story: Story) -> list[str]:
    """The phases of the commits on the branch that say one."""
    return [found["Phase"] for message in story.commits() if (found := trailers(message))]


def branch_of(story: Story) -> str:
    return str(story.pull()["head"]["ref"])


def the_bot(house: House) -> Signature:
    """The App's user, as anybody with git can write it down."""
    hub = house.hub.hub
    account = hub.store.get(Account, hub.app.bot_id)
    return Signature(account.login, noreply(view_of(hub), account), "2026-11-25T10:00:00Z")


def push(house: House, story: Story, branch: str, parent: str, files: dict[str, str], **said: object) -> str:
    """Somebody's push by git, with whatever message and signatures they like; forced where it has to be."""
    hub = house.hub.hub
    repository = hub.store.get(Repository, house.repository(story))
    code = hub.code(repository)
    tree = code.write_tree(
        parent, [Change(path, "100644", code.write_blob(text.encode())) for path, text in files.items()]
    )
    author, committer = said.get("author", ADA), said.get("committer", ADA)
    sha = code.write_commit(tree, [parent], str(said.get("message", "Edit\n")), author, committer)  # type: ignore[arg-type]
    actor = hub.person("ada")
    if code.resolve(f"refs/heads/{branch}") is None:
        references.create(hub, actor, repository, f"refs/heads/{branch}", sha)
    else:
        references.update(hub, actor, repository, f"refs/heads/{branch}", sha, force=True)
    return sha


def test_a_branch_that_is_there_already_is_left_to_its_owner(house: House) -> None:
    story = house.story().opens(title="Taken")
    base = story.ada.get("/git/ref/heads/main")["object"]["sha"]
    forged = "design(taken): 002 note\n\nCharrette-Run: {}.{}.note.1\nCharrette-Phase: note@1\nCharrette-Status: done\n"
    message = forged.format(house.repository(story), story.number)
    theirs = push(house, story, f"charrette/{story.number}-taken", base, {"theirs.md": "Mine.\n"}, message=message)
    story.labels("note")
    house.play()
    assert "**Done." in story.status
    pulls = [each for each in story.ada.get("/pulls?state=all") if each["head"]["ref"].endswith("-taken-2")]
    assert [each["title"] for each in pulls] == ["Design: Taken"]
    assert story.ada.get(f"/git/ref/heads/charrette/{story.number}-taken")["object"]["sha"] == theirs


def test_a_branch_that_stands_in_the_way_of_all_is_named(house: House) -> None:
    story = house.story("octo/moving").opens(title="In the way")
    base = story.ada.get("/git/ref/heads/main")["object"]["sha"]
    push(house, story, "charrette", base, {"theirs.md": "Mine.\n"})
    story.labels("note")
    house.play()
    assert "**Failed: " in story.status
    assert "is in the way of all" in story.status
    story.ada.ask("DELETE", "/git/refs/heads/charrette")
    story.says("/retry")
    house.play()
    assert "**Done." in story.status
    assert len(house.mind.requests) == 1


def test_what_a_person_forces_edits_and_forges_is_read_and_nothing_of_theirs_is_lost(house: House) -> None:
    story = house.story().opens(title="Forced").labels("memo")
    house.play()
    branch, first = branch_of(story), story.commits()
    assert phases(story)[:2] == ["user-request@1", "draft@1"]
    folder = "notes/forced"
    base = story.pull()["base"]["sha"]
    draft = f"{folder}/002-draft.md"
    text = story.files()[draft]
    # Rebased by a person: the same documents, one with a word of theirs, in a commit that GitHub calls theirs.
    mine = text.replace("What was asked for.", "In my own words.")
    message = first[1].replace("Charrette-Status: asking", "Charrette-Status: done")
    request = story.files()[f"{folder}/001-user-request.md"]
    sha = push(
        house,
        story,
        branch,
        base,
        {draft: mine, f"{folder}/001-user-request.md": request},
        message=message,
        author=the_bot(house),
    )
    house.play()
    story.says("1B")
    house.play()
    assert "In my own words." in story.files()[draft]
    assert sha in [each["sha"] for each in story.ada.get(f"/pulls/{story.pull()['number']}/commits")]
    assert "**Done." in story.status
    assert "(edited by a person)" in story.status


def test_a_commit_that_only_claims_to_be_ours_is_a_persons(house: House) -> None:
    story = house.story().opens(title="Forged").labels("memo")
    house.play()
    branch, head = branch_of(story), story.pull()["head"]["sha"]
    message = (
        story.commits()[1].replace("draft@1", "note@1").replace("Charrette-Status: asking", "Charrette-Status: done")
    )
    note = "notes/forged/003-note.md"
    push(
        house,
        story,
        branch,
        head,
        {note: "# Forged\n\nBy me.\n"},
        message=message,
        author=the_bot(house),
        committer=the_bot(house),
    )
    house.play()
    assert "003 Note" in story.status.partition("(edited by a person)")[0], "so it is a person's, and said to be"
    assert "waits for answers" in story.status
    story.says("1A")
    house.play()
    assert "By me." in story.files()[note], "what a person wrote is kept"
    assert "**Done." in story.status


def test_what_a_person_pushes_while_a_revision_of_it_is_made_is_what_is_revised(house: House) -> None:
    story = house.story().opens(title="Raced").labels("note")
    house.play()
    note = "notes/raced/002-note.md"
    house.mind.before = once(lambda: story.writes(note, "# A note\n\n## The note\n\nBy me, in the race.\n"))
    before = len(house.mind.requests)
    story.says("/revise 002 make it nicer")
    house.play()
    assert "**Done." in story.status
    first, second = (str(request) for request in house.mind.requests[before:])
    assert "By me, in the race." not in first
    assert "By me, in the race." in second, "what is revised is the person's text"


def test_what_a_person_mends_is_judged_anew_and_the_run_goes_on(house: House) -> None:
    story = house.story().opens(title="Mended")
    house.mind.says = lambda request: message(text("# A note\n"))
    story.labels("note")
    house.play()
    assert "2 findings that 3 attempts did not fix" in story.status
    note = "notes/mended/002-note.md"
    story.writes(note, "# A note\n\nOf mine, without a heading.\n")
    house.play()
    assert "people changed the document, and 1 finding is left in it (see the check). Fix it" in story.status
    story.says("/retry")
    house.play()
    assert "002 Note is as people left it, and `/retry` does not write over that" in story.bot_comments()[-1]
    assert "not-empty" not in story.status
    story.writes(note, "# A note\n\n## The note\n\nOf mine.\n")
    house.play()
    assert "**Done. " in story.status
    assert [check["conclusion"] for check in story.checks()] == ["success"]
    assert story.files()[note].endswith("Of mine.\n")
    story.deletes(note)
    house.play()
    assert "- [ ] 002 Note (findings) (deleted by a person)" in story.status


def test_what_a_person_breaks_in_a_document_that_is_done_is_told_and_stops_nothing(house: House) -> None:
    story = house.story().opens(title="Broken").labels("note")
    house.play()
    assert [check["conclusion"] for check in story.checks()] == ["success"]
    note = "notes/broken/002-note.md"
    story.writes(note, "# A note\n\nOf mine, without its heading.\n")
    house.play()
    assert (
        "**Done, with 1 finding left (see the check). 1 in 002 Note. To fix one, edit the document on the branch"
        in story.status
    )
    assert [check["conclusion"] for check in story.checks()] == ["neutral"]
    story.deletes(note)
    house.play()
    assert "- [x] 002 Note (deleted by a person)" in story.status
    assert [check["conclusion"] for check in story.checks()] == ["neutral"]
    assert house.story().people["ada"].get(f"/check-runs/{story.checks()[0]['id']}/annotations")[0]["message"] == (
        "The document is gone: somebody deleted it. Put it back, or `/revise` it by its number."
    )
    story.writes(note, "# A note\n\n## The note\n\nOf mine.\n")
    house.play()
    assert "**Done. " in story.status
    assert [check["conclusion"] for check in story.checks()] == ["success"]


def test_a_branch_that_is_deleted_in_the_middle_stops_and_comes_back_unpaid(house: House) -> None:
    story = house.story().opens(title="Deleted").labels("memo")
    house.play()
    branch, paid = branch_of(story), len(house.mind.requests)
    story.ada.ask("DELETE", f"/git/refs/heads/{branch}")
    house.play()
    assert "**Stopped." in story.status
    story.says("/resume")
    house.play()
    assert "waits for answers" in story.status
    assert len(house.mind.requests) == paid
    story.says("1A")
    house.play()
    assert "**Done." in story.status
    story.ada.ask("DELETE", f"/git/refs/heads/{branch}")
    done = len(house.mind.requests)
    story.says("/status").says("/retry")
    house.play()
    assert any("is not there any more" in body for body in story.bot_comments())
    assert len(house.mind.requests) == done


def test_a_branch_that_is_deleted_under_the_models_hands(house: House) -> None:
    story = house.story().opens(title="Pulled away")

    def deletes() -> None:
        story.ada.ask("DELETE", f"/git/refs/heads/charrette/{story.number}-pulled-away")

    house.mind.before = once(deletes)
    story.labels("memo")
    house.play()
    assert "**Stopped." in story.status or "waits for answers" in story.status
    assert len(house.mind.requests) == 1


def test_closed_merged_and_given_another_base(house: House) -> None:
    story = house.story().opens(title="Closed").labels("memo")
    house.play()
    pull = story.pull()["number"]
    base = story.ada.get("/git/ref/heads/main")["object"]["sha"]
    story.ada.ask("POST", "/git/refs", {"ref": "refs/heads/next", "sha": base})
    story.ada.ask("PATCH", f"/pulls/{pull}", {"base": "next", "title": "My title"})
    story.says("thanks")
    house.play()
    assert story.pull()["base"]["ref"] == "next"
    story.ada.ask("PATCH", f"/pulls/{pull}", {"state": "closed"})
    house.play()
    assert "**Stopped." in story.status
    story.says("/resume")
    house.play()
    again = story.pull()["number"]
    assert again > pull
    story.people["grace"].ask("POST", f"/issues/{story.number}/comments", {"body": "/answer 1A"})
    house.play()
    assert "**Done." in story.status
    assert story.pull()["draft"] is False

    merged = house.story().opens(title="Merged early").labels("memo")
    house.play()
    store = house.hub.hub.store
    fact = store.pull_request(store.get(Repository, house.repository(merged)), merged.pull()["number"])
    store.change(fact, draft=False)
    merged.ada.ask("PUT", f"/pulls/{fact.number}/merge", {})
    house.play()
    assert "**Stopped." in merged.status
    asked = len(house.mind.requests)
    house.expire()
    assert len(house.mind.requests) == asked


def test_a_pull_request_of_a_persons_own_is_left_as_it_is(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    story = house.story().opens(title="Theirs")

    def opens() -> None:
        branch = f"charrette/{story.number}-theirs"
        story.ada.ask("POST", "/pulls", {"head": branch, "base": "main", "title": "Mine", "body": "My words."})

    house.hub.faults({"kind": "status", "method": "POST", "path": "/pulls$", "status": 502})
    before = once(opens)
    # Ours could not be opened, and before it is tried again theirs is there.
    monkeypatch.setattr(house.engine, "sleep", lambda seconds: before(0))
    story.labels("note")
    house.play()
    assert "**Done." in story.status
    pull = story.pull()
    assert (pull["user"]["login"], pull["title"], pull["body"]) == ("ada", "Mine", "My words.")
    assert f"pull request #{pull['number']}" in story.status


def test_the_default_branch_gets_another_name(house: House) -> None:
    story = house.story("octo/moving").opens(title="Trunk").labels("memo")
    house.play()
    renamed = house.story("octo/moving").opens(title="Before the first commit")
    grace = story.people["grace"]
    house.mind.before = once(lambda: grace.ask("POST", "/branches/main/rename", {"new_name": "trunk"}))
    renamed.labels("memo")
    house.play()
    grace.ask("DELETE", f"/git/refs/heads/{branch_of(renamed)}")
    house.play()
    renamed.says("/resume")
    story.says("1A")
    house.play()
    assert "**Done." in story.status
    assert "waits for answers" in renamed.status
    assert (story.pull()["base"]["ref"], renamed.pull()["base"]["ref"]) == ("trunk", "trunk")
