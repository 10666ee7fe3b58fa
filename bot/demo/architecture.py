"""A roadmap, what its panel finds in components that it leaves alone, and the tracks and the contract that follow."""

from collections.abc import Iterator
from pathlib import Path

from bot.core.concerns import Concerns, read
from bot.core.concerns.contradictions import findings_of
from bot.core.concerns.shape import is_undecided
from bot.core.outputs.concerns import NAME as CONCERNS_NAME
from bot.core.outputs.contract import NAME as CONTRACT_NAME
from bot.core.tracks import ROADMAP, owning, tracks
from bot.core.tracks.contract import faults as broken
from bot.core.tracks.contract import read as read_contract
from bot.core.views.concerns import CONCERNS

from . import looking
from .panel import all_accepted, check_of
from .scenario import Played, Scenario
from .stage import Stage
from .watching import Say, Watch

EXPERTS = 4
ASKED = "approv"
"""What a status says where a person has to approve: that it waits for approval, or for somebody's `/approve`."""


class Planning:
    """Ada, from her issue to the last decision about it; `pull` is 0 until there is a pull request."""

    def __init__(self, stage: Stage, say: Say) -> None:
        self.stage, self.say, self.ada = stage, say, stage.people["ada"]
        self.issue = SCENARIO.opened(stage, say)
        self.run = Watch(stage, self.issue["number"], say)
        self.first_check: str | None = None

    def play(self) -> None:
        """To the end, with each thing that a person has to say on the way."""
        self.run.until(lambda: self.run.questions is not None or self.run.over, "the questions")
        if self.run.questions is not None:
            self.say(f"the questions to @ada: {self.run.questions['html_url']}")
            self._comment(self.issue["number"], self._said("answers.md", "recommended"))
        self._go_on("the panel and the owners of its concerns")
        self.first_check = self._checked()
        while not self.run.over:
            self._decide()
            self._approve()
            self._go_on("the end of the run")
        self._checked()

    def faults(self) -> Iterator[str]:
        """What of the expected is not there, looked up as a person would."""
        if not self.pull:
            yield "there is no pull request"
            return
        names = {Path(path).name for path in self.paths()}
        concerns = self.concerns()
        if concerns is None:
            yield "there is no document of concerns"
            return
        yield from self._reviews()
        text = self.text(CONCERNS_NAME)
        open = [ROADMAP, *(track.name for track in tracks(text))]
        if self.stage.scripted and len(open) == 1:
            yield "no track is open beside the roadmap's"
        for track in tracks(text):
            if f"-{track.id}-design.md" not in " ".join(names):
                yield f"the track {track.name} has no design"
        yield from (f"the concerns, line {each.line}: {each.wrong}" for each in findings_of(concerns))
        yield from (f"nobody decided {each.id}" for each in concerns.concerns if is_undecided(each))
        yield from (f"the owners: {wrong}" for _, wrong, _ in owning.faults(owning.read(text), _ids(concerns)))
        if len(open) > 1:
            yield from (f"the contract: {each.wrong}" for each in broken(read_contract(self.text(CONTRACT_NAME)), open))
        yield from self._ended()

    @property
    def pull(self) -> int:
        """The number of the run's pull request."""
        found = self.ada.get("/pulls?state=all")
        return int(found[0]["number"]) if found else 0

    def paths(self) -> list[str]:
        """The documents of the pull request."""
        return [file["filename"] for file in self.ada.get(f"/pulls/{self.pull}/files?per_page=100")]

    def text(self, end: str) -> str:
        """The document whose name ends so, as it stands on the branch; "" where there is none."""
        path = self._path(end)
        return self.ada.text(path, self._branch) if path else ""

    def page(self, end: str) -> str:
        """Where it can be read; "" where there is none."""
        path = self._path(end) if self.pull else ""
        return f"{self.stage.url}/{self.stage.repository}/blob/{self._branch}/{path}" if path else ""

    def concerns(self) -> Concerns | None:
        """What the panel found, with what was decided of it."""
        text = self.text(CONCERNS_NAME)
        return read(text) if text else None

    def _go_on(self, what: str) -> None:
        self.run.until(lambda: self.run.over or ASKED in self.run.status, what)

    def _approve(self) -> None:
        asked = self.run.status
        self._comment(self.pull, "/approve")
        self.run.until(lambda: self.run.status != asked, "what follows an approval")

    def _decide(self) -> None:
        """What she decides by herself while something critical is open, so that the check turns green."""
        concerns = self.concerns()
        if concerns and any(each.severity == "critical" and is_undecided(each) for each in concerns.concerns):
            self._comment(self.pull, self._said("decisions.md", all_accepted(concerns)))
            self.run.until(lambda: self._check() == "success", "the check of the decisions")
            self._checked()

    def _reviews(self) -> Iterator[str]:
        reviews = self.ada.get(f"/pulls/{self.pull}/reviews?per_page=100")
        if len(reviews) != EXPERTS:
            yield f"there are {len(reviews)} reviews, not {EXPERTS}"

    def _ended(self) -> Iterator[str]:
        """How the pull request and its checks ended."""
        pull = self.ada.get(f"/pulls/{self.pull}")
        if pull["draft"]:
            yield "the pull request is still a draft"
        if self.stage.scripted and self.first_check != "failure":
            yield f"the check {CONCERNS} was {self.first_check} while a critical concern was undecided"
        yield from looking.checks(self.stage, self.pull)
        yield from looking.commits(self.stage, self.pull)
        yield from looking.honesty(self.stage, self.issue["number"])

    def _checked(self) -> str | None:
        found = self._check()
        self.say(f"the check {CONCERNS}: {found}")
        return found

    def _check(self) -> str | None:
        return check_of(self.ada, self.pull)

    def _comment(self, number: int, text: str) -> None:
        self.ada.comment(number, text)
        self.say(f"@ada wrote: {text.splitlines()[0]}")

    def _said(self, name: str, otherwise: str) -> str:
        """What she says in the recording; something else where a model answers."""
        return SCENARIO.said(name) if self.stage.scripted else otherwise

    def _path(self, end: str) -> str:
        return next((path for path in self.paths() if path.endswith(end)), "")

    @property
    def _branch(self) -> str:
        return str(self.ada.get(f"/pulls/{self.pull}")["head"]["ref"])


def _ids(concerns: Concerns) -> tuple[str, ...]:
    return tuple(each.id for each in concerns.concerns)


def play(stage: Stage, say: Say) -> Played:
    """Opens the issue, puts the label on, answers, decides and approves, and looks at what came of it."""
    planning = Planning(stage, say)
    planning.play()
    pages = (
        ("the issue", planning.issue["html_url"]),
        ("the pull request", f"{stage.url}/{stage.repository}/pull/{planning.pull}" if planning.pull else ""),
        ("concerns, owners, tracks", planning.page(CONCERNS_NAME)),
        ("the contract", planning.page(CONTRACT_NAME)),
    )
    return Played(pages, tuple(planning.faults()))


SCENARIO = Scenario(
    name="architecture",
    package="gunicorn",
    does="plans a change of the architecture",
    label="architecture",
    expected=(
        "a roadmap that was researched, reviewed by four experts, and is ready for people to review",
        "one owner for each concern, and a person's decision on each",
        "a track with a design of its own for each component outside the roadmap that owns concerns",
        "a contract between the tracks that holds, and checks that are green",
    ),
    play=play,
)
