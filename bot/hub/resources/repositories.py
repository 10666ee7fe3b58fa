"""Repositories, in GitHub's three sizes."""

from __future__ import annotations

from bot.hub.facts import Account, Issue, Repository, Role
from bot.hub.hub import ROLES

from .users import user
from .view import Json, View, node_id

# Every address of a repository, by its key; the braces are GitHub's own URI templates.
_ADDRESSES = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}


def _switches() -> Json:
    return {
        "fork": False,
        "is_template": False,
        "topics": [],
        "has_issues": True,
        "has_projects": False,
        "has_downloads": False,
        "has_wiki": False,
        "has_pages": False,
        "has_discussions": False,
        "disabled": False,
        "allow_forking": True,
        "web_commit_signoff_required": False,
        "license": None,
        "mirror_url": None,
        "homepage": None,
        "language": None,
    }


def _counts(open_issues: int) -> Json:
    return {
        "forks_count": 0,
        "stargazers_count": 0,
        "watchers_count": 0,
        "size": 0,
        "open_issues_count": open_issues,
        "forks": 0,
        "open_issues": open_issues,
        "watchers": 0,
    }


def repository(view: View, fact: Repository) -> Json:
    """A repository as it shows in lists, pull requests and webhooks."""
    api, page, name = view.repo_api(fact), view.repo_html(fact), view.full_name(fact)
    open_issues = len(view.hub.store.all(Issue, repository_id=fact.id, state="open"))
    return {
        "id": fact.id,
        "node_id": node_id("Repository", fact.id),
        "name": fact.name,
        "full_name": name,
        "owner": user(view, view.account(fact.owner_id)),
        "private": fact.private,
        "html_url": page,
        "description": fact.description or None,
        "url": api,
        **{key: f"{api}{path}" for key, path in _ADDRESSES.items()},
        "git_url": f"{page.replace('http://', 'git://', 1)}.git",
        "ssh_url": f"git@{view.base.split('://', 1)[-1]}:{name}.git",
        "clone_url": f"{page}.git",
        "svn_url": page,
        "default_branch": fact.default_branch,
        "visibility": "private" if fact.private else "public",
        "pushed_at": fact.pushed_at or fact.created_at,
        "created_at": fact.created_at,
        "updated_at": fact.updated_at or fact.created_at,
        "archived": fact.archived,
        **_switches(),
        "fork": bool(fact.parent_id),
        **_counts(open_issues),
    }


def permissions_of(role: Role) -> dict[str, bool]:
    """What a role may, by GitHub's five words."""
    rank = ROLES.index(role)
    return {"admin": rank >= 5, "maintain": rank >= 4, "push": rank >= 3, "triage": rank >= 2, "pull": rank >= 1}


def full_repository(view: View, fact: Repository, role: Role) -> Json:
    """https://docs.github.com/rest/repos/repos#get-a-repository, with what the asker may."""
    owner = view.account(fact.owner_id)
    found = {
        **repository(view, fact),
        "permissions": permissions_of(role),
        "allow_rebase_merge": False,
        "allow_squash_merge": True,
        "allow_merge_commit": True,
        "allow_auto_merge": False,
        "delete_branch_on_merge": False,
        "allow_update_branch": False,
        "temp_clone_token": None,
        "subscribers_count": 0,
        "network_count": 0,
    }
    return {**found, **organization_of(view, owner)}


def organization_of(view: View, owner: Account) -> Json:
    """The key `organization`, where the owner is one."""
    return {"organization": user(view, owner)} if owner.kind == "Organization" else {}


def minimal_repository(view: View, fact: Repository) -> Json:
    """A repository beside something else."""
    return repository(view, fact)
