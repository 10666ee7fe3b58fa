"""The commands and their help. What a command needs is imported when it runs, so that help comes at once."""

import argparse
import importlib
import logging
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bot import __version__

if TYPE_CHECKING:
    from typing import TypeAlias

    from bot.settings import Part, Settings

    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001

Command = Callable[[argparse.Namespace], int]

DESCRIPTION = """\
Charrette is a GitHub App that runs design processes in git: a person labels an issue, and a branch with numbered
design documents and a pull request comes out."""
EPILOG = """\
To see it work, without an account or a key:     charrette demo
To use it on a clone of your own:                charrette local --repo PATH --issue FILE.md
To run it as an App, on one machine:             charrette serve --env-file charrette.env
To find out why it doesn't:                      charrette doctor --env-file charrette.env

Settings are names in the environment or in the file of --env-file; docs/settings.md explains each."""


def parser() -> argparse.ArgumentParser:
    """The command line's grammar."""
    top = argparse.ArgumentParser(
        "charrette", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    top.add_argument("--version", action="version", version=f"charrette {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    def explain(_: argparse.Namespace) -> int:
        top.print_help(sys.stderr)
        return 2

    top.set_defaults(run=explain)
    _serving(commands)
    _looking(commands)
    _mending(commands)
    _elsewhere(commands, "citations", "bot.cli.citing", "whether the code that a document cites is there, at a commit")
    _elsewhere(
        commands, "concerns", "bot.cli.concerning", "the concerns of a document, what was decided, contradictions"
    )
    _elsewhere(commands, "plan", "bot.cli.planning", "reads a macro plan, checks it, compares it, makes it into issues")
    _elsewhere(commands, "demo", "bot.demo.cli", "a label becomes a pull request, on this machine, in the browser")
    _elsewhere(
        commands,
        "local",
        "bot.cli.local",
        "a workflow on a clone of yours: the branch appears there, questions at the terminal",
    )
    _elsewhere(commands, "hub", "bot.hub.cli", "a local server that speaks GitHub's API, for demo and tests")
    return top


def _command(commands: "Commands", name: str, run: Command, summary: str, more: str) -> argparse.ArgumentParser:
    made = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.\n\n{more}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.set_defaults(run=run)
    return made


def _with_settings(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--env-file",
        type=Path,
        metavar="FILE",
        help="settings as NAME=VALUE lines; what the environment says wins over the file",
    )


def _serving(commands: "Commands") -> None:
    serve = _command(
        commands,
        "serve",
        run_serve,
        "the service on one machine: web process and worker, supervised",
        "A process that dies is started again, after a while that grows. SIGTERM and Ctrl-C let both finish what is\n"
        "in flight. When deliveries are taken, one line of JSON with the URL goes to standard output; logs go to\n"
        "standard error. Point the App's webhook at URL/webhook.",
    )
    web = _command(
        commands,
        "web",
        run_web,
        "only the web process: takes deliveries, stores and acknowledges them",
        "It answers POST /webhook, GET /healthz and GET /readyz, and needs CHARRETTE_WEBHOOK_SECRET and the database.",
    )
    worker = _command(
        commands,
        "worker",
        run_worker,
        "only a worker: does what the stored deliveries ask for",
        "It needs the App's id and key, the database and the model. There is one on SQLite, any number on\n"
        "PostgreSQL, and what one leaves when it dies is taken up by the others. SIGTERM and Ctrl-C stop it.",
    )
    for command in (serve, web, worker):
        _with_settings(command)
    for command in (serve, web, worker):
        command.add_argument("--supervised", action="store_true", help=argparse.SUPPRESS)


def _looking(commands: "Commands") -> None:
    check = _command(
        commands,
        "check",
        run_check,
        "what is wrong with a folder of workflows or a repository's configuration, with file and line",
        "FOLDER holds workflows; or it is a checkout with .github/charrette.yml or .github/charrette/, which is\n"
        "checked as the service would read it, over the workflows that come with Charrette. Exit status 0 where\n"
        "nothing is wrong, 2 where something is.",
    )
    check.add_argument(
        "folder", nargs="?", type=Path, metavar="FOLDER", help="default: the workflows that come with Charrette"
    )
    check.add_argument(
        "--organisation", type=Path, metavar="FOLDER", help="a checkout of the owner's .github repository: its defaults"
    )
    doctor = _command(
        commands,
        "doctor",
        run_doctor,
        "what is wrong with settings, git, database, credentials and model, and what to do",
        "Nothing is started and nothing is changed, except that the state folder and the tables are made. Exit\n"
        "status 0 where all is well, 1 where something is not. The webhook is well when the service runs.",
    )
    doctor.add_argument(
        "--json", action="store_true", help="one JSON object: well, and checks with name, state, said, mend"
    )
    _with_settings(doctor)


def _mending(commands: "Commands") -> None:
    resume = _command(
        commands,
        "resume",
        run_resume,
        "takes up the run of an issue again: stopped, failed, or lost with the database",
        "A run that the database does not know is found by its branch, and no finished phase is paid for again. It\n"
        "works while the service runs and when it does not. Exit status 1 where there is no such run.",
    )
    resume.add_argument("of", type=_issue, metavar="OWNER/NAME#N", help="the issue, or its pull request")
    _with_settings(resume)


def _issue(text: str) -> tuple[str, int]:
    found = re.fullmatch(r"([\w.-]+/[\w.-]+)#(\d{1,12})", text)
    if not found:
        raise argparse.ArgumentTypeError(f"“{text}” is no issue; write OWNER/NAME#N, e.g. octo/queue#12")
    return found[1], int(found[2])


def _elsewhere(commands: "Commands", name: str, module: str, summary: str) -> None:
    """A command whose options are its module's: `add_arguments(parser)` and `main(arguments) -> int`."""
    command = commands.add_parser(name, help=summary, add_help=False, prefix_chars="\0")
    command.add_argument("rest", nargs="*")

    def run(arguments: argparse.Namespace) -> int:
        there = importlib.import_module(module)
        own = argparse.ArgumentParser(f"charrette {name}", description=f"{summary[0].upper()}{summary[1:]}.")
        there.add_arguments(own)
        status: int = there.main(own.parse_args(arguments.rest))
        return status

    command.set_defaults(run=run)


def _settings(arguments: argparse.Namespace, *parts: "Part") -> "Settings":
    """The settings for these processes; from here on, logs are as they say."""
    from bot import logs, settings

    found = settings.read(os.environ, arguments.env_file, frozenset(parts))
    logs.configure(found.log_level, found.log_format, found.secrets)
    return found


def run_web(arguments: argparse.Namespace) -> int:
    """`charrette web`."""
    from bot import app
    from bot.web.server import serve

    from .processes import forget_environment, watch_supervisor

    settings = _settings(arguments, "web")
    forget_environment(children=False)
    app.prepare(settings)
    if arguments.supervised:
        watch_supervisor()
    serve(str(settings.listen), lambda: app.web(settings))
    return 0


def run_worker(arguments: argparse.Namespace) -> int:
    """`charrette worker`."""
    from .processes import forget_environment, watch_supervisor, work

    settings = _settings(arguments, "worker")
    forget_environment(children=True)
    if arguments.supervised:
        watch_supervisor()
    return work(settings)


def run_serve(arguments: argparse.Namespace) -> int:
    """`charrette serve`."""
    from .processes import watch_supervisor
    from .serving import serve

    if arguments.supervised:
        watch_supervisor()
    return serve(_settings(arguments, "web", "worker"), arguments.env_file)


def run_resume(arguments: argparse.Namespace) -> int:
    """`charrette resume`."""
    from bot import app

    settings = _settings(arguments, "worker")
    app.prepare(settings)
    print(app.resume(settings, *arguments.of))
    return 0


def run_check(arguments: argparse.Namespace) -> int:
    """`charrette check`."""
    from bot import app
    from bot.core.errors import Fault, FaultsError

    folder = arguments.folder or app.built_in_workflows()
    checkout = folder / ".github"
    if (checkout / "charrette.yml").exists() or (checkout / "charrette").exists() or arguments.organisation:
        found = sorted(app.configured(folder, arguments.organisation))
    elif folder.is_dir() and not any(folder.glob("*/workflow.yaml")):
        mend = "Name a folder with “<name>/workflow.yaml”, or a clone that has “.github/charrette.yml”."
        raise FaultsError((Fault(str(folder), 0, "There are neither workflows nor a configuration here.", mend),))
    else:
        found = sorted(app.definitions(folder).all())
    print(f"{folder}: nothing is wrong with {', '.join(found)}.")
    return 0


def run_doctor(arguments: argparse.Namespace) -> int:
    """`charrette doctor`."""
    from .doctor import examine

    # What it tries again, and that it does, is no news here.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    return examine(os.environ, arguments.env_file, arguments.json)
