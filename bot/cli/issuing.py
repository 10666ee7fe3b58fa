"""`charrette plan issues`: a plan becomes issues, from a terminal: the steps of the service, without a service."""

import argparse
import os
import re
import sys
from pathlib import Path

from .documents import document_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `charrette plan issues`."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a Markdown plan")
    parser.add_argument(
        "--repository", type=_repository, metavar="OWNER/NAME", required=True, help="where the issues are; ours alone"
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    parser.add_argument(
        "--env-file",
        type=Path,
        metavar="FILE",
        help="the App's settings as NAME=VALUE lines; what the environment says wins over the file",
    )


def main(arguments: argparse.Namespace) -> int:
    """Does it, naming each step as it is done; 1 where GitHub refused some of it."""
    from bot import app, logs, settings

    text = document_text(arguments.file, "charrette plan issues 002-macro-plan.md --repository octo/queue")
    found = settings.read(os.environ, arguments.env_file, frozenset({"app"}))
    logs.configure(found.log_level, found.log_format, found.secrets)
    path, inside = _path(arguments.file)

    def progress(at: int, of: int, name: str) -> None:
        print(f"[{at}/{of}] {name}", file=sys.stderr)

    told, well = app.plan_issues(found, arguments.repository, path, text, inside, arguments.dry_run, progress)
    print(told)
    return 0 if well else 1


def _repository(text: str) -> str:
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", text):
        raise argparse.ArgumentTypeError(f"“{text}” is no repository; write OWNER/NAME, e.g. octo/queue")
    return text


def _path(file: Path) -> tuple[str, bool]:
    """The file's path within its git repository, and whether it is in one; else its name."""
    whole = file.resolve()
    for folder in whole.parents:
        if (folder / ".git").exists():
            return whole.relative_to(folder).as_posix(), True
    return file.name, False
