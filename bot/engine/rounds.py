"""A round of reviews: a run about a pull request, with all that it reads pinned at its head."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ..core.definition import Definition, Policy, least
from ..core.errors import PersonError
from ..core.identity import BRANCH_PREFIX, home_of, slug_of
from ..core.outputs.concerns import NAME
from ..core.panel import choose, folder_of, is_document
from ..core.ports import Checkout, GitHub, Pull
from ..core.record import PanelRound, Pinned
from ..core.safe import shown_to_model
from .asked import Asked
from .services import Services

_NUMBERED = re.compile(r"(\d{3})-.*\.md")


def pin_round(
    services: Services, github: GitHub, asked: Asked, run: str, definition: Definition, policy: Policy
) -> Pinned:
    """The inputs of a round; `PersonError` says why there can be none."""
    pull = github.pull(asked.number)
    _must_be_reviewable(pull)
    checkout = services.installations.checkout(asked.subject.repository)
    checkout.fetch(pull.head)
    paths = _documents(sorted(github.touched(pull.number)), checkout, pull.head)
    if not paths:
        raise PersonError("This pull request changes no Markdown document, so there is nothing for a panel to read.")
    texts = {path: checkout.text(path, pull.head) or "" for path in paths}
    folder = folder_of(paths, definition.artifacts.format(slug=slug_of(pull.title)))
    deed = asked.message.deed
    chosen = choose(definition, getattr(deed, "description", ""), texts)
    ours = home_of(pull.head_branch) is not None
    wait = services.wait_days if services.wait_days is not None else definition.wait_days
    return Pinned(
        run=run,
        workflow=definition.id,
        subject=asked.subject,
        title=" ".join(shown_to_model(pull.title).split()),
        body=shown_to_model(pull.body),
        author=asked.author,
        url=pull.url,
        started_at=asked.message.at,
        started_by=asked.message.by,
        base=pull.head,
        base_branch=github.default_branch()[0] if ours else pull.head_branch,
        slug=slug_of(pull.title),
        branch=pull.head_branch if ours else f"{BRANCH_PREFIX}review-{pull.number}",
        folder=folder,
        definition=replace(
            _numbered(definition, list(checkout.blobs(pull.head, folder))),
            panel=chosen.personas,
            wait_days=least(wait, policy.budgets.wait_days),
        ),
        policy=policy,
        round=PanelRound(
            int(run.rpartition(".")[2]), pull.number, tuple(paths), "" if ours else pull.head_branch, chosen.why
        ),
    )


def _must_be_reviewable(pull: Pull) -> None:
    if not pull.open:
        raise PersonError(
            f"This pull request is {'merged' if pull.merged else 'closed'}; a review would change nothing."
        )
    if pull.fork:
        raise PersonError(
            "The branch of this pull request is in a fork, which I can't commit reviews beside. "
            "Push it to a branch of this repository, and ask again."
        )


def _documents(touched: Sequence[str], checkout: Checkout, head: str) -> list[str]:
    """The Markdown documents that the pull request brings, less the reviews of earlier rounds."""
    return [path for path in touched if is_document(path) and checkout.text(path, head) is not None]


def _numbered(definition: Definition, there: Sequence[str]) -> Definition:
    """The phases under the next free numbers of the folder; the concerns keep the number that they have."""
    names = [path.rpartition("/")[2] for path in there]
    taken = [int(match[1]) for name in names if (match := _NUMBERED.fullmatch(name))]
    free = max(taken, default=0) + 1
    concerns = next((int(name[:3]) for name in names if name.endswith(NAME) and _NUMBERED.fullmatch(name)), None)
    phases = []
    for phase in definition.phases:
        kept = concerns if phase.output == "concerns" and concerns else None
        phases.append(replace(phase, number=kept or free))
        free += 0 if kept else 1
    return replace(definition, phases=tuple(phases))
