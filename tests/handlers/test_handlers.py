"""What each event asks of us, and which ask nothing."""

from typing import Any

import pytest

from bot.core.identity import Repository
from bot.core.incoming import events as e
from bot.core.incoming.commands import COMMANDS, Vocabulary
from bot.core.incoming.messages import (
    Advance,
    Approve,
    Decide,
    Deed,
    OpenTrack,
    PlanStatus,
    Proceed,
    Pushed,
    Reconcile,
    Reject,
    Retry,
    Revise,
    Say,
    Start,
    Stop,
    Validate,
)
from bot.core.incoming.wishes import Correct, Examine, LookAnew, ShowHelp, ShowStatus, Tell, Welcome, Wish
from bot.core.ports import Issue, Pull
from handlers import handle

KNOWN = Vocabulary({"design": "feature-design"}, {"design": "feature-design"}, {"feature-design": "Designs a feature."})
ANN = e.Sender("ann", 7, False)
BOT = e.Sender("robot[bot]", 8, True)
THERE = Repository(1, "o/r", 5)
AT = "2026-11-20T10:00:00Z"
LINK = "https://github.com/o/r/issues/3#issuecomment-9"
PAGE = "https://github.com/o/r/issues/3"


def issue(pull: bool = False) -> Issue:
    return Issue(3, "A queue", "", "ann", True, (), PAGE, pull)


UNIT = Issue(3, "PR 1: One", "", "charrette[bot]", False, ("plan", "unit"), PAGE)


def labeled(label: str, sender: e.Sender = ANN) -> e.IssueLabeled:
    return e.IssueLabeled("d", sender, AT, THERE, issue(), label)


def unlabeled(label: str, sender: e.Sender = ANN) -> e.IssueUnlabeled:
    return e.IssueUnlabeled("d", sender, AT, THERE, issue(), label)


def said(body: str, sender: e.Sender = ANN, pull: bool = False) -> e.CommentCreated:
    return e.CommentCreated("d", sender, AT, THERE, issue(pull), e.Written(9, sender, body, LINK))


def edited(before: str, after: str, sender: e.Sender = ANN, author: e.Sender = ANN) -> e.CommentEdited:
    return e.CommentEdited("d", sender, AT, THERE, issue(), e.Written(9, author, after, LINK), before)


def closed(branch: str = "charrette/3-a-queue", fork: bool = False, merged: bool = False) -> e.PullRequestClosed:
    pull = Pull(4, "https://github.com/o/r/pull/4", "a" * 40, branch, "", "", draft=True, open=False, merged=merged)
    return e.PullRequestClosed("d", ANN, AT, THERE, pull, fork)


def stop(number: int, how: str) -> Tell:
    return Tell(number, False, Stop(f"the pull request was {how}"), "anyone", "https://github.com/o/r/pull/4")


def pushed(ref: str = "refs/heads/charrette/3-a-queue", sender: e.Sender = ANN, after: str = "c" * 40) -> e.Pushed:
    return e.Pushed("d", sender, AT, THERE, ref, "b" * 40, after, "main", "https://github.com/o/r/compare/b...c")


def installed(count: int, selected: bool = True) -> e.InstallationCreated:
    return e.InstallationCreated("d", ANN, AT, 5, tuple(Repository(n, f"o/{n}", 5) for n in range(count)), selected)


