"""One plan's issues: reads what is there, and carries out one step. The caller makes steps durable, and retries.

Each step looks before it creates, so that a step whose response was lost, or that a kill interrupted, is not repeated.
"""

from collections.abc import Callable, Mapping
from typing import assert_never

from bot.core.errors import ConflictError, MissingError, PersonError
from bot.core.markdown.artifact import Artifact
from bot.core.plan import plan_of
from bot.core.ports import Tracker
from bot.core.publications import LabelWish, marked, marker
from bot.core.tracking import Done, Ref, Source, Step, Work, difference, problems
from bot.core.tracking.marks import numbered, parts, spliced
from bot.core.tracking.matching import items_of, same_plan
from bot.core.tracking.shape import PLAN, Block, Label, Milestone, Nest, Open, Say, Unblock, Unnest, Write
from bot.core.tracking.units import pieces
from bot.core.tracking.words import refusal

MILESTONE = "milestone"
# An issue that was made, and of which we were not told, is among the newest: steps follow each other.
_LATELY = 30


def source_of(path: str, text: str, page: str = "") -> Source:
    """The parsed plan. `PersonError` says why it can't become issues."""
    artifact = Artifact(path, text)
    plan = plan_of(artifact)
    if found := problems(plan):
        raise PersonError(refusal(path, found))
    return Source(artifact, plan, page)


def compared(github: Tracker, source: Source) -> Work:
    """What has to be done for a plan."""
    written = github.written()
    return difference(source, written, github.relations(written))


def known_path(github: Tracker, source: Source) -> tuple[str, bool]:
    """Where the plan is, according to its tracking issue, and whether the issue links to it; "" if unknown."""
    plans = items_of(github.written())
    plan = same_plan(pieces(source.plan), source.artifact.path, plans)
    tracking = next((item.parts for item in plans.get(plan or "", ()) if item.key == PLAN), None)
    if tracking is None:
        return "", False
    return tracking.notes.path, f"[`{tracking.notes.path}`](" in tracking.section


def carried_out(github: Tracker, work: Work, step: Step, refs: Mapping[str, Ref]) -> Done:
    """Carries out one step. If GitHub refuses it for good, that is reported, and other steps still go on."""
    try:
        return _done(github, work, step, refs)
    except MissingError as error:
        return Done(changed=False, refused=f"It is not there any more. {error}")
    except (PersonError, ConflictError) as error:
        return Done(changed=False, refused=str(error))


def known(refs: Mapping[str, Ref], step: Step, done: Done) -> Mapping[str, Ref]:
    """The references after a step."""
    match step:
        case Open() if done.ref:
            return {**refs, step.key: done.ref}
        case Milestone() if done.ref:
            return {**refs, MILESTONE: done.ref}
        case _:
            return refs


def _done(github: Tracker, work: Work, step: Step, refs: Mapping[str, Ref]) -> Done:
    match step:
        case Label():
            github.ensure_label(LabelWish(f"label/{step.name}", step.name, step.color, step.description))
            return Done(changed=False)
        case Milestone():
            return Done(Ref(github.milestone(step.title, step.description), 0))
        case Open():
            return _opened(github, work, step, refs)
        case _:
            return _related(github, work, step, refs)


def _opened(github: Tracker, work: Work, step: Open, refs: Mapping[str, Ref]) -> Done:
    for issue in github.written(_LATELY):
        there = parts(issue.body)
        if (there.plan, there.key) == (work.plan, step.key):
            return Done(Ref(issue.number, issue.id), changed=False)
    body = numbered(step.body, refs)
    milestone = step.milestone or (refs[MILESTONE].number if MILESTONE in refs else 0)
    try:
        made = github.open_issue(step.title, body, step.labels, milestone)
    except PersonError:
        if not milestone:
            raise
        # Somebody deleted it meanwhile.
        made = github.open_issue(step.title, body, step.labels, 0)
    return Done(Ref(made.number, made.id))


def _related(
    github: Tracker, work: Work, step: Nest | Unnest | Block | Unblock | Write | Say, refs: Mapping[str, Ref]
) -> Done:
    own = refs.get(step.key)
    if own is None:
        return Done(changed=False, refused="Its issue could not be opened.")
    match step:
        case Write():
            return _written(github, step, own, refs)
        case Say():
            return _told(github, work, step, own, refs)
        case Unnest():
            return _gone(lambda: github.unnest(step.under, own.id))
        case Unblock():
            return _gone(lambda: github.unblock(own.number, step.by.id))
        case Nest() | Block():
            other = refs.get(step.under if isinstance(step, Nest) else step.by)
            if other is None:
                return Done(changed=False, refused="The issue that this is about could not be opened.")
            return _tied(github, step, own, other)
        case _:
            assert_never(step)


def _tied(github: Tracker, step: Nest | Block, own: Ref, other: Ref) -> Done:
    """Creates a relation; if GitHub refuses because it exists already, that is fine."""
    try:
        if isinstance(step, Nest):
            github.nest(other.number, own.id, step.instead)
        else:
            github.block(own.number, other.id)
    except (PersonError, ConflictError):
        there = [issue for issue in github.written() if issue.number == own.number]
        relations = github.relations(there)
        is_so = relations.parents if isinstance(step, Nest) else relations.blockers
        now = is_so.get(own.number, ())
        if other.number in (now if isinstance(now, tuple) else (now,)):
            return Done(changed=False)
        raise
    return Done()


def _gone(take_off: Callable[[], None]) -> Done:
    try:
        take_off()
    except MissingError:
        return Done(changed=False)
    return Done()


def _written(github: Tracker, step: Write, own: Ref, refs: Mapping[str, Ref]) -> Done:
    """Updates the issue's current text, which somebody may have edited since it was read."""
    issue = github.issue(own.number)
    body = spliced(issue.body, numbered(step.section, refs))
    state = step.state if step.state and (step.state == "open") != issue.open else ""
    if body == issue.body.replace("\r\n", "\n") and step.title in ("", issue.title) and not state:
        return Done(own, changed=False)
    github.edit_issue(own.number, step.title, body, state, step.reason)
    return Done(own)


def _told(github: Tracker, work: Work, step: Say, own: Ref, refs: Mapping[str, Ref]) -> Done:
    key = f"plan/{step.about}"
    for comment in github.comments(own.number):
        if comment.ours and marked(comment.body) == (work.plan, key):
            return Done(own, changed=False)
    github.create_comment(own.number, f"{numbered(step.text, refs)}\n\n{marker(work.plan, key)}\n")
    return Done(own)
