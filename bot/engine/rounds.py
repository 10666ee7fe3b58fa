"""A round of reviews: a run about a pull request, with all that it reads pinned at its head."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ..core.definition import Definition, Policy, least
from ..core.errors import PersonError
from ..core.identity import BRANCH_PREFIX, home_of, slug_of
from ..core.outputs.concerns import NAME
from ..core.panel import LARGEST, choose, folder_of, is_document, over, within
from ..core.ports import Checkout, GitHub, Pull
from ..core.record import PanelRound, Pinned
from ..core.safe import shown_to_model
from .asked import Asked
from .earlier_rounds import earlier, past_rounds
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
    texts, left = within(_documents(sorted(github.touched(pull.number)), checkout, pull.head))
    if not texts:
        raise PersonError(_nothing(left))
    folder = folder_of(tuple(texts), definition.artifacts.format(slug=slug_of(pull.title)))
    words = getattr(asked.message.deed, "description", "")
    chosen = choose(definition, words, texts)
    ours = home_of(pull.head_branch) is not None
    branch, head = (pull.head_branch, pull.head) if ours else _beside(github, pull)
    branches = [pull.head_branch]
    if head != pull.head:
        checkout.fetch(head)
        branches.append(branch)
    merging = next(phase.id for phase in definition.phases if phase.output == "concerns")
    past = past_rounds(github, branches, run, merging)
    before = earlier(checkout, pull, head, folder, past, texts)
    if why := over(words, before):
        raise PersonError(why)
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
        branch=branch,
        folder=folder,
        definition=replace(
            _numbered(definition, folder, [*checkout.blobs(pull.head, folder), *checkout.blobs(head, folder)]),
            panel=chosen.personas,
            wait_days=least(wait, policy.budgets.wait_days),
        ),
        policy=policy,
        round=PanelRound(
            len(past) + 1,
            pull.number,
            tuple(texts),
            "" if ours else pull.head_branch,
            chosen.why,
            left,
            before,
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


def _nothing(left: Sequence[str]) -> str:
    if left:
        return f"`{left[0]}` alone is more than a panel can read at once ({LARGEST:,} characters). Split it."
    return (
        "This pull request changes no Markdown document, so there is nothing for a panel to read. "
        "Commit the design to its branch as a file that ends in `.md`, and ask again."
    )


def _documents(touched: Sequence[str], checkout: Checkout, head: str) -> dict[str, str]:
    """The Markdown documents that the pull request brings, path to text, less what earlier rounds wrote."""
    written = (path for path in touched if is_document(path) and not path.endswith(NAME))
    texts = {path: checkout.text(path, head) for path in written}
    return {path: text for path, text in texts.items() if text is not None}


def _beside(github: GitHub, pull: Pull) -> tuple[str, str]:
    """The branch for reviews of a pull request that isn't ours, and its head.

    The one that is there, with the reviews of earlier rounds, as long as they are not merged; else a new one.
    """
    first = f"{BRANCH_PREFIX}review-{pull.number}"
    n = 1
    while (head := github.head(branch := first if n == 1 else f"{first}-{n}")) is not None:
        offered = github.pull_for(branch)
        if (offered is None or offered.open) and github.branch_commits(branch, pull.head):
            return branch, head
        n += 1
    return branch, pull.head


def _numbered(definition: Definition, folder: str, there: Sequence[str]) -> Definition:
    """The phases under the next free numbers of the folder; the concerns keep the number that they have."""
    names = [path.rpartition("/")[2] for path in there if path.rpartition("/")[0] == folder]
    taken = [int(match[1]) for name in names if (match := _NUMBERED.fullmatch(name))]
    free = max(taken, default=0) + 1
    concerns = next((int(name[:3]) for name in names if name.endswith(NAME) and _NUMBERED.fullmatch(name)), None)
    phases = []
    for phase in definition.phases:
        kept = concerns if phase.output == "concerns" and concerns else None
        phases.append(replace(phase, number=kept or free))
        free += 0 if kept else 1
    return replace(definition, phases=tuple(phases))
