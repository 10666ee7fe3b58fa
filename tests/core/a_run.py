"""Values for the tests of the core: a small workflow, and a run of it that goes as far as a test wants."""

from collections.abc import Callable
from dataclasses import replace

from bot.core.definition import Definition, GateUse, Persona, Phase, Trigger
from bot.core.findings import Finding
from bot.core.identity import Repository, Subject
from bot.core.incoming.messages import Deed, Entry, Message
from bot.core.run.acts import (
    Act,
    Began,
    Brief,
    Commit,
    Committed,
    Convene,
    Converse,
    End,
    Outcome,
    Result,
    Show,
    Shown,
    Wait,
)
from bot.core.run.advance import after, next_act
from bot.core.run.record import Pinned, Record, Spent
from bot.core.run.state import State, fold

ASKING = """# Understanding

## Questions

### Q1. Which store?

Why it matters: it decides the consistency.

- A) SQLite (recommended)
- B) PostgreSQL

### Q2. Which port?

Why it matters: firewalls.

- A) 80
- B) 8080 (recommended)
"""
PLAIN = "# A document\n\n## Questions\n\nNone.\n"
PERSONAS = (
    Persona("tarjan", "Robert Tarjan", "Graph algorithms", "Look for cycles."),
    Persona("security", "Security", "Security", "Look for holes."),
)

REQUEST = Phase("user-request", 1, "The request", "", source="event")
UNDERSTAND = Phase("understanding", 2, "Understanding", "Restate {{ title }}.", asks="author")
PRIOR = Phase("prior-art", 3, "Prior art", "Compare {{ systems | join(', ') }}.", reads=("understanding",))
REVIEWS = Phase("review", 4, "Reviews", "Review.", reads=("understanding",), each="experts", output="findings")
SUMMARY = Phase(
    "summary", 5, "Summary", "Sum up.", reads=("understanding", "prior-art"), approval="maintainer", counted=False
)
PROMPTS = {
    "system": "You design for {{ repository }}.",
    "repair": "Mend {{ path }}:{% for f in findings %} {{ f.line }} {{ f.wrong }}{% endfor %}\n{{ draft }}",
    "answers": "Answers: {% for a in answers %}{{ a.letter }} {{ a.text }};{% endfor %} {{ rest }} {{ last_round }}",
    "revise": "Mind this: {{ feedback }}",
    "sections": "Only: {{ sections | join(', ') }}.",
    "again": "Round {{ number }} since {{ since }}.{% for c in raised %} {{ c.id }} {{ c.verdict }};{% endfor %}"
    "{% for d in changed %} {{ d }}{% endfor %}{% for d in left %} not {{ d }}{% endfor %}",
}


def definition(*phases: Phase, **changes: object) -> Definition:
    """A workflow with these phases after the request."""
    whole = Definition(
        id="feature-design",
        version=1,
        summary="Design a feature.",
        trigger=Trigger("design", "/design"),
        artifacts="_tasks/{slug}",
        phases=(REQUEST, *(phases or (UNDERSTAND, PRIOR))),
        parameters={"systems": ["Nomad", "Ray"], "project": "A queue"},
        prompts=PROMPTS,
        panel=PERSONAS,
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def pinned(of: Definition | None = None, **changes: object) -> Pinned:
    """The inputs of a run on issue 12."""
    whole = Pinned(
        run="7.12.feature-design.1",
        workflow="feature-design",
        subject=Subject(Repository(7, "octo/queue", 3), 12),
        title="Queue depth",
        body="We need the depth of the queue.\n\n## Why\n\nTo scale.",
        author="ada",
        url="https://github.example/octo/queue/issues/12",
        started_at="2026-11-20T10:00:00Z",
        started_by="grace",
        base="b" * 40,
        base_branch="main",
        slug="queue-depth",
        branch="charrette/12-queue-depth",
        folder="_tasks/queue-depth",
        definition=of or definition(),
        description="We need the depth of the queue.",
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def message(deed: Deed, id: str = "gh-1.0", by: str = "ada", author: bool = True, writer: bool = True) -> Message:
    """A message about issue 12."""
    return Message(id, by, "2026-11-20T10:05:00Z", "https://github.example/c/1", deed, author, writer)


def with_entry(state: State, deed: Deed, about: str = "", digest: str = "") -> State:
    """The state with one more entry, as the next leg folds it."""
    n = len(state.record.entries) + 1
    entry = Entry(message(deed, f"gh-{n}.0"), about, digest)
    record = replace(state.record, entries=(*state.record.entries, entry), trouble=None, reason="")
    return fold(record)


def outcome(brief: Brief, text: str, *findings: Finding, **changes: object) -> Outcome:
    """What a conversation brings back."""
    spent = Spent(1, 100, 0, 0, 50, 0.01)
    made = Outcome(brief.address, "done", text, findings=findings, spent=spent, model="m-1", at="2026-11-20T10:01:00Z")
    return replace(made, **changes)  # type: ignore[arg-type]


class Play:
    """Runs a state as the engine would, with what the model says given beforehand; keeps the acts."""

    def __init__(self, record: Record | None = None, *said: str | Outcome | tuple[str, tuple[Finding, ...]]) -> None:
        self.state = fold(record or Record(pinned(), now="2026-11-20T10:00:01Z"))
        self.said = list(said)
        self.acts: list[Act] = []

    def go(self) -> Wait | End:
        """Until the leg closes."""
        while True:
            act = next_act(self.state)
            self.acts.append(act)
            if isinstance(act, Wait | End):
                return act
            self.state = after(self.state, act, self.perform(act))

    def go_until(self, holds: Callable[[Act], bool]) -> None:
        """To before the first act of which this holds."""
        while not holds(act := next_act(self.state)):
            self.state = after(self.state, act, self.perform(act))

    def perform(self, act: Act) -> Result:
        """What GitHub and the model would give back."""
        match act:
            case Show():
                return Shown(13 if self.state.record.head else None, at="2026-11-20T10:02:00Z")
            case Commit():
                sha = f"{len(self.state.record.commits) + 1:040x}"
                return Committed(
                    sha, {path: f"blob-{sha[-2:]}-{path[-6:]}" for path in act.files}, at="2026-11-20T10:03:00Z"
                )
            case Convene():
                return Began(act.run or f"7.12.{act.workflow}.{len(self.acts)}", "2026-11-20T10:04:00Z")
            case Converse():
                return tuple(self._say(brief) for brief in act.briefs)
            case _:
                raise AssertionError(act)

    def _say(self, brief: Brief) -> Outcome:
        said = self.said.pop(0)
        if isinstance(said, Outcome):
            return replace(said, address=brief.address)
        text, findings = (said, ()) if isinstance(said, str) else said
        return outcome(brief, text, *findings)

    def then(self, deed: Deed, about: str = "", digest: str = "") -> Wait | End:
        """One more message, and the leg that it starts."""
        self.state = with_entry(self.state, deed, about, digest)
        return self.go()

    @property
    def kinds(self) -> str:
        """The acts so far, in one line."""
        return " ".join(act.kind for act in self.acts)


def wrong(line: int = 3, severity: str = "error") -> Finding:
    """A finding."""
    return Finding(line, "It says nothing.", "Say something.", "not-empty", severity)  # type: ignore[arg-type]


GATE = GateUse("not-empty")
