"""Who is who: the subject of a run, the run, and the address of one turn of the model."""

import re
from dataclasses import dataclass
from unicodedata import combining, normalize

BRANCH_PREFIX = "charrette/"


@dataclass(frozen=True)
class Repository:
    """A repository of an installation. `id` is what counts: `full_name` (owner/name) changes."""

    id: int
    full_name: str
    installation: int


@dataclass(frozen=True)
class Subject:
    """What a run is about: a repository and its home number (the issue, or a pull request without one)."""

    repository: Repository
    home: int

    @property
    def key(self) -> str:
        """The queue partition: legs of one subject run one at a time."""
        return f"{self.repository.id}.{self.home}"


def run_id(subject: Subject, workflow: str, n: int) -> str:
    """`{repo_id}.{home}.{workflow}.{n}`; n counts this workflow's runs on this subject from 1."""
    return f"{subject.key}.{workflow}.{n}"


@dataclass(frozen=True)
class Address:
    """Where a turn of the model belongs: `run/phase@revision/member/draft#turn`.

    `of` tells a revision of what people made of a document (`draft~of`) from one of what they make of it meanwhile.
    """

    run: str
    phase: str
    revision: int
    member: str
    draft: int
    of: str = ""

    @property
    def conversation(self) -> str:
        """The conversation's address: its id in the engine."""
        return f"{self.run}/{self.phase}@{self.revision}/{self.member}/{self.draft}{self.of and f'~{self.of}'}"

    def turn(self, n: int) -> str:
        """The address of the nth turn, from 1."""
        return f"{self.conversation}#{n}"


def without_run(address: str) -> str:
    """The address less its run: what a recording is keyed by. A workflow's second run of a subject keeps its number,
    so that an answer of the first, such as a round of reviews, is not taken for one of the second.
    """
    run, rest = address.split("/", 1)
    n = run.rpartition(".")[2]
    return rest if n in ("", "1") else f"{n}/{rest}"


def branch_of(home: int, slug: str) -> str:
    """The branch of a run, `charrette/<issue>-<slug>`."""
    return f"{BRANCH_PREFIX}{home}-{slug}"


def review_branch_of(number: int) -> str:
    """The branch for the reviews of a pull request that isn't ours; later ones have `-2` and so on behind it."""
    return f"{BRANCH_PREFIX}review-{number}"


def home_of(branch: str) -> int | None:
    """The issue that a branch name belongs to, or the pull request whose reviews it holds; None for other people's."""
    match = re.fullmatch(r"charrette/(?:(\d{1,12})-[a-z0-9-]+|review-(\d{1,12})(?:-\d+)?)", branch)
    return int(match[1] or match[2]) if match else None


def slug_of(title: str, limit: int = 40, unnamed: str = "design") -> str:
    """A title as a short kebab-case name of ASCII letters and digits, at most `limit` characters, never empty.

    Letters lose their accents; a title of other scripts, or of none, is `unnamed`.
    """
    plain = "".join(c for c in normalize("NFKD", title) if not combining(c))
    words = re.findall(r"[a-z0-9]+", plain.lower())
    slug = ""
    for word in words:
        if len(slug) + len(word) + 1 > limit:
            break
        slug = f"{slug}-{word}" if slug else word
    return slug or (words[0][:limit] if words else unnamed)
