"""A repository's issues in memory, as GitHub has them: what the steps of a plan meet, and what people do meanwhile."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from bot.core.errors import ConflictError, MissingError, PersonError, TransientError
from bot.core.ports import Comment, Issue
from bot.core.publications import LabelWish
from bot.core.tracking import Done, Ref, Relations, Work, Written
from bot.engine.plans.tracking import carried_out, compared, known, source_of

PATH = "_tasks/worker-limits/002-macro-plan.md"
PLAN = (Path(__file__).parents[2] / "data" / "macro-plan.md").read_text("utf-8")
OURS = "charrette[bot]"
MOST = 100


@dataclass
class World:
    """Issues by number. `writes` are what was done, and `reads` how many requests only read.

    `before` is called before each write, which it may refuse, and `after` once it is done.
    """

    issues: dict[int, Written] = field(default_factory=dict)
    authors: dict[int, str] = field(default_factory=dict)
    parents: dict[int, int] = field(default_factory=dict)
    blockers: dict[int, list[int]] = field(default_factory=dict)
    said: list[Comment] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)
    milestones: list[str] = field(default_factory=list)
    lacking: frozenset[str] = frozenset()
    writes: list[str] = field(default_factory=list)
    reads: int = 0
    before: Callable[[str], None] = lambda what: None
    after: Callable[[str], None] = lambda what: None
    _last: int = 10

    # --- what people do ---

    def person_opens(self, title: str, body: str, author: str = "eve") -> int:
        """An issue of somebody else's."""
        self._last += 1
        self.issues[self._last] = Written(self._last, 1000 + self._last, f"I_{self._last}", title, body, True)
        self.authors[self._last] = author
        return self._last

    def edit(self, number: int, **values: object) -> None:
        """Somebody edits an issue, closes it, or opens it again."""
        self.issues[number] = replace(self.issues[number], **values)  # type: ignore[arg-type]

    def delete(self, number: int) -> None:
        """An administrator deletes an issue."""
        del self.issues[number]
        self.parents = {a: b for a, b in self.parents.items() if number not in (a, b)}
        self.blockers = {a: [b for b in of if b != number] for a, of in self.blockers.items() if a != number}

    # --- what is seen ---

    def ours(self) -> list[Written]:
        """Our own issues, oldest first."""
        return [issue for number, issue in sorted(self.issues.items()) if self.authors[number] == OURS]

    def of(self, start: str) -> Written:
        """Our issue whose title begins so."""
        return next(issue for issue in self.ours() if issue.title.startswith(start))

    def shape(self) -> object:
        """All that GitHub shows of our issues but their numbers."""
        titles = {number: issue.title for number, issue in self.issues.items()}
        return sorted(
            (
                issue.title,
                issue.open,
                titles.get(self.parents.get(issue.number, 0), ""),
                sorted(titles[other] for other in self.blockers.get(issue.number, [])),
                issue.milestone > 0,
            )
            for issue in self.ours()
        )

    # --- Tracker ---

    def issue(self, number: int) -> Issue:
        self.reads += 1
        found = self._there(number)
        return Issue(number, found.title, found.body, self.authors[number], found.open, found.labels, "")

    def comments(self, number: int) -> Sequence[Comment]:
        self.reads += 1
        return [each for each in self.said if each.url == str(number)]

    def create_comment(self, number: int, body: str) -> int:
        with_number = f"comment on #{number}"
        self.before(with_number)
        self._there(number)
        self.said.append(Comment(len(self.said) + 1, OURS, body, str(number), "", ours=True))
        return self._wrote(with_number, len(self.said))

    def ensure_label(self, wish: LabelWish) -> None:
        self.reads += 1
        if wish.name not in self.labels:
            self.before(f"label {wish.name}")
            self.labels.add(wish.name)
            self._wrote(f"label {wish.name}", 0)

    def written(self, newest: int = 0) -> Sequence[Written]:
        self.reads += 1
        found = sorted(self.ours(), key=lambda issue: -issue.number)
        return found[:newest] if newest else found

    def relations(self, issues: Sequence[Written]) -> Relations:
        self.reads += 1
        numbers = [issue.number for issue in issues]
        parents = {number: self.parents[number] for number in numbers if number in self.parents}
        blockers = {number: tuple(self.blockers[number]) for number in numbers if self.blockers.get(number)}
        return Relations(parents, blockers, "sub_issues" not in self.lacking, "dependencies" not in self.lacking)

    def open_issue(self, title: str, body: str, labels: Sequence[str], milestone: int) -> Written:
        self.before(f"open {title}")
        assert len(body) <= 65_536
        if milestone > len(self.milestones) or (milestone and not self.milestones[milestone - 1]):
            raise PersonError("GitHub refused: Validation Failed. Issue milestone invalid.")
        number = self.person_opens(title, body, OURS)
        self.edit(number, labels=tuple(labels), milestone=milestone)
        self._wrote(f"open {title}", number)
        return self.issues[number]

    def edit_issue(self, number: int, title: str, body: str, state: str, reason: str) -> None:
        self.before(f"edit #{number}")
        assert len(body) <= 65_536
        found = self._there(number)
        is_open = found.open if not state else state == "open"
        self.edit(number, title=title or found.title, body=body, open=is_open, reason=reason if state else found.reason)
        self._wrote(f"edit #{number}", 0)

    def milestone(self, title: str, description: str) -> int:
        self.reads += 1
        if title not in self.milestones:
            self.before(f"milestone {title}")
            self.milestones.append(title)
            self._wrote(f"milestone {title}", 0)
        return self.milestones.index(title) + 1

    def nest(self, parent: int, child: int, instead: bool) -> None:
        self.before(f"nest {child}")
        number = self._by_id(child)
        self._there(parent)
        if self.parents.get(number) and not instead:
            raise PersonError("GitHub refused: Sub issue may only have one parent.")
        if list(self.parents.values()).count(parent) >= MOST:
            raise PersonError("GitHub refused: Parent cannot have more than 100 sub-issues.")
        self.parents[number] = parent
        self._wrote(f"nest #{number} below #{parent}", 0)

    def unnest(self, parent: int, child: int) -> None:
        self.before(f"unnest {child}")
        if self.parents.get(self._by_id(child)) != parent:
            raise MissingError("GitHub: Not Found.")
        del self.parents[self._by_id(child)]
        self._wrote(f"unnest #{self._by_id(child)}", 0)

    def block(self, number: int, blocker: int) -> None:
        self.before(f"block #{number}")
        self._there(number)
        other = self._by_id(blocker)
        if other in self.blockers.setdefault(number, []):
            raise ConflictError("GitHub: already_exists.")
        self.blockers[number].append(other)
        self._wrote(f"block #{number} by #{other}", 0)

    def unblock(self, number: int, blocker: int) -> None:
        self.before(f"unblock #{number}")
        if self._by_id(blocker) not in self.blockers.get(number, []):
            raise MissingError("GitHub: Not Found.")
        self.blockers[number].remove(self._by_id(blocker))
        self._wrote(f"unblock #{number}", 0)

    def _there(self, number: int) -> Written:
        if number not in self.issues:
            raise MissingError("GitHub: Not Found.")
        return self.issues[number]

    def _by_id(self, id: int) -> int:
        self._there(id - 1000)
        return id - 1000

    def _wrote(self, what: str, given: int) -> int:
        self.writes.append(what)
        self.after(what)
        return given


