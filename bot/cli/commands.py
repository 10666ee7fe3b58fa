"""The commands and their help. A command's dependencies are imported only when it runs, so help is fast."""

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
Charrette is a GitHub App that turns a labelled issue into a pull request of design documents: a model writes them,
code checks them, people decide."""
EPILOG = """\
To see it work, without an account or a key:     charrette demo
To use it on a clone of your own:                charrette local --repo PATH --issue FILE.md
To run it as an App, on one machine:             charrette serve --env-file charrette.env
To find out why it doesn't:                      charrette doctor --env-file charrette.env

Settings are names in the environment or in the file of --env-file; docs/settings.md explains each."""


def parser() -> argparse.ArgumentParser:
    """The argument parser for the whole command line."""
    top = argparse.ArgumentParser(
        "charrette", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    top.add_argument("--version", action="version", version=f"charrette {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    def explain(_: argparse.Namespace) -> int:
        top.print_help(sys.stderr)
        return 2

    top.set_defaults(run=explain)
    _elsewhere(commands, "demo", "bot.demo.cli", "see a label become a pull request, on this machine, in the browser")
    _elsewhere(
        commands,
        "local",
        "bot.cli.local",
        "run a workflow on a clone of yours: the branch appears there, questions in the terminal",
    )
    _serving(commands)
    _looking(commands)
    _mending(commands)
    _elsewhere(commands, "citations", "bot.cli.citing", "check whether the code that a document cites is there")
    _elsewhere(
        commands, "concerns", "bot.cli.concerning", "list the concerns of a document, the decisions and contradictions"
    )
    _elsewhere(commands, "plan", "bot.cli.planning", "read, check or compare a macro plan, or turn it into issues")
    _elsewhere(commands, "hub", "bot.hub.cli", "run the local stand-in for GitHub alone")
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
        "run the service on one machine: web process and worker, supervised",
        "A process that dies is started again, after a growing pause. SIGTERM and Ctrl-C let both finish what is in\n"
        "flight. Once deliveries are accepted, one line of JSON with the URL goes to standard output; logs go to\n"
        "standard error. Point the App's webhook at URL/webhook.",
    )
    web = _command(
        commands,
        "web",
        run_web,
        "run only the web process, which stores and acknowledges deliveries",
        "It answers POST /webhook, GET /healthz and GET /readyz, and needs CHARRETTE_WEBHOOK_SECRET and the database.",
    )
    worker = _command(
        commands,
        "worker",
        run_worker,
        "run only a worker, which does what the stored deliveries ask for",
        "It needs the App's id and key, the database and the model. SQLite takes one worker, PostgreSQL any number;\n"
        "what one leaves when it dies is taken up by the others. SIGTERM and Ctrl-C stop it.",
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
        "list what is wrong with workflows or with a repository's configuration, by file and line",
        "FOLDER holds workflows, or is a checkout with .github/charrette.yml or .github/charrette/, which is checked\n"
        "as the service would read it, on top of the workflows that come with Charrette. Exit status 0 if nothing\n"
        "is wrong, 2 if something is.",
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
        "find out what is wrong with settings, git, database, GitHub or model, and what to do",
        "Nothing is started and nothing is changed, except that the state folder and the tables are made. The webhook\n"
        "can only be right while the service runs. Exit status 0 if all is well, 1 if something is not.",
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
        "take up the run of an issue again: stopped, failed, or lost with the database",
        "A run that the database does not know is found by its branch, and no finished phase is paid for again. This\n"
        "works whether or not the service is running. Exit status 1 if there is no such run.",
    )
    resume.add_argument("of", type=_issue, metavar="OWNER/NAME#N", help="the issue, or its pull request")
    _with_settings(resume)


def _issue(text: str) -> tuple[str, int]:
    found = re.fullmatch(r"([\w.-]+/[\w.-]+)#(\d{1,12})", text)
    if not found:
        raise argparse.ArgumentTypeError(f"“{text}” is no issue; write OWNER/NAME#N, e.g. octo/queue#12")
    return found[1], int(found[2])


def _elsewhere(commands: "Commands", name: str, module: str, summary: str) -> None:
    """Adds a command that its module implements: `add_arguments(parser)` and `main(arguments) -> int`."""
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
    """Reads the settings for these processes, and configures logging accordingly."""
    from bot import logs, settings

    found = settings.read(os.environ, arguments.env_file, frozenset(parts))
    logs.configure(found.log_level, found.log_format, found.secrets)
    return found


def run_web(arguments: argparse.Namespace) -> int:
    """`charrette web`."""
    from bot import app
    from bot.web.server import serve

    from .processes import forget_environment, prepare, watch_supervisor

    settings = _settings(arguments, "web")
    forget_environment(children=False)
    prepare(settings, "web")
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
    for named in (folder, arguments.organisation):
        if named is not None and not named.is_dir():
            wrong = "This is a file." if named.exists() else "There is no such folder."
            raise FaultsError((Fault(str(named), 0, wrong, "Name a folder of workflows, or a checkout."),))
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