def tell(deed: Deed, needs: Any, eyes: int | None = None, link: str = LINK, pull: bool = False) -> Tell:
    return Tell(3, pull, deed, needs, link, eyes)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(labeled("design"), [tell(Start("feature-design"), "write", 0, PAGE)], id="label on"),
        pytest.param(
            unlabeled("design"),
            [tell(Stop("the label `design` was taken off", "feature-design"), "anyone", None, PAGE)],
            id="label off",
        ),
        pytest.param(
            unlabeled("design", BOT),
            [tell(Stop("the label `design` was taken off", "feature-design"), "anyone", None, PAGE)],
            id="label off by a bot",
        ),
        pytest.param(
            e.IssueClosed("d", BOT, AT, THERE, issue()),
            [tell(Stop("the issue was closed"), "anyone", None, PAGE)],
            id="issue closed",
        ),
        pytest.param(
            e.IssueGone("d", ANN, AT, THERE, issue(), "transferred"),
            [tell(Stop("the issue was transferred"), "anyone", None, PAGE)],
            id="issue transferred",
        ),
        pytest.param(said("1A, and yes"), [tell(Say("1A, and yes"), "author")], id="plain words"),
        pytest.param(said("/usr/bin/x"), [tell(Say("/usr/bin/x"), "author")], id="plain words that are a path"),
        pytest.param(said("/lgtm"), [tell(Say("/lgtm"), "author")], id="another bot's command is plain words"),
        pytest.param(said("> /approve\n\nNo."), [tell(Say("> /approve\n\nNo."), "author")], id="a quote and words"),
        pytest.param(said("/answer 1A\n2 x"), [tell(Say("1A\n2 x", direct=True), "author", 9)], id="/answer"),
        pytest.param(said("/proceed"), [tell(Proceed(), "write", 9)], id="/proceed"),
        pytest.param(said("/approve"), [tell(Approve(), "write", 9)], id="/approve"),
        pytest.param(said("/reject too long"), [tell(Reject("too long"), "write", 9)], id="/reject"),
        pytest.param(said("/decide C1 accept: so"), [tell(Decide("C1 accept: so"), "write", 9)], id="/decide"),
        pytest.param(
            said("".join(f"/decide C{n} accept: so\n" for n in range(1, 15)) + "/status"),
            [
                tell(Decide("\n".join(f"/decide C{n} accept: so" for n in range(1, 15))), "write", 9),
                ShowStatus(3, False, 9),
            ],
            id="/decide for each of fourteen concerns",
        ),
        pytest.param(
            said("/tracks open `Wire protocol`: its ids\nare ours"),
            [tell(OpenTrack("Wire protocol", "its ids are ours"), "write", 9)],
            id="/tracks open",
        ),
        pytest.param(
            said("/tracks open client because it is small"),
            [tell(OpenTrack("client", "it is small"), "write", 9)],
            id="/tracks open without a colon",
        ),
        pytest.param(said("/tracks open client"), [tell(OpenTrack("client", ""), "write", 9)], id="without a reason"),
        pytest.param(said("/revise 005: one flag"), [tell(Revise("005: one flag"), "write", 9)], id="/revise"),
        pytest.param(said("/revise"), [Correct(3, False, 9, "revise", "revise")], id="/revise without a wish"),
        pytest.param(said("/review"), [tell(Say("/review"), "author")], id="/review is other bots'"),
        pytest.param(
            said("/plan statis, please"), [Correct(3, False, 9, "plan statis", "plan status")], id="second word"
        ),
        pytest.param(said("/retry"), [tell(Retry(), "write", 9)], id="/retry"),
        pytest.param(said("/resume"), [tell(Retry(), "write", 9)], id="/resume"),
        pytest.param(
            said("/status\n" * 3 + "/help\n/status"), [ShowStatus(3, False, 9), ShowHelp(3, False, 9)], id="thrice"
        ),
        pytest.param(said("/cancel"), [tell(Stop("`/cancel` was written"), "triage", 9)], id="/cancel"),
        pytest.param(said("/design"), [tell(Start("feature-design"), "write", 9)], id="/design"),
        pytest.param(
            said("/design a queue\nthat lasts"),
            [tell(Start("feature-design", "a queue\nthat lasts"), "write", 9)],
            id="/design with a description",
        ),
        pytest.param(said("/approve", pull=True), [tell(Approve(), "write", 9, pull=True)], id="on a pull request"),
        pytest.param(said("/help"), [ShowHelp(3, False, 9)], id="/help"),
        pytest.param(said("/charrette"), [ShowHelp(3, False, 9)], id="/charrette"),
        pytest.param(said("/status", pull=True), [ShowStatus(3, True, 9)], id="/status"),
        pytest.param(
            said("/answer 1A\n/lgtm\n/status"),
            [tell(Say("1A", direct=True), "author", 9), ShowStatus(3, False, 9)],
            id="several, one of another bot",
        ),
        pytest.param(said("/plan issues"), [tell(Reconcile(), "write", 9)], id="/plan issues"),
        pytest.param(said("/plan issues\nthanks"), [tell(Reconcile(), "write", 9)], id="/plan issues and thanks"),
        pytest.param(said("/Plan Issues: --dry-run"), [tell(Reconcile(dry=True), "write", 9)], id="/plan issues, dry"),
        pytest.param(said("/charrette plan issues dry run"), [tell(Reconcile(dry=True), "write", 9)], id="for us, dry"),
        pytest.param(
            said("/plan issues now"), [Correct(3, False, 9, "plan issues now", "plan issues")], id="/plan issues now"
        ),
        pytest.param(said("/plan"), [Correct(3, False, 9, "plan", "plan issues")], id="/plan alone is none yet"),
        pytest.param(said("/aprove"), [Correct(3, False, 9, "aprove", "approve")], id="misspelt"),
        pytest.param(said("/charrette polka"), [Correct(3, False, 9, "polka", "")], id="unknown, but for us"),
        pytest.param(
            said("/tracks open"), [Correct(3, False, 9, "tracks open", "tracks open")], id="/tracks open alone"
        ),
        pytest.param(
            said("> /tracks open client: so"), [tell(Say("> /tracks open client: so"), "author")], id="it quoted"
        ),
        pytest.param(
            said("`/tracks open client: so`"), [tell(Say("`/tracks open client: so`"), "author")], id="in code"
        ),
        pytest.param(said("/answer"), [Correct(3, False, 9, "answer", "answer")], id="/answer without an answer"),
        pytest.param(said("/reject \n"), [Correct(3, False, 9, "reject", "reject")], id="/reject without a reason"),
        pytest.param(edited("fine", "fine\n/approve"), [tell(Approve(), "write", 9)], id="an edit brings a command"),
        pytest.param(edited("/aprove", "/approve"), [tell(Approve(), "write", 9)], id="an edit mends a command"),
        pytest.param(
            closed(),
            [stop(3, "closed"), stop(4, "closed")],
            id="pull request closed",
        ),
        pytest.param(
            closed(merged=True),
            [
                stop(3, "merged"),
                stop(4, "merged"),
                Tell(4, True, Reconcile(merged=True), "anyone", "https://github.com/o/r/pull/4"),
                Tell(4, True, Advance(4), "anyone", "https://github.com/o/r/pull/4"),
            ],
            id="pull request merged",
        ),
        pytest.param(
            closed("feature", merged=True),
            [stop(4, "merged"), Tell(4, True, Advance(4), "anyone", "https://github.com/o/r/pull/4")],
            id="another pull request merged",
        ),
        pytest.param(
            e.IssueClosed("d", BOT, AT, THERE, UNIT),
            [tell(Stop("the issue was closed"), "anyone", None, PAGE), tell(Advance(), "anyone", None, PAGE)],
            id="a unit closed",
        ),
        pytest.param(
            e.IssueReopened("d", ANN, AT, THERE, UNIT),
            [tell(Advance(), "anyone", None, PAGE)],
            id="a unit opened again",
        ),
        pytest.param(e.IssueReopened("d", ANN, AT, THERE, issue()), [], id="another issue opened again"),
        pytest.param(said("/plan status"), [tell(PlanStatus(), "anyone", 9)], id="/plan status"),
        pytest.param(said("/plan status 1 passed: yes"), [tell(PlanStatus(), "anyone", 9)], id="/plan status alone"),
        pytest.param(said("/plan status please"), [tell(PlanStatus(), "anyone", 9)], id="/plan status please"),
        pytest.param(
            said("/plan validation row 2 passed: p99 is 8 ms"),
            [tell(Validate("row 2", "passed", "p99 is 8 ms"), "write", 9)],
            id="/plan validation",
        ),
        pytest.param(
            said("/plan validation 2 passed"),
            [Correct(3, False, 9, "plan validation", "plan validation")],
            id="/plan validation without what was found",
        ),
        pytest.param(closed("feature"), [stop(4, "closed")], id="another pull request closed"),
        pytest.param(closed(fork=True), [stop(4, "closed")], id="a fork's pull request closed"),
        pytest.param(
            e.PullRequestOpened("d", ANN, AT, THERE, closed("feature").pull, False),
            [Examine(4, "a" * 40)],
            id="pull request opened",
        ),
        pytest.param(
            e.PullRequestSynchronized("d", BOT, AT, THERE, closed().pull, True),
            [
                Examine(4, "a" * 40),
                Tell(4, False, Pushed("a" * 40, panel=True), "anyone", "https://github.com/o/r/pull/4"),
            ],
            id="a fork's pull request synchronized, by a bot and from a branch named as ours",
        ),
        pytest.param(
            e.PullRequestSynchronized("d", ANN, AT, THERE, closed("feature").pull, False),
            [Examine(4, "a" * 40)],
            id="another pull request synchronized",
        ),
        pytest.param(
            pushed(),
            [Tell(3, False, Pushed("c" * 40), "write", "https://github.com/o/r/compare/b...c")],
            id="a person's push",
        ),
        pytest.param(
            pushed("refs/heads/main", BOT),
            [LookAnew("c" * 40, "https://github.com/o/r/compare/b...c")],
            id="a push to the default branch",
        ),
        pytest.param(installed(2), [Welcome((Repository(0, "o/0", 5), Repository(1, "o/1", 5)))], id="installed"),
        pytest.param(
            e.RepositoriesAdded("d", ANN, AT, 5, (THERE,), True), [Welcome((THERE,))], id="repositories added"
        ),
    ],
)
def test_what_an_event_asks(event: e.Event, expected: list[Wish]) -> None:
    assert list(handle(event, KNOWN)) == expected


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(labeled("bug"), id="another label on"),
        pytest.param(labeled("design", BOT), id="label on by a bot"),
        pytest.param(unlabeled("bug"), id="another label off"),
        pytest.param(e.IssueOpened("d", ANN, AT, THERE, issue()), id="issue opened"),
        pytest.param(e.IssueEdited("d", ANN, AT, THERE, issue()), id="issue edited"),
        pytest.param(e.IssueReopened("d", ANN, AT, THERE, issue()), id="issue reopened"),
        pytest.param(said("/approve", BOT), id="a bot's command"),
        pytest.param(said("Nice.", BOT), id="a bot's words"),
        pytest.param(said(" \n"), id="nothing said"),
        pytest.param(edited("1A", "1B"), id="edited words"),
        pytest.param(edited("/approve", "/approve\nThanks"), id="an edit beside a command"),
        pytest.param(edited("/lgtm", "/lgtm\n/hold"), id="an edit brings another bot's command"),
        pytest.param(edited("", "/approve", author=BOT), id="a person edits a bot's comment"),
        pytest.param(edited("", "/approve", sender=BOT), id="a bot edits a person's comment"),
        pytest.param(e.PullRequestSynchronized("d", ANN, AT, THERE, closed().pull, False), id="our pull synchronized"),
        pytest.param(e.PullRequestOpened("d", BOT, AT, THERE, closed().pull, False), id="our pull opened"),
        pytest.param(e.PullRequestLabeled("d", ANN, AT, THERE, closed().pull, False, "design"), id="pull labeled"),
        pytest.param(e.PullRequestUnlabeled("d", ANN, AT, THERE, closed().pull, False, "design"), id="pull unlabeled"),
        pytest.param(pushed("refs/heads/other"), id="a push elsewhere"),
        pytest.param(pushed("refs/heads/main", after="0" * 40), id="the default branch deleted"),
        pytest.param(pushed("refs/tags/charrette/3-a-queue"), id="a tag"),
        pytest.param(pushed(sender=BOT), id="a bot's push"),
        pytest.param(pushed(after="0" * 40), id="the branch deleted"),
        pytest.param(installed(3, selected=False), id="installed on all repositories"),
        pytest.param(installed(0), id="installed on none"),
        pytest.param(e.InstallationDeleted("d", ANN, AT, 5), id="uninstalled"),
        pytest.param(e.Ping("d", ANN, AT), id="ping"),
    ],
)
def test_what_asks_nothing(event: e.Event) -> None:
    assert handle(event, KNOWN) == ()