class KilledError(Exception):
    """The process is gone."""


@dataclass(frozen=True)
class Run:
    """A reconciliation, whole."""

    work: Work
    done: tuple[Done, ...]
    refs: dict[str, Ref]


source = cache(source_of)
"""A plan, read once for all tests."""


def reconcile(world: World, text: str = PLAN, path: str = PATH) -> Run:
    """As the engine does it: what fails for a while is tried again."""
    work = compared(world, source(path, text))
    refs, done = dict(work.refs), []
    for step in work.steps:
        for _ in range(9):
            try:
                done.append(carried_out(world, work, step, refs))
                break
            except TransientError:
                continue
        refs = dict(known(refs, step, done[-1]))
    return Run(work, tuple(done), refs)


def units(count: int, needs: Callable[[int], Sequence[int]] = lambda n: [n - 1] if n > 1 else []) -> str:
    """A plan of so many units."""
    parts = ["# A long plan\n\n## PR Plan\n"]
    for n in range(1, count + 1):
        after = ", ".join(f"PR {other}" for other in needs(n)) or "none"
        parts.append(
            f"### PR {n}: Unit {n} <!-- unit: u-{n} -->\n\n- **Depends on:** {after}\n"
            f"- **Behavioral Guarantees:**\n  - BC-{n}-1: promise {n} holds\n"
        )
    return "\n".join(parts)
