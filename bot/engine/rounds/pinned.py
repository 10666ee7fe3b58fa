"""A review round: a run about a pull request, with all its inputs pinned at the pull request's head."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.core.concerns import Concern, counted, read
from bot.core.concerns.remembering import remembered
from bot.core.definition import Definition, Persona, Policy, least
from bot.core.errors import PersonError
from bot.core.identity import home_of, review_branch_of, slug_of
from bot.core.markdown.safe import shown_to_model
from bot.core.outputs.concerns import NAME
from bot.core.panel import LARGEST, choose, folder_of, is_document, over, within
from bot.core.ports import Checkout, GitHub, Pull, RunRow
from bot.core.run.record import Earlier, PanelRound, Pinned
from bot.engine.legs.asked import Asked
from bot.engine.legs.remembering import remembered_by_runs
from bot.engine.services import Services

from .earlier import changed_since, earlier, past_rounds, raised_in
from .kept import latest, past_kept

_NUMBERED = re.compile(r"(\d{3})-.*\.md")


@dataclass(frozen=True)
class Ground:
    """Where a round writes: the branch ("" if there is none), its head, and what is in the folder already.

    `number` is the round's number, and `earlier` what it builds on.
    """

    branch: str
    head: str
    there: tuple[str, ...]
    number: int
    earlier: Earlier | None


def pin_round(
    services: Services, github: GitHub, asked: Asked, run: str, definition: Definition, policy: Policy
) -> Pinned:
    """The inputs of a round; `PersonError` says why there can be none."""
    pull = github.pull(asked.number)
    if not pull.open:
        raise PersonError(
            f"This pull request is {'merged' if pull.merged else 'closed'}; a review would change nothing."
        )
    checkout = services.installations.checkout(asked.subject.repository)
    checkout.fetch(pull.head)
    texts, left = within(documents(sorted(github.touched(pull.number)), checkout, pull.head))
    if not texts:
        raise PersonError(_nothing(left))
    title = _title(services, asked, pull)
    folder = folder_of(tuple(texts), definition.artifacts.format(slug=slug_of(title)))
    words = getattr(asked.message.deed, "description", "")
    chosen = choose(definition, words, texts)
    if pull.fork:
        rows = services.runs.of_subject(asked.subject.repository.id, asked.subject.home)
        ground = kept_ground(checkout, pull, folder, rows, texts)
    else:
        memories = remembered_by_runs(services, asked.subject.repository.id, asked.subject.home)
        known = remembered(*(memory.concerns for memory in memories))
        ground = _ground(github, checkout, pull, folder, run, definition, texts, known)
    if why := over(words, ground.earlier):
        raise PersonError(why)
    into = "" if ground.branch in ("", pull.head_branch) else pull.head_branch
    round = PanelRound(ground.number, pull.number, tuple(texts), into, chosen.why, left, ground.earlier, fork=pull.fork)
    inputs = Inputs(run, definition, policy, folder, chosen.personas, ground, round)
    return pinned_of(services, github, asked, pull, pull.head, inputs)


@dataclass(frozen=True)
class Inputs:
    """What defines a round, besides what its pull request says."""

    run: str
    definition: Definition
    policy: Policy
    folder: str
    panel: tuple[Persona, ...]
    ground: Ground
    round: PanelRound


def pinned_of(services: Services, github: GitHub, asked: Asked, pull: Pull, base: str, inputs: Inputs) -> Pinned:
    """The pinned inputs of a round that reviews a pull request at the commit `base`."""
    definition, round, title = inputs.definition, inputs.round, _title(services, asked, pull)
    wait = services.wait_days if services.wait_days is not None else definition.wait_days
    return Pinned(
        run=inputs.run,
        workflow=definition.id,
        subject=asked.subject,
        title=" ".join(shown_to_model(title).split()),
        body=shown_to_model(pull.body),
        author=asked.author,
        url=pull.url,
        started_at=asked.message.at,
        started_by=asked.message.by,
        base=base,
        base_branch=round.into or github.default_branch()[0],
        slug=slug_of(title),
        branch=inputs.ground.branch,
        folder=inputs.folder,
        definition=replace(
            _numbered(definition, inputs.folder, inputs.ground.there),
            panel=inputs.panel,
            wait_days=least(wait, inputs.policy.budgets.wait_days),
        ),
        policy=inputs.policy,
        round=round,
    )


def _title(services: Services, asked: Asked, pull: Pull) -> str:
    """What the documents are about: the pull request's title, without our prefix if it is one of ours."""
    if home_of(pull.head_branch) is None:
        return pull.title
    definitions = services.houses.of(asked.subject.repository).house.definitions.values()
    kind, _, title = pull.title.partition(": ")
    return title if title and kind in {each.kind for each in definitions} else pull.title


