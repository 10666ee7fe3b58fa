"""What a gate may look at beside the artifact."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.ports import Tree


@dataclass(frozen=True)
class Context:
    """The surroundings of an artifact.

    `tree` is the code at the pinned commit (None where there is none). `documents` are the run's other artifacts, path
    to text, the request among them. `given` is all text that people gave (issue, configuration): a link in it is a
    source. `fetched` are the URLs that a web tool really returned to whoever wrote it, `searches` says that there was
    such a tool. `web` is the repository's page.
    """

    tree: Tree | None = None
    documents: Mapping[str, str] = field(default_factory=dict)
    given: str = ""
    fetched: frozenset[str] = frozenset()
    web: str = ""
    searches: bool = False
