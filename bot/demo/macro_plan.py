"""A design becomes a plan, the plan becomes issues, and the first unit's merge makes the next ones ready."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.core.errors import PersonError
from bot.core.plan import Plan, read
from bot.core.run.record import trailers

from . import looking
from .cloning import push
from .scenario import Played, Scenario
from .stage import Stage
from .watching import LIVE_PATIENCE, PATIENCE, Say, Watch

UNITS = 7
NEXT = (2, 3)
"""The units that wait for the first alone, by their place in the plan."""
CIRCLE = re.compile(r"^- line \d+, plan: cycle: (There is a circle\. [^.]+\.)", re.MULTILINE)


class Macro:
    """Ada, from the issue with the design to the units that come after the first."""

    def __init__(self, stage: Stage, say: Say) -> None:
        self.stage, self.say, self.ada = stage, say, stage.people["ada"]
        self.pages: dict[str, str] = {}
        self.circle = self.status = ""
        self.issue: Any = None
        self.pull: Any = None
        self.issues: list[Any] = []
        self.standing: Any = None

    def play(self) -> None:
        """From the label on; the code of a unit is there for the recorded plan alone."""
        if not self.plan():
            return
        self.merge()
        if self.stage.scripted and len(self.issues) == UNITS + 1:
            self.unit()
        self.ada.comment(self.issues[0]["number"], "/plan status")
        self.status = self._wait(lambda: self._word(0, " units done"), "the answer to /plan status")
        counts = re.search(r"\d+ of \d+ units done[^.]*\.", self.status)
        self.say(f"@ada asked for `/plan status`: {counts[0] if counts else self.status[:80]}")

    def plan(self) -> bool:
        """The issue with the label, and the pull request that comes of it: whether it does."""
        issue = self.issue = SCENARIO.opened(self.stage, self.say)
        self.pages["the issue"] = issue["html_url"]
        watch = Watch(self.stage, issue["number"], self.say)
        watch.until(lambda: self._seen(watch) or watch.over, "the plan")
        pulls = self.ada.get("/pulls?state=open")
        if not pulls or not watch.status.startswith("Done"):
            return False
        self.pull = pulls[0]
        self.pages["the plan"] = self.pull["html_url"]
        return True

    def merge(self) -> None:
        """The plan is merged, and its issues are opened."""
        self.ada.ask("PUT", f"/pulls/{self.pull['number']}/merge", {})
        self.say(f"@ada merged the plan, {self.pull['html_url']}")
        tracked = "The plan's issues are tracked in #"
        word = self._wait(lambda: self._bot(self.pull["number"], tracked), "the plan's issues")
        self.say(f"the bot: {word.splitlines()[0]}")
        found = self.ada.get("/issues?labels=plan&state=all&per_page=100&sort=created&direction=asc")
        self.issues = sorted(found, key=lambda each: int(each["number"]))
        self.pages["the tracking issue"] = self.issues[0]["html_url"]

    def unit(self) -> None:
        """The first unit: its validation, its pull request, its merge, and what comes of that."""
        number = self.issues[1]["number"]
        self.ada.comment(number, SCENARIO.said("validation.md"))
        self._wait(lambda: self._bot(number, "row 2"), "the answer to the validation")
        self.say(f"@ada wrote on #{number}: {SCENARIO.said('validation.md').splitlines()[0][:72]} ...")
        title, _, body = SCENARIO.said("worker-states.md").partition("\n")
        branch = f"{number}-worker-states"
        push(self.stage, "ada", branch, SCENARIO.folder / "worker-states.patch", title)
        wish = {"title": title, "head": branch, "base": "main", "body": f"{body.strip()}\n\nCloses #{number}"}
        pull = self.ada.ask("POST", "/pulls", wish)
        self.say(f"@ada opened {pull['html_url']}, the first unit, which says `Closes #{number}`")
        self.ada.ask("PUT", f"/pulls/{pull['number']}/merge", {})
        self.say("@ada merged it")
        for n in NEXT:
            word = self._wait(lambda n=n: self._word(n, "This unit is ready"), "the next units")  # type: ignore[misc]
            self.say(f"the bot, on #{self.issues[n]['number']}: {word.splitlines()[0]}")
        self.pages["a unit that is ready"] = self.issues[NEXT[0]]["html_url"]
        self.standing = self._wait(self._stands, "the standing pull request")
        self.pages["the plan's standing pull request"] = self.standing["html_url"]
        said = self._wait(
            lambda: self._bot(self.standing["number"], "**The concept model"), "a word on the concept model"
        )
        self.say(f"the bot, on #{self.standing['number']}: {said.splitlines()[0].replace('**', '')}")

    def faults(self) -> Iterator[str]:
        """What of the expected is not there, looked up as a person would."""
        if self.pull is None:
            yield "there is no pull request with a plan"
            return
        text = self._document("main")
        plan = read(text)
        yield from self._plan_faults(plan)
        yield from self._issue_faults(plan)
        if self.stage.scripted:
            yield from self._unit_faults()

    def _plan_faults(self, plan: Plan) -> Iterator[str]:
        """The plan: checked, honest about its making, and, where the recording plays, once with a circle."""
        number = self.pull["number"]
        yield from looking.checks(self.stage, number)
        yield from looking.commits(self.stage, number)
        yield from looking.honesty(self.stage, self.issue["number"])
        commits = self.ada.get(f"/pulls/{number}/commits?per_page=100")
        said = [trailers(each["commit"]["message"]) for each in commits]
        if self.stage.scripted and not any(each.get("Mended") == "plan: cycle" for each in said):
            yield "no draft was sent back for a cycle, and fixed"
        if not plan.units:
            yield "the plan has no units"

    def _issue_faults(self, plan: Plan) -> Iterator[str]:
        """An issue for each unit, below the tracking issue, each blocked by what its unit needs."""
        if len(self.issues) != len(plan.units) + 1:
            yield f"there are {len(self.issues)} issues for {len(plan.units)} units and the plan itself"
            return
        home = self.issues[0]["number"]
        number = {unit.id: each["number"] for unit, each in zip(plan.units, self.issues[1:], strict=True)}
        below = {each["number"] for each in self.ada.get(f"/issues/{home}/sub_issues?per_page=100")}
        if below != set(number.values()):
            yield f"the sub-issues of #{home} are {sorted(below)}"
        for unit in plan.units:
            blockers = self.ada.get(f"/issues/{number[unit.id]}/dependencies/blocked_by?per_page=100")
            wanted = sorted(number[id] for id in unit.depends_on)
            if sorted(each["number"] for each in blockers) != wanted:
                yield f"#{number[unit.id]} is not blocked by {wanted}"
        if any(each["milestone"] is None for each in self.issues):
            yield "an issue of the plan has no milestone"

    def _unit_faults(self) -> Iterator[str]:
        """The first unit is done, the next ones are ready and say so once, and the document is to say it too."""
        labels = {n: {label["name"] for label in self._issue(n)["labels"]} for n in range(1, UNITS + 1)}
        if ready := [n for n in labels if ("ready" in labels[n]) != (n in NEXT)]:
            yield f"the label `ready` is wrong on the issues of {', '.join(f'PR {n}' for n in ready)}"
        if self._issue(1)["state"] != "closed":
            yield "the issue of the unit that was merged is open"
        for n in NEXT:
            if sum("This unit is ready" in each["body"] for each in self.ada.comments(self.issues[n]["number"])) != 1:
                yield f"PR {n} does not say once that it is ready"
        if f"1 of {UNITS} units done, {len(NEXT)} ready" not in self.status:
            yield "`/plan status` does not say how far the plan is"
        if self.standing is None or "(done " not in self._document(self.standing["head"]["ref"]):
            yield "no pull request brings what was done into the plan's document"
        elif not self.stage.live and "replayed, no cost" not in self._bot(self.standing["number"], "concept model"):
            yield "what is said of the concept model does not say that the model was replayed"

    def _seen(self, watch: Watch) -> bool:
        """Tells once of the circle that is to be mended; False."""
        if not self.circle and (found := CIRCLE.search(watch.body)):
            self.circle = found[1]
            self.say(f"the gate sent the draft back: {self.circle}")
        return False

    def _stands(self) -> Any:
        pulls = self.ada.get("/pulls?state=open")
        return next((each for each in pulls if each["head"]["ref"].startswith("charrette/plan-status-")), None)

    def _document(self, ref: str) -> str:
        files = self.ada.get(f"/pulls/{self.pull['number']}/files?per_page=100")
        path = next(each["filename"] for each in files if each["filename"].endswith("macro-plan.md"))
        return self.ada.text(path, ref)

    def _issue(self, n: int) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.ada.get(f"/issues/{self.issues[n]['number']}")
        return found

    def _word(self, n: int, words: str) -> str:
        return self._bot(self.issues[n]["number"], words)

    def _bot(self, number: int, words: str) -> str:
        """What the bot last said there with these words; "" where it did not."""
        bodies = [each["body"] for each in self.ada.comments(number) if each["user"]["type"] == "Bot"]
        return next((body for body in reversed(bodies) if words in body), "")

    def _wait(self, found: Callable[[], Any], what: str) -> Any:
        """What comes, once it does; `PersonError` where it does not."""
        deadline = time.monotonic() + (PATIENCE if self.stage.scripted else LIVE_PATIENCE)
        while not (value := found()):
            self.stage.alive()
            if time.monotonic() > deadline:
                raise PersonError(f"{what} did not come.")
            time.sleep(0.2)
        return value


def play(stage: Stage, say: Say) -> Played:
    """Has a plan made of a design, merges it, and merges its first unit."""
    macro = Macro(stage, say)
    macro.play()
    return Played(tuple(macro.pages.items()), tuple(macro.faults()))


SCENARIO = Scenario(
    name="macro-plan",
    package="gunicorn",
    does="plans a series of pull requests",
    label="macro-plan",
    expected=(
        f"a plan of {UNITS} units, each of which is one pull request",
        "a cycle in its first draft, which a gate found and the model fixed",
        "a tracking issue with a sub-issue for each unit, blocked by what it needs",
        "one unit merged, and the two that waited only for it ready, each with one comment that says so",
        "a pull request that brings all this into the plan's document",
    ),
    play=play,
)
