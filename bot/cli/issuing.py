"""`charrette plan issues`: turns a plan into issues from a terminal, with the service's steps but without a service."""

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
        "--repository",
        type=_repository,
        metavar="OWNER/NAME",
        required=True,
        help="where the issues go; the App must be installed there",
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    parser.add_argument(
        "--env-file",
        type=Path,
        metavar="FILE",
        help="the App's settings as NAME=VALUE lines; what the environment says wins over the file",
    )


def main(arguments: argparse.Namespace) -> int:
    """Reconciles the issues, printing each step; returns 1 if GitHub refused some of them."""
    from bot import app, logs, settings

    text = document_text(arguments.file, "charrette plan issues 002-macro-plan.md --repository octo/queue")
    found = settings.read(os.environ, arguments.env_file, frozenset({"app"}))
    logs.configure(found.log_level, found.log_format, found.secrets)
    path, inside = path_of(arguments.file, arguments.repository)

    def progress(at: int, of: int, name: str) -> None:
        print(f"[{at}/{of}] {name}", file=sys.stderr)

    told, well = app.plan_issues(found, arguments.repository, path, text, inside, arguments.dry_run, progress)
    print(told)
    return 0 if well else 1


def _repository(text: str) -> str:
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", text):
        raise argparse.ArgumentTypeError(f"“{text}” is no repository; write OWNER/NAME, e.g. octo/queue")
    return text


def path_of(file: Path, repository: str) -> tuple[str, bool]:
    """The file's path in its clone of the repository, and True; or its name, and False if it is in no such clone."""
    whole = file.resolve()
    for folder in whole.parents:
        if (folder / ".git").exists():
            inside = not _of_another(folder, repository)
            return whole.relative_to(folder).as_posix() if inside else file.name, inside
    return file.name, False


def _of_another(clone: Path, repository: str) -> bool:
    """Whether a clone has remotes, and none of them is this repository."""
    try:
        config = (clone / ".git/config").read_text(errors="replace")
    except OSError:
        return False  # a worktree, or nothing that git made
    urls = re.findall(r"^\s*url\s*=\s*(\S+)", config, re.MULTILINE)
    ours = re.compile(rf"(?:.*[/:])?{re.escape(repository)}(?:\.git)?/?", re.IGNORECASE)
    return bool(urls) and not any(map(ours.fullmatch, urls))
