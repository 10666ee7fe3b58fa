"""What a new run gets besides its request: a design that the request refers to, and the repository's guidelines."""

from dataclasses import replace

from bot.core.errors import PersonError
from bot.core.identity import branch_of
from bot.core.ports import Checkout, GitHub
from bot.core.run.bringing import linked, named, numbered
from bot.core.run.record import Brought, Pinned
from bot.engine.services import Services


def with_what_it_brings(services: Services, github: GitHub, pinned: Pinned) -> Pinned:
    """The inputs with the design that the request refers to, without the phases that would make one.

    `PersonError` if the configuration names a file as a document, and that file doesn't exist.
    """
    definition = pinned.definition
    checkout = services.installations.checkout(pinned.subject.repository)
    checkout.fetch(pinned.base)
    files = frozenset(checkout.tree(pinned.base).files())
    for name in definition.documents:
        path = definition.parameters.get(name.replace("-", "_"))
        if path and path not in files:
            raise PersonError(
                f"`.github/charrette.yml` names `{path}` as the {name}, and there is no such file on "
                f"`{pinned.base_branch}`. Write the path of one, or leave the parameter out: then ours hold."
            )
    if not any(phase.unless for phase in definition.phases):
        return pinned
    brought = tuple(Brought(path, pinned.base) for path in named(pinned.body, files))
    brought = brought or _of_runs(services, github, checkout, pinned)
    return replace(pinned, brought=brought, definition=definition.without("design")) if brought else pinned


def _of_runs(services: Services, github: GitHub, checkout: Checkout, pinned: Pinned) -> tuple[Brought, ...]:
    """The documents of another workflow's run, on this issue or the first one it names that has some."""
    for issue in (pinned.subject.home, *linked(pinned.body)):
        for branch, folder in _places(services, github, pinned, issue):
            commit = github.head(branch) or pinned.base
            checkout.fetch(commit)
            if paths := numbered(checkout.tree(commit).files(), f"{folder}/"):
                return tuple(Brought(path, commit) for path in paths)
    return ()


def _places(services: Services, github: GitHub, pinned: Pinned, issue: int) -> list[tuple[str, str]]:
    """Branch and folder of an issue's runs; derived from branch names if there are no rows."""
    rows = services.runs.of_subject(pinned.subject.repository.id, issue)
    kept = [
        row.pinned for row in rows if row.pinned and row.workflow != pinned.workflow and not row.pinned.get("round")
    ]
    if kept:
        return [(each["branch"], each["folder"]) for each in kept]
    prefix = branch_of(issue, "")
    slugs = [branch.removeprefix(prefix) for branch in github.branches(prefix) if branch != pinned.branch]
    return [(branch_of(issue, slug), pinned.folder.replace(pinned.slug, slug)) for slug in slugs]
