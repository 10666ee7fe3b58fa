"""Checks of GitHub: the App exists, has its permissions, and its deliveries arrive."""

import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot import app as root
from bot.core.errors import CharretteError

from .words import Patient, SkippedError, WrongError

PATIENCE = 10
# The App's tokens are dated by GitHub's clock, but waits, limits by the day and what people read by this machine's.
SKEW = 30.0
LEVELS = ("none", "read", "write", "admin")
# Installations that are asked one by one.
FEW = 5
LOW = 200


def clock(patient: Patient) -> str:
    """This machine's clock agrees with GitHub's."""
    api = patient.settings.github_api_url
    # Settings allow http and https alone.
    request = urllib.request.Request(f"{api}/meta", headers={"User-Agent": "charrette"})  # noqa: S310
    before = time.time()
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
            date = answer.headers.get("Date")
    except urllib.error.HTTPError as error:
        error.close()
        date = error.headers.get("Date")
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise WrongError(
            f"{api} can't be reached: {reason}.", "See CHARRETTE_GITHUB_API_URL and the network."
        ) from error
    if not date:
        raise SkippedError(f"{api} does not tell the time.")
    off = (before + time.time()) / 2 - parsedate_to_datetime(date).timestamp()
    if abs(off) > SKEW:
        way = "ahead of" if off > 0 else "behind"
        raise WrongError(f"this machine is {abs(off):.0f} s {way} GitHub.", "Set its clock, e.g. with an NTP service.")
    return "agrees with GitHub's"


def app(patient: Patient) -> str:
    """The App's id and key are correct."""
    api = patient.settings.github_api_url
    try:
        return f"the App is {patient.app.login} on {api}"
    except CharretteError as error:
        raise WrongError(
            f"{api} doesn't know the App: {error}",
            "Compare CHARRETTE_APP_ID and the private key with the App's page, and CHARRETTE_GITHUB_API_URL.",
        ) from error


def permissions(patient: Patient) -> str:
    """The App and every installation have the permissions of the manifest."""
    wanted: dict[str, str] = root.app_manifest()["default_permissions"]
    if lacking := _lacking(wanted, patient.app.permissions):
        raise WrongError(f"the App lacks {lacking}.", "Add it on the App's page, under Permissions & events.")
    for each in patient.installations:
        if lacking := _lacking(wanted, each.permissions):
            raise WrongError(
                f"{each.account} has not granted {lacking} yet.",
                "Its owner accepts new permissions on the installation's page.",
            )
    return ", ".join(f"{name}: {level}" for name, level in sorted(wanted.items()))


def _lacking(wanted: Mapping[str, str], has: Mapping[str, str]) -> str:
    short = (
        f"{name}: {level}"
        for name, level in sorted(wanted.items())
        if LEVELS.index(has.get(name, "none")) < LEVELS.index(level)
    )
    return ", ".join(short)


def events(patient: Patient) -> str:
    """The App is subscribed to the events of the manifest."""
    wanted = sorted(root.app_manifest()["default_events"])
    lacking = [name for name in wanted if name not in patient.app.events]
    if lacking:
        raise WrongError(
            f"the App is not sent {', '.join(lacking)}.", "Subscribe on the App's page, under Permissions & events."
        )
    return ", ".join(wanted)


def webhook(patient: Patient) -> str:
    """A webhook URL and secret are set at GitHub, and Charrette answers there: it refuses unsigned requests."""
    _ = patient.app
    url, secret = patient.inspection.webhook()
    if not url:
        raise WrongError("the App has no webhook URL.", "Write it on the App's page: https://<your host>/webhook.")
    if not secret:
        raise WrongError("the App has no webhook secret.", "Write that of CHARRETTE_WEBHOOK_SECRET on the App's page.")
    code = _unsigned(url)
    if code == 401:
        return f"{url} answers, and takes only what is signed"
    if code == 404:
        raise WrongError(f"{url} answers 404.", "The path is /webhook: correct the URL on the App's page.")
    if code >= 500:
        raise WrongError(f"{url} answers {code}.", "Look at the proxy, and at the log of `charrette web`.")
    raise WrongError(
        f"{url} answers {code} to what nobody signed: it is not Charrette.", "Correct it on the App's page."
    )


def _unsigned(url: str) -> int:
    """The response status for a delivery without a signature."""
    headers = {"Content-Type": "application/json", "X-GitHub-Event": "ping", "User-Agent": "charrette-doctor"}
    try:
        request = urllib.request.Request(url, b"{}", headers, method="POST")  # noqa: S310
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise WrongError(
            f"nobody answers at {url} from here: {reason}.",
            "Start `charrette serve`; if it runs, correct the URL on the App's page, or the way to it.",
        ) from error


def deliveries(patient: Patient) -> str:
    """GitHub's latest deliveries arrived."""
    _ = patient.app
    sent = patient.inspection.sent()
    if not sent:
        return "GitHub has sent nothing in the last days"
    last = sent[0]
    failed = sum(not 200 <= each.code < 400 for each in sent)
    if 200 <= last.code < 400:
        return f"the last of {len(sent)} arrived ({last.event}, {last.at}); {failed} failed"
    if last.code == 401:
        raise WrongError(
            f"the last ({last.event}, {last.at}) was refused for its signature.",
            "Write the same secret on the App's page and in CHARRETTE_WEBHOOK_SECRET.",
        )
    raise WrongError(
        f"the last ({last.event}, {last.at}) failed: {last.status or last.code}; {failed} of {len(sent)} did.",
        "See webhook. A running service has them delivered again.",
    )


def installations(patient: Patient) -> str:
    """The App is installed, and its repositories are accessible."""
    page = patient.app.page
    found = patient.installations
    if not found:
        raise WrongError("the App is installed nowhere, or suspended.", f"Install it: {page}/installations/new")
    counts = {each.account: patient.inspection.repositories(each.id) for each in found[:FEW]}
    if not any(counts.values()):
        raise WrongError("the installations cover no repository.", "Choose some on the installation's page.")
    ways = {1: "repository"}
    said = ", ".join(f"{account} ({count} {ways.get(count, 'repositories')})" for account, count in counts.items())
    return f"{said}, and {len(found) - FEW} more" if len(found) > FEW else said


def limits(patient: Patient) -> str:
    """The rate limit is not used up."""
    said = []
    for each in patient.installations[:FEW]:
        remaining, limit, reset = patient.inspection.limit(each.id)
        if remaining < LOW:
            until = datetime.fromtimestamp(reset, UTC).strftime("%H:%M:%S UTC")
            raise WrongError(
                f"{each.account} has {remaining} of {limit} requests left until {until}.",
                "Wait, and see what else uses the App's installation.",
            )
        said.append(f"{each.account} has {remaining} of {limit} requests left")
    return ", ".join(said)