def _ground(
    github: GitHub,
    checkout: Checkout,
    pull: Pull,
    folder: str,
    run: str,
    definition: Definition,
    texts: Mapping[str, str],
    known: Sequence[Concern],
) -> Ground:
    """The pull request's branch if that is ours, else a separate branch of ours."""
    ours = home_of(pull.head_branch) is not None
    branch, head = (pull.head_branch, pull.head) if ours else beside(github, pull)
    checkout.fetch(head)
    past = past_rounds(
        github, dict.fromkeys((pull.head_branch, *([branch] if head != pull.head else []))), run, merging(definition)
    )
    there = (*checkout.blobs(pull.head, folder), *checkout.blobs(head, folder))
    return Ground(branch, head, there, len(past) + 1, earlier(checkout, pull, head, folder, past, texts, known))


def kept_ground(
    checkout: Checkout, pull: Pull, folder: str, rows: Sequence[RunRow], texts: Mapping[str, str]
) -> Ground:
    """No branch, because a fork's branch is not ours; the round builds on earlier rounds in the database."""
    past, found = past_kept(rows), latest(rows)
    there = tuple(checkout.blobs(pull.head, folder))
    if not past or found is None:
        return Ground("", pull.head, there, 1, None)
    since = past[-1].base
    changed = changed_since(checkout, since, texts)
    before = Earlier(
        found[0],
        pull.head,
        pull.head if changed is None else since,
        raised_in(found[1]),
        tuple(texts) if changed is None else changed,
        tuple(counted(read(each.concerns).concerns) for each in past),
        found[1],
    )
    return Ground("", pull.head, (*there, *(path for each in past for path in each.paths)), len(past) + 1, before)


def merging(definition: Definition) -> str:
    """The id of the phase that merges the experts' findings."""
    return next(phase.id for phase in definition.phases if phase.output == "concerns")


def _nothing(left: Sequence[str]) -> str:
    if left:
        return f"`{left[0]}` alone is more than a panel can read at once ({LARGEST:,} characters). Split it."
    return (
        "This pull request changes no Markdown document, so there is nothing for a panel to read. "
        "Commit the design to its branch as a file that ends in `.md`, and ask again."
    )


def documents(touched: Sequence[str], checkout: Checkout, head: str) -> dict[str, str]:
    """The Markdown documents that the pull request changes (path to text), without what earlier rounds wrote."""
    written = (path for path in touched if is_document(path) and not path.endswith(NAME))
    texts = {path: checkout.text(path, head) for path in written}
    return {path: text for path, text in texts.items() if text is not None}


def beside(github: GitHub, pull: Pull) -> tuple[str, str]:
    """The separate branch for reviews of somebody's pull request, and its head.

    An existing one with the reviews of earlier rounds, as long as it is not merged; else a new one.
    """
    first = review_branch_of(pull.number)
    n = 1
    while (head := github.head(branch := first if n == 1 else f"{first}-{n}")) is not None:
        offered = github.pull_for(branch)
        if (offered is None or offered.open) and github.branch_commits(branch, pull.head):
            return branch, head
        n += 1
    return branch, pull.head


def _numbered(definition: Definition, folder: str, there: Sequence[str]) -> Definition:
    """The definition with phases numbered from the next free number; the concerns keep their number."""
    names = [path.rpartition("/")[2] for path in there if path.rpartition("/")[0] == folder]
    taken = [int(match[1]) for name in names if (match := _NUMBERED.fullmatch(name))]
    free = max(taken, default=0) + 1
    concerns = next((int(name[:3]) for name in names if name.endswith(NAME) and _NUMBERED.fullmatch(name)), None)
    phases = []
    for phase in definition.phases:
        if phase.elsewhere:
            phases.append(phase)
            continue
        kept = concerns if phase.output == "concerns" and concerns else None
        phases.append(replace(phase, number=kept or free))
        free += 0 if kept else 1
    return replace(definition, phases=tuple(phases))