@pytest.mark.parametrize(
    ("words", "deed"),
    [("/plan issues", Reconcile()), ("/plan a queue", Start("macro-plan", "a queue")), ("/plan", Start("macro-plan"))],
)
def test_a_workflow_that_is_called_plan_takes_nothing_from_plan_issues(words: str, deed: Deed) -> None:
    known = Vocabulary({"macro-plan": "macro-plan"}, {"plan": "macro-plan"}, {"macro-plan": "Plans."})
    assert list(handle(said(words), known)) == [tell(deed, "write", 9)]


@pytest.mark.parametrize(
    ("written", "near"),
    [
        ("issue", "plan issues"),
        ("issue --dry-run", "plan issues"),
        ("caching", None),
        ("issue numbers that never repeat", None),
    ],
)
def test_one_word_that_is_nearly_a_command_s_second_starts_no_workflow(written: str, near: str | None) -> None:
    known = Vocabulary({"macro-plan": "macro-plan"}, {"plan": "macro-plan"}, {"macro-plan": "Plans."})
    started = tell(Start("macro-plan", description=written), "write", 9)
    wanted = Correct(3, False, 9, "plan issue", near) if near else started
    assert list(handle(said(f"/plan {written}"), known)) == [wanted]


def test_a_command_of_two_words_starts_its_workflow_without_a_third() -> None:
    known = Vocabulary({}, {"review experts": "review-experts"}, {"review-experts": "Reviews."})
    (told,) = handle(said("/review experts"), known)
    assert isinstance(told, Tell)
    assert told.deed == Start("review-experts")
    assert list(handle(said("/review expert"), known)) == [Correct(3, False, 9, "review expert", "review experts")]


def test_of_many_repositories_the_first_twenty_are_welcomed() -> None:
    (wish,) = handle(installed(25), KNOWN)
    assert isinstance(wish, Welcome)
    assert len(wish.repositories) == 20


def test_every_command_that_help_names_does_something() -> None:
    for usage in COMMANDS:
        assert len(handle(said(f"/{usage.name} x"), KNOWN)) == 1
