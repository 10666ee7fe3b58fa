"""`charrette local`: runs a workflow on a local clone, with its questions in the terminal."""

import argparse
import os
import shlex
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.errors import PersonError

if TYPE_CHECKING:
    from bot.local.clone import Base, Clone
    from bot.local.issue import Issue
    from bot.local.kept import Kept
    from bot.local.session import Session, Trigger
    from bot.local.watch import Answering

INTERRUPTED = 130
MODEL = ("ANTHROPIC_API_KEY", "ANTHROPIC_API_KEY_FILE", "ANTHROPIC_BASE_URL", "CHARRETTE_MODEL_REPLAY")
NO_MODEL = (
    "There is no model to ask. Set ANTHROPIC_API_KEY, or ANTHROPIC_BASE_URL for a server of your own, or "
    "CHARRETTE_MODEL_REPLAY for a recording."
)
DEFAULT = "feature-design"
SAME = "The same command goes on where it stopped; --new begins another run."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `charrette local`."""
    parser.epilog = (
        "It needs ANTHROPIC_API_KEY, or ANTHROPIC_BASE_URL for a server of your own. Ctrl-C stops it; the same command "
        "goes on. Exit status 0 if the run is done, 1 if it is not; docs/local.md says the rest."
    )
    add = parser.add_argument
    add("--repo", type=Path, default=Path(), metavar="PATH", help="a clone, or a folder in one; default: this one")
    add("--issue", type=Path, required=True, metavar="FILE.md", help="what you want: a heading, and text below it")
    add("--base", default="", metavar="REV", help="the commit to design for; default: what is checked out")
    add("--workflow", default="", metavar="NAME", help=f"default: {DEFAULT}, or the only one there is")
    add("--answers", type=Path, metavar="FILE", help="answers to the first questions, written as in a comment")
    add("--proceed", action="store_true", help="ask nothing: whatever is open becomes an assumption")
    add("--new", action="store_true", help="begin another run of an issue that already has one")
    add("--state", type=Path, metavar="FOLDER", help="where runs are kept; default: charrette/ in the clone's .git")


def main(arguments: argparse.Namespace) -> int:
    """Returns 0 if the run is done, with findings or without; 1 if it failed or was stopped; 130 if interrupted."""
    from bot.local import clone, issue, kept

    wanted = issue.read(arguments.issue)
    empty = "Write answers, like “1A 2 use gRPC”."
    answers = issue.text_of(arguments.answers, "--answers", empty) if arguments.answers else ""
    repository = clone.find(arguments.repo)
    root = (arguments.state or repository.common / "charrette").absolute()
    known = None if arguments.new else kept.earlier(root, arguments.issue, wanted)
    if known and known.ended:
        _compare(known, wanted, "")
        return _done_already(repository, known, root / known.name)
    _has_model()
    workflow, trigger = _workflow(arguments.workflow or (known.workflow if known else ""))
    run = known or kept.new(root, arguments.issue, wanted, repository, repository.base(arguments.base), workflow)
    if known:
        _compare(known, wanted, arguments.base and repository.base(arguments.base))
    with kept.alone(root / run.name):
        session = _session(repository, run, root / run.name)
        answering = _answering(arguments, answers)
        return _play(session, wanted, trigger, answering)


def _done_already(repository: "Clone", run: "Kept", folder: Path) -> int:
    """Reports the result of a finished run, and restores its branch if that was deleted."""
    print(f"“{run.title}” is done already; --new begins another run. {run.ended}".rstrip())
    for source in (folder / "hub/repositories").glob("*.git"):
        if repository.head(run.branch) is None:
            repository.take(source, run.branch)
    _where(repository, run)
    return 0


def _has_model() -> None:
    """Checks that a model is configured, and configured correctly."""
    from bot import settings
    from bot.local.session import service_environment

    environment = service_environment(os.environ)
    if not any(environment.get(name) for name in MODEL):
        raise PersonError(NO_MODEL)
    settings.read(environment, None, frozenset())


def _workflow(name: str) -> "tuple[str, Trigger]":
    from bot import app
    from bot.local.session import Trigger

    folder = os.environ.get("CHARRETTE_WORKFLOWS")
    known = app.definitions(Path(folder) if folder else app.built_in_workflows()).all()
    found = {workflow: definition.trigger for workflow, definition in known.items() if definition.trigger.label}
    wanted = name or (DEFAULT if len(found) != 1 else next(iter(found)))
    if wanted not in found:
        wrong = f"“{wanted}” is not for an issue" if wanted in known else f"There is no workflow “{wanted}”"
        raise PersonError(f"{wrong}. Give --workflow one of {', '.join(sorted(found))}.")
    return wanted, Trigger(found[wanted].label, found[wanted].command)


def _compare(known: "Kept", wanted: "Issue", base: "Base | str") -> None:
    """Reports in which arguments this call differs from the run it continues."""
    if known.digest != wanted.digest:
        print("The file has changed since this run began; the run keeps the text that it had. --new begins another.")
    if base and not isinstance(base, str) and base.commit != known.base:
        raise PersonError(
            f"This issue has a run that began at {known.base[:10]}, not at {base.commit[:10]}. Leave --base out to go "
            "on with it, or begin another with --new."
        )


def _answering(arguments: argparse.Namespace, text: str) -> "Answering":
    from bot.local.lines import Lines
    from bot.local.watch import Answering

    automatic = arguments.proceed or os.environ.get("CI", "").lower() not in ("", "0", "false")
    return Answering(Lines(None if automatic else sys.stdin), text, automatic)


def _session(repository: "Clone", run: "Kept", folder: Path) -> "Session":
    from bot.local.session import Session

    began = time.monotonic()

    def say(text: str) -> None:
        print(f"  {time.monotonic() - began:6.1f} s  {text}", flush=True)

    def show(text: str) -> None:
        print(text, flush=True)

    return Session(repository, run, folder, say, show)


def _play(session: "Session", wanted: "Issue", trigger: "Trigger", answering: "Answering") -> int:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    run, repository = session.kept, session.clone
    print(f"“{run.title}”, {run.workflow}, for {repository.name} at {run.base[:10]}; branch {run.branch}", flush=True)
    if changed := repository.unseen():
        print(f"{changed} changed files of the work tree are not committed: the run doesn't see them.", flush=True)
    try:
        ended = session.play(wanted, trigger, answering)
    except KeyboardInterrupt:
        print(f"\nInterrupted. {SAME}", flush=True)
        _where(repository, session.kept)
        return INTERRUPTED
    if session.stuck:
        print(f"\n{session.stuck}")
    if session.findings:
        print("\n".join(["\nFindings that are left:", *(f"  {line}" for line in session.findings)]))
    _where(repository, session.kept)
    if ended == "done":
        session.kept.write(session.folder, ended=_count(session.findings))
        return 0
    print(f"\n{SAME} The service's log is {session.folder / 'serve.log'}.")
    return 1


def _count(findings: list[str]) -> str:
    return f"Findings are left: {len(findings)}." if findings else "No finding is left."


def _where(repository: "Clone", run: "Kept") -> None:
    """Where the documents are, and how to view them."""
    if repository.head(run.branch) is None:
        print("Nothing was committed yet.")
        return
    base = run.base_name or run.base[:10]
    files = repository.git.text("diff", "--name-only", f"{run.base}...refs/heads/{run.branch}").splitlines()
    folders = sorted({file.rpartition("/")[0] for file in files})
    here = [] if Path.cwd() in (repository.path.resolve(), repository.common.parent) else ["-C", str(repository.path)]
    git = shlex.join(["git", *here])
    documents = "1 document is" if len(files) == 1 else f"{len(files)} documents are"
    print(f"\n{documents} in {', '.join(folders)} on the branch {run.branch}:\n")
    print(f"    {git} diff {base}...{run.branch}")
    if not repository.bare:
        print(f"    {git} switch {run.branch}")
