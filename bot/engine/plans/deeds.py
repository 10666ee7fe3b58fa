"""What a leg for plans does on GitHub, each thing once: closing an issue, a label, a comment."""

from bot.core.identity import Repository
from bot.core.living.announcing import READY, Announcement, Tag
from bot.core.ports import Issue, Remote
from bot.core.publications import marked, marker
from bot.engine.services import Services

from .meant import Done
from .standing_pull import scope_of


def close(services: Services, repository: Repository, plan: str, done: Done) -> None:
    """Closes a unit's issue if GitHub didn't; one that a person reopened stays open."""
    github = services.installations.github(repository)
    scope = scope_of(repository, plan)
    handled = services.remotes.get(scope, f"merged/{done.issue}")
    if handled and handled.id == str(done.pull):
        return
    issue = github.issue(done.issue)
    if issue.open:
        _closed(services, repository, plan, done, issue)
    # Last: where GitHub fails, or a kill comes, before the issue is closed, all of it is done again.
    services.remotes.put(scope, f"merged/{done.issue}", Remote(str(done.pull), done.on))


def _closed(services: Services, repository: Repository, plan: str, done: Done, issue: Issue) -> None:
    """The word comes first: a closed issue would say that it was said."""
    named = ", whose branch is named after it" if done.how == "branch" else ""
    text = f"Done by #{done.pull}{named}, so this is closed. Open it again if something of it is missing."
    said_once(services, repository, plan, Announcement(f"closed/{done.issue}/{done.pull}", done.issue, text))
    services.installations.github(repository).edit_issue(done.issue, "", issue.body, "closed", "completed")


def labelled(services: Services, repository: Repository, plan: str, tag: Tag) -> None:
    """Adds or removes the label once; what people do with it afterwards is up to them."""
    scope, now = scope_of(repository, plan), "on" if tag.on else "off"
    known = services.remotes.get(scope, tag.key)
    if known is None or known.digest != now:
        services.installations.github(repository).label(tag.number, READY, tag.on)
        services.remotes.put(scope, tag.key, Remote(str(tag.number), now))


def said_once(services: Services, repository: Repository, plan: str, said: Announcement) -> None:
    """Posts a comment that is made only once, ever; its marker is looked for first."""
    scope = scope_of(repository, plan)
    if services.remotes.get(scope, said.key) is not None:
        return
    github = services.installations.github(repository)
    there = [each.id for each in github.comments(said.number) if each.ours and marked(each.body) == (plan, said.key)]
    id = there[0] if there else github.create_comment(said.number, f"{said.text}\n\n{marker(plan, said.key)}\n")
    services.remotes.put(scope, said.key, Remote(str(id), ""))
