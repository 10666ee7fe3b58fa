"""`charrette hub`: the local GitHub, until Ctrl-C."""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import NoReturn

from .code import GitError
from .facts import Role
from .hub import ROLES
from .server import serving
from .setup import USERS, Setup


def _repository(text: str) -> tuple[str, Path]:
    name, _, path = text.partition("=")
    if name.count("/") != 1 or not all(name.split("/")) or not path:
        raise argparse.ArgumentTypeError(f"{text!r} is not owner/name=PATH")
    if not Path(path).is_dir():
        raise argparse.ArgumentTypeError(f"{path} is no folder; give a clone, a bare repository or a plain folder")
    return name, Path(path)


def _user(text: str) -> tuple[str, Role]:
    login, _, wanted = text.partition(":")
    for role in ROLES:
        if login and role == (wanted or "write"):
            return login, role
    raise argparse.ArgumentTypeError(f"{text!r} is not login:permission, where permission is one of {', '.join(ROLES)}")


def _listen(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT; port 0 takes a free one")
    return f"{host or '127.0.0.1'}:{port}"


def _url(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+\S*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no address; write for example http://127.0.0.1:8080/webhook")
    return text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `charrette hub`."""
    default_users = ", ".join(f"{login}:{role}" for login, role in USERS.items())
    add = parser.add_argument
    add("--state", type=Path, required=True, metavar="FOLDER", help="where everything is kept, across restarts")
    add("--listen", type=_listen, default="127.0.0.1:3000", metavar="HOST:PORT", help="(default: %(default)s)")
    add("--webhook", type=_url, metavar="URL", help="where the App gets its webhooks")
    add(
        "--repository",
        type=_repository,
        action="append",
        default=[],
        metavar="OWNER/NAME=PATH",
        help="a clone, a bare repository, or a plain folder (imported as one commit); may be repeated",
    )
    add(
        "--user",
        type=_user,
        action="append",
        default=[],
        metavar="LOGIN:PERMISSION",
        help=f"a user with a permission in every repository; may be repeated (default: {default_users})",
    )
    add("--supervised", action="store_true", help=argparse.SUPPRESS)
    add("--organization", action="append", default=[], metavar="LOGIN", help="an organization; may be repeated")


def _stop(_: int, __: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _watch_supervisor() -> None:
    """Ends this process when whoever started it is gone, however that came: standard input is their pipe."""

    def wait() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="supervisor-watch", daemon=True).start()


def main(args: argparse.Namespace) -> int:
    """Serve until interrupted; one line of JSON says when it is ready and how to reach it."""
    setup = Setup(
        repositories=dict(args.repository),
        users=dict(args.user) or USERS,
        organizations=args.organization,
        webhook=args.webhook or "",
    )
    try:
        args.state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = "it is a file" if args.state.is_file() else error.strerror
        sys.stderr.write(
            f"charrette hub: {args.state}: nothing can be kept there: {why}. Name a folder with --state.\n"
        )
        return 1
    signal.signal(signal.SIGTERM, _stop)
    if args.supervised:
        _watch_supervisor()
    try:
        with serving(args.state, args.listen, setup) as (running, server):
            sys.stdout.write(json.dumps(running.announcement()) + "\n")
            sys.stdout.flush()
            server.serve_forever()
    except KeyboardInterrupt:
        return 0
    except (GitError, OSError, ValueError) as error:
        sys.stderr.write(f"charrette hub: {error}\n")
        return 1
    return 0
