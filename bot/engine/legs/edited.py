"""Which documents of a run people changed, as opposed to what approvals and decisions wrote on their behalf."""

from collections.abc import Iterator, Mapping, Sequence

from bot.core.ports import BranchCommit, Checkout
from bot.core.run.record import PhaseCommit


def edited(
    commits: Sequence[PhaseCommit], written: Sequence[BranchCommit], checkout: Checkout, head: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """The paths whose blob at the head is not the last one we wrote, with that blob ("" if deleted).

    `written` are all commits of the branch, oldest first; `head` has the blobs there.
    """
    last = {path: (commit.sha, blob) for commit in commits for path, blob in commit.files.items()}
    for path, (sha, blob) in sorted(last.items()):
        now = head.get(path, "")
        if now != blob and now != _ours(path, blob, sha, written, checkout):
            yield path, now


def _ours(path: str, blob: str, sha: str, written: Sequence[BranchCommit], checkout: Checkout) -> str:
    """The blob after later commits of ours, as long as nobody else changed the document in between."""
    at = next((n for n, commit in enumerate(written) if commit.sha == sha), len(written))
    for before, commit in zip(written[at:], written[at + 1 :], strict=False):
        if commit.ours:
            # The clone has our commits; those of people are fetched where they are asked for.
            checkout.fetch(before.sha)
            if checkout.blobs(before.sha, path.rpartition("/")[0]).get(path) == blob:
                blob = checkout.blobs(commit.sha, path.rpartition("/")[0]).get(path, "")
    return blob
