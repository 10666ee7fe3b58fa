"""The design goes on: a panel reviews it, its concerns are decided, and the documents follow what was accepted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.core.concerns import Concern, Concerns, read
from bot.core.concerns.contradictions import findings_of
from bot.core.concerns.shape import is_undecided
from bot.core.outputs.concerns import NAME
from bot.core.panel import GRAVE
from bot.core.run.revisions import TITLE
from bot.core.views.concerns import CONCERNS
from bot.local.person import Person

from .stage import Stage
from .watching import Watch

EXPERTS = 4


class Panel:
    """Ada on the pull request of a design that is done. `design` follows its run, `folder` holds what she says."""

    def __init__(self, stage: Stage, design: Watch, pull: Any, folder: Path) -> None:
        self.stage, self.design, self.pull, self.folder = stage, design, pull, folder
        self.say, self.ada = design.say, stage.people["ada"]
        self.first_check: str | None = None

    def play(self) -> None:
        """Asks for the panel, decides some of its concerns, and has the documents revised."""
        self._comment("/review experts", f"on {self.pull['html_url']}")
        round = Watch(self.stage, self.pull["number"], self.say)
        round.until(lambda: round.over, "the reviews")
        self.first_check = self._checked()
        concerns = self.concerns()
        decisions = self._said("decisions.md") if self.stage.scripted else all_accepted(concerns)
        if concerns is None or not decisions:
            return
        self._comment(decisions, f"and so on: {len(decisions.splitlines())} of {len(concerns.concerns)} concerns")
        round.until(self._decided, "the decisions")
        self._checked()
        self._comment(self._said("revision.md"))
        self.design.until(self._revised, "the revision")

    def faults(self) -> Iterator[str]:
        """What of the expected is not there, looked up as a person would."""
        yield from self._reviews()
        concerns = self.concerns()
        if concerns is None:
            yield "there is no document of concerns"
            return
        yield from (f"the concerns, line {each.line}: {each.wrong}" for each in findings_of(concerns))
        if self.stage.scripted and self.first_check != "failure":
            yield f"the check {CONCERNS} was {self.first_check} while a critical concern was undecided"
        if self.stage.scripted and not self.followed():
            yield "no document says what became of the accepted concerns"

    @property
    def page(self) -> str:
        """Where the concerns can be read; "" where there are none."""
        path = self._path()
        return f"{self.stage.url}/{self.stage.repository}/blob/{self._branch}/{path}" if path else ""

    def concerns(self) -> Concerns | None:
        """The document of concerns as it stands on the branch."""
        path = self._path()
        return read(self.ada.text(path, self._branch), path) if path else None

    def followed(self) -> list[str]:
        """The documents that say what became of the accepted concerns, with a dated note."""
        texts = {path: self.ada.text(path, self._branch) for path in self._paths()}
        return [path for path, text in texts.items() if "\n## Concerns\n" in text and f"\n## {TITLE}\n" in text]

    def check(self) -> str | None:
        """How the check of the concerns has ended on the newest commit; None while it has not."""
        return check_of(self.ada, self.pull["number"])

    def _reviews(self) -> Iterator[str]:
        """Four reviews, each with remarks on lines, and honest about who wrote it."""
        reviews = self.ada.get(f"/pulls/{self.pull['number']}/reviews?per_page=100")
        remarks = self.ada.get(f"/pulls/{self.pull['number']}/comments?per_page=100")
        if len(reviews) != EXPERTS:
            yield f"there are {len(reviews)} reviews, not {EXPERTS}"
        for review in reviews:
            if not any(each["pull_request_review_id"] == review["id"] for each in remarks):
                yield f"the review {review['html_url']} has no remark on a line"
            if not self.stage.live and "replayed, no cost" not in review["body"]:
                yield f"the review {review['html_url']} does not say that the model was replayed"

    def _decided(self) -> bool:
        """Nothing critical is open, and the check of the newest commit has ended."""
        concerns = self.concerns()
        waits = concerns and any(each.severity == "critical" and is_undecided(each) for each in concerns.concerns)
        return not waits and self.check() is not None

    def _revised(self) -> bool:
        """The run is over again, with documents that were revised, or without success."""
        done = "(revised, " in self.design.body or not self.design.status.startswith("Done")
        return self.design.over and done

    def _checked(self) -> str | None:
        found = self.check()
        self.say(f"the check {CONCERNS}: {found}")
        return found

    def _comment(self, text: str, more: str = "") -> None:
        self.ada.comment(self.pull["number"], text)
        self.say(f"@ada wrote: {text.splitlines()[0]}{f' ({more})' if more else ''}")

    def _said(self, name: str) -> str:
        return (self.folder / name).read_text("utf-8").strip()

    @property
    def _branch(self) -> str:
        return str(self.pull["head"]["ref"])

    def _path(self) -> str:
        return next((path for path in self._paths() if path.endswith(NAME)), "")

    def _paths(self) -> list[str]:
        files = self.ada.get(f"/pulls/{self.pull['number']}/files?per_page=100")
        return [file["filename"] for file in files]


def check_of(person: Person, pull: int) -> str | None:
    """How the check of the concerns has ended on the newest commit of a pull request; None while it has not."""
    head = person.get(f"/pulls/{pull}")["head"]["sha"]
    runs = person.get(f"/commits/{head}/check-runs")["check_runs"]
    return next((run["conclusion"] for run in runs if run["name"] == CONCERNS), None)


def all_accepted(concerns: Concerns | None) -> str:
    """What is decided of concerns that nobody could foresee: the grave ones are accepted."""
    grave = [each for each in (concerns.concerns if concerns else ()) if _is_grave(each)]
    return "\n".join(f"/decide {each.id} accept: as the panel proposes" for each in grave)


def _is_grave(concern: Concern) -> bool:
    return concern.severity in GRAVE and is_undecided(concern)
