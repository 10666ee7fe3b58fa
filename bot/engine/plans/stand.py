"""The progress of a plan, from its document on the default branch, validation results, and its issues."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from bot.core.citations.drift import Drift
from bot.core.citations.permalinks import commit_cited
from bot.core.errors import CharretteError, MissingError
from bot.core.identity import Repository
from bot.core.living import Known, Merged, Overview, overview
from bot.core.living.announcing import Announcement, Tag, announcements, tags
from bot.core.living.edits import Finished
from bot.core.living.known import Hands
from bot.core.living.status_text import status
from bot.core.markdown.artifact import normal
from bot.core.plan import Plan, read
from bot.core.ports import GitHub
from bot.core.tracking import Written
from bot.core.tracking.matching import items_of, match
from bot.core.tracking.shape import PLAN
from bot.core.tracking.units import pieces
from bot.engine.durable import log
from bot.engine.legs.asked import Asked
from bot.engine.legs.drifting import drift_between
from bot.engine.services import Services

from .reconciling import Found, files_of, tracked, web_of
from .standing_pull import scope_of, standing_text


@dataclass(frozen=True)
class Stand:
    """A plan's progress: where its document is, what to announce and label, and what the document lacks."""

    path: str = ""
    title: str = ""
    tracking: int = 0
    status: str = ""
    announcements: tuple[Announcement, ...] = ()
    tags: tuple[Tag, ...] = ()
    finished: tuple[Finished, ...] = ()
    decisions: tuple[str, ...] = ()
    word: str = ""


def where(services: Services, asked: Asked, plan: str) -> Found:
    """Where the plan's document is on the default branch."""
    repository = asked.subject.repository
    github = services.installations.github(repository)
    written = github.written()
    home = next((item for item in items_of(written).get(plan, ()) if item.key == PLAN), None)
    if home is None:
        raise MissingError("The plan no longer has a tracking issue. `/plan issues` opens one.")
    web = web_of(asked.message.link) or web_of(github.issue(home.written.number).url)
    page = f"{web}/blob/{quote(github.default_branch()[0])}"
    return tracked(services, repository, plan, written, page)


def stand_of(services: Services, asked: Asked, plan: str) -> Stand:
    """The progress of a plan; reads GitHub."""
    repository = asked.subject.repository
    github = services.installations.github(repository)
    found = where(services, asked, plan)
    if not found.paths:
        return Stand(status=found.word, word=found.word)
    path, written = found.paths[0], github.written()
    text = files_of(services, repository, found.commit).text(path, found.commit) or ""
    document = read(text, path)
    document = _with_results(document, standing_text(services, github, plan, path))
    items = items_of(written)[plan]
    issues = {key: item.written for key, item in match(pieces(document), items).items.items()}
    view, closed = _view(services, github, plan, document, issues)
    tracking = issues[PLAN].number
    link = f"[`{path.replace('`', '')}`]({found.page}/{quote(path)})"
    return Stand(
        path,
        document.title or path,
        tracking,
        status(view, link, tracking, _drift(services, repository, found, text)),
        announcements(view, tracking),
        tags(view),
        tuple(_finished(view, closed)),
        tuple(risk.decision for risk in document.risks),
    )


def _drift(services: Services, repository: Repository, found: Found, text: str) -> Drift | None:
    """What became of the lines a plan cites, since the commit that its links name."""
    web, _, branch = found.page.rpartition("/blob/")
    base = commit_cited(text, web)
    if not base:
        return None
    try:
        to = Drift(found.commit, unquote(branch))
        return drift_between(services.installations.checkout(repository), base, to, {found.paths[0]: text}, web)
    except CharretteError as error:
        # As after a rewritten history: that commit is nowhere any more.
        log.info("%s: drift can't be told: %s", found.paths[0], error)
        return None


def _view(
    services: Services, github: GitHub, plan: str, document: Plan, issues: Mapping[str, Written]
) -> tuple[Overview, Mapping[str, str]]:
    """The overview, and the days on which issues were closed."""
    units = {piece.unit.id: (piece.key, issues[piece.key]) for piece in pieces(document) if piece.key in issues}
    hands = github.hands([issue for _, issue in units.values()])
    scope, known = scope_of(github.repository, plan), dict[str, Known]()
    for id, (key, issue) in units.items():
        at = hands.get(issue.number, Hands())
        said = services.remotes.get(scope, f"merged/{issue.number}")
        merged = at.merged or (Merged(int(said.id), said.digest) if said else None)
        known[id] = Known(
            key,
            issue.number,
            issue.open,
            issue.reason == "not_planned",
            at.assignees,
            at.pulls,
            merged if not issue.open else None,
            issue.labels,
        )
    days = {key: hands[issue.number].closed for key, issue in units.values() if issue.number in hands}
    return overview(document, known), days


def _finished(view: Overview, closed: Mapping[str, str]) -> Sequence[Finished]:
    found = []
    for each in view.of("done"):
        if each.known and each.known.merged:
            found.append(Finished(each.known.key, each.known.merged.number, each.known.merged.on))
        elif each.known:
            found.append(Finished(each.known.key, each.known.number, closed.get(each.known.key, ""), pull=False))
    return found


def _with_results(document: Plan, newer: str | None) -> Plan:
    """The plan with validation results from the standing pull request, which count before it is merged."""
    if newer is None:
        return document
    results = {normal(risk.decision): risk.result for risk in read(newer).risks}
    risks = [replace(risk, result=results.get(normal(risk.decision), risk.result)) for risk in document.risks]
    return replace(document, risks=tuple(risks))
