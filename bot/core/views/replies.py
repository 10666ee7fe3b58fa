"""Replies that need no work by a run: help, corrections, refusals."""

from collections.abc import Sequence

from bot.core.incoming.commands import COMMANDS, Needs, Vocabulary, usage
from bot.core.markdown.safe import plain

OVER = ("done", "findings")
FAILED = ("stopped", "failed", "budget")
CLOSED = "This issue is closed, so nothing starts here. Reopen it, and write that again."
NO_RUN = "There is no run here. `/help` says how to start one."


def help_text(vocabulary: Vocabulary) -> str:
    """The help: all commands and labels, generated from the tables and the workflow definitions."""
    lines = ["| command | does |", "| --- | --- |"]
    labels = {workflow: label for label, workflow in vocabulary.labels.items()}
    for name, workflow in vocabulary.commands.items():
        if workflow in vocabulary.pulls:
            hint = " [names, all or mini]" if workflow in vocabulary.panels else ""
            lines.append(f"| `/{name}{hint}` | {vocabulary.summaries[workflow]} |")
            continue
        does = f"{vocabulary.summaries[workflow]} The label `{labels[workflow]}` does the same."
        lines.append(f"| `/{name} [description]` | {does} |")
    for known in COMMANDS:
        hint = f" {known.hint}" if known.hint else ""
        lines.append(f"| `/{known.name}{hint}` | {known.help} |")
    lines += [
        "",
        "Taking the label off, or closing the issue, stops a run. `/charrette <command>` works beside other bots.",
    ]
    return "\n".join(lines)


def corrected(written: str, nearest: str, vocabulary: Vocabulary) -> str:
    """What to write instead of an unknown command, or of one whose argument is missing."""
    written = plain(written, 40).replace("`", "")
    if written == nearest:
        known = usage(written)
        hint = f" {known.hint}" if known and known.hint else ""
        first = f"`/{written}` needs something after it: `/{written}{hint}`."
    elif nearest:
        first = f"There is no command `/{written}`. Did you mean `/{nearest}`?"
    else:
        first = f"There is no command `/{written}`."
    return f"{first}\n\n<details><summary>The commands</summary>\n\n{help_text(vocabulary)}\n\n</details>"


def refusal_key(login: str) -> str:
    """The key that limits refusals to one for each person and subject."""
    return f"refusal/{login}"


def refusal(login: str, needs: Needs) -> str:
    """A polite refusal for somebody who lacks the permission."""
    who = {
        "write": "people with write access to this repository",
        "triage": "people with triage access (or more) to this repository",
        "author": "the issue's author and people with write access",
        "anyone": "anyone",
    }[needs]
    return f"@{login}, thank you, but only {who} can do that. Please ask one of them."


def open_run(workflow: str, rows: Sequence[tuple[str, str, int | None]]) -> str | None:
    """Whether a workflow may start: None to go ahead, "" to ignore the request, or one line for the person.

    `rows` are the subject's runs, oldest first: workflow, status, pull request.
    """
    for other, status, pull in reversed(rows):
        at = f" in #{pull}" if pull else ""
        if other != workflow and status not in (*OVER, *FAILED):
            return f"The `{other}` run{at} is still open here ({status}). Only one run at a time: `/cancel` it first."
        if other == workflow and status in OVER:
            return f"This is already done{at}. `/revise <what>` changes a document; so does an edit on the branch."
        if other == workflow and status in ("starting", "running"):
            return ""
    return None


def next_round(workflow: str, rows: Sequence[tuple[str, str, int | None]]) -> str | None:
    """Whether a review round may start: None to go ahead, "" to ignore the request, or one line for the person."""
    for other, status, _ in reversed(rows):
        if status in (*OVER, *FAILED):
            continue
        if other == workflow and status == "starting":
            return ""
        if other == workflow:
            return "The panel is already at work on this; its status says how far it has come."
        ways = "Only one run at a time: `/cancel` it first, or let it finish."
        return f"The `{other}` run is still open here ({status}). {ways}"
    return None


def stands_still(status: str) -> str:
    """The reply to a stop if there is nothing to stop, else ""."""
    if status in OVER:
        return "The run is done, so there is nothing to stop. Close the pull request if its documents are not wanted."
    if status == "stopped":
        return "The run is already stopped. `/resume`, or the label, continues it."
    return ""


def unknown_run(workflow: str, branch: str) -> str:
    """The status of a run that only its branch knows, because the database was lost."""
    return (
        f"There is a `{workflow}` run on the branch `{branch}` that this service does not know: its database is new. "
        "`/resume` takes it up from the branch; nothing that is finished there is written, or paid for, again."
    )


def too_many(login: str, limit: int) -> str:
    """The reply to somebody whose comments are not answered for a while, because there were too many."""
    return (
        f"@{login}, I answer at most {limit} comments of one person on an issue within an hour, and those are used up. "
        "Until then I ignore what you write, except a `/cancel` by people who may; please write again later."
    )


def started_often(limit: int) -> str:
    """The reply to a start on a subject where runs were started too often within an hour."""
    return (
        f"Runs were started here {limit} times within an hour, so nothing more starts for now. "
        "Later, put the label on again, or write `/retry`."
    )


def begun_often(limit: int) -> str:
    """The reply to a start in a repository that reached its daily limit of runs."""
    return (
        f"{limit} runs were started in this repository within a day, which is all that this service allows. "
        "Put the label on again tomorrow, or ask the operator to raise `CHARRETTE_DAY_RUNS`."
    )
