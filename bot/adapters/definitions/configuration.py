"""Parses `charrette.yml`, the configuration of a repository or organisation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from yaml.nodes import Node

from bot.core.definition import Budgets, Policy
from bot.core.errors import Fault
from bot.core.markdown.invisible import visible

from .nodes import KEBAB, Reader, nearest

FILE = "charrette.yml"
KEYS = ("artifacts", "labels", "budgets", "project", "systems", "panel", "approval", "workflows")
BUDGETS = ("run", "day", "turns", "attempts", "wait-days")
ALLOWANCE = ("tokens", "dollars")
WORKFLOW = ("enabled", "parameters")
SHARED = ("project", "systems")
LARGEST = 50_000
MOST = 10**12
_TYPES = ((bool, "true or false"), (int, "a number"), (float, "a number"), (str, "text"), (list, "a list"))
_ITEMS, _LETTERS = 100, 5_000


@dataclass(frozen=True)
class Label:
    """The label that a file assigns to a workflow, and the line where it does."""

    name: str
    where: str
    line: int


class File:
    """One `charrette.yml`. Values for a workflow are read once it is known which ones the workflow has."""

    def __init__(self, where: str, raw: bytes, faults: list[Fault]) -> None:
        self.reader = Reader(f"{where}{FILE}", faults)
        self.keys: dict[str, Node] = {}
        if len(raw) > LARGEST:
            self.reader.fault(0, f"The file has more than {LARGEST:,} bytes.", "Shorten it.")
        elif (text := self.reader.decoded(raw)) and self._says(text):
            root = self.reader.root(text)
            self.keys = self.reader.keys(root, "the configuration", KEYS) if root else {}
        self._workflows = self._pairs(self.keys.get("workflows"), "workflows")
        self._labels = self._pairs(self.keys.get("labels"), "labels")
        self._of = {name: self._workflow(node) for name, (_, node) in self._workflows.items()}

    @staticmethod
    def _says(text: str) -> bool:
        """Whether there is more than blank lines and comments."""
        return any(line.strip() and not line.lstrip().startswith("#") for line in text.split("\n"))

    def _pairs(self, node: Node | None, what: str) -> dict[str, tuple[Node, Node]]:
        return {} if node is None else {key.value: (key, value) for key, value in self.reader.pairs(node, what)}

    def _workflow(self, node: Node) -> dict[str, Node]:
        return self.reader.keys(node, "a workflow's configuration", WORKFLOW)

    def unknown(self, workflows: tuple[str, ...]) -> None:
        """Reports settings for workflows that don't exist."""
        for name, (key, _) in [*self._workflows.items(), *self._labels.items()]:
            if name not in workflows:
                self.reader.fault(key, f"There is no workflow “{name}”.", nearest(name, workflows))

    def label(self, workflow: str) -> Label | None:
        """The label that starts the workflow, if this file assigns one."""
        if workflow not in self._labels:
            return None
        node = self._labels[workflow][1]
        name = label(self.reader, node)
        return Label(name, self.reader.where, node.start_mark.line + 1) if name else None

    def enabled(self, workflow: str) -> bool | None:
        """Whether the workflow is enabled; None if this file doesn't say."""
        node = self._of.get(workflow, {}).get("enabled")
        return None if node is None else self.reader.flag(node)

    def parameters(self, workflow: str, values: dict[str, Any]) -> dict[str, Any]:
        """The parameters of a workflow: `values`, overridden by this file's shared and specific settings."""
        found = dict(values)
        for name in SHARED:
            if name in self.keys and name in values:
                self._set(found, name, self.keys[name])
        node = self._of.get(workflow, {}).get("parameters")
        known = tuple(name.replace("_", "-") for name in values)
        for key, value in self._pairs(node, "parameters").values():
            name = key.value.replace("-", "_")
            if name in values:
                self._set(found, name, value)
            else:
                wrong = f"The workflow “{workflow}” has no parameter “{key.value}”."
                self.reader.fault(key, wrong, nearest(key.value, known))
        return found

    def _set(self, values: dict[str, Any], name: str, node: Node) -> None:
        before = len(self.reader.faults)
        value = self.reader.plain(node)
        if len(self.reader.faults) > before:
            return
        wanted = next((word for type_, word in _TYPES if isinstance(values[name], type_)), "")
        if type(value) is not type(values[name]) and wanted:
            self.reader.expected(node, wanted)
        elif isinstance(value, list) and len(value) > _ITEMS:
            self.reader.fault(node, f"The list has {len(value)} items.", f"Write at most {_ITEMS}.")
        elif len(str(value)) > _LETTERS:
            self.reader.fault(node, f"The value has more than {_LETTERS:,} letters.", "Shorten it.")
        else:
            values[name] = value

    def policy(self, personas: tuple[str, ...]) -> Policy:
        """The requirements for every run."""
        approval = self._inside("approval", "the approval", ("not-by-requester",))
        demanded = approval.get("not-by-requester")
        return Policy(
            self._budgets(),
            demanded is not None and self.reader.flag(demanded) is True,
            self._panel(self.keys["panel"], personas) if "panel" in self.keys else (),
        )

    def _panel(self, node: Node, personas: tuple[str, ...]) -> tuple[str, ...]:
        """The panel's personas; only their names are checked if no personas are known."""
        if personas:
            return self.reader.choices(node, "persona", personas)
        names = (self.reader.kebab(item, "the persona's name") for item in self.reader.items(node, "personas"))
        return tuple(dict.fromkeys(name for name in names if name))

    def _inside(self, key: str, what: str, known: Sequence[str]) -> dict[str, Node]:
        return self.reader.keys(self.keys[key], what, known) if key in self.keys else {}

    def _budgets(self) -> Budgets:
        keys = self._inside("budgets", "a budget", BUDGETS)
        run, day = (
            self.reader.keys(keys[name], f"the budget of a {name}", ALLOWANCE) if name in keys else {}
            for name in BUDGETS[:2]
        )
        return Budgets(
            run_tokens=self._number(run.get("tokens"), 1, MOST),
            run_dollars=self._number(run.get("dollars"), 0.01, MOST, whole=False),
            day_tokens=self._number(day.get("tokens"), 1, MOST),
            day_dollars=self._number(day.get("dollars"), 0.01, MOST, whole=False),
            turns=self._number(keys.get("turns"), 1, 1_000),
            attempts=self._number(keys.get("attempts"), 1, 100),
            wait_days=self._number(keys.get("wait-days"), 0.01, 1_000, whole=False),
        )

    def _number(self, node: Node | None, at_least: float, at_most: float, whole: bool = True) -> Any:
        return None if node is None else self.reader.number(node, at_least, whole, at_most)


class Configuration:
    """The files of all layers as one. The nearest wins, except that the stricter of two limits applies."""

    def __init__(self, files: Sequence[File]) -> None:
        self._files = files

    def unknown(self, workflows: tuple[str, ...]) -> None:
        """Reports settings for workflows that don't exist."""
        for file in self._files:
            file.unknown(workflows)

    def label(self, workflow: str) -> Label | None:
        """The label that starts the workflow, if any file assigns one."""
        return next((label for label in [file.label(workflow) for file in self._files] if label), None)

    def enabled(self, workflow: str) -> bool:
        """Whether the workflow is enabled."""
        said = [file.enabled(workflow) for file in self._files]
        return next((enabled for enabled in said if enabled is not None), True)

    def parameters(self, workflow: str, defaults: dict[str, Any]) -> dict[str, Any]:
        """The parameters of a workflow: each from the nearest file that sets it, else the default."""
        for file in reversed(self._files):
            defaults = file.parameters(workflow, defaults)
        return defaults

    def artifacts(self, read: Callable[[Reader, Node], str]) -> str | None:
        """The folder for documents, if any file sets it."""
        found = [read(file.reader, file.keys["artifacts"]) for file in self._files if "artifacts" in file.keys]
        return next(iter(found), None)

    def policy(self, personas: tuple[str, ...]) -> Policy:
        """The requirements for every run."""
        whole = Policy()
        for each in [file.policy(personas) for file in self._files]:
            whole = replace(
                whole,
                budgets=whole.budgets.stricter(each.budgets),
                not_by_requester=whole.not_by_requester or each.not_by_requester,
                panel=whole.panel or each.panel,
            )
        return whole


def label(reader: Reader, node: Node) -> str:
    """A label that is valid on GitHub; "" if it isn't."""
    name = reader.text(node) or ""
    if len(name) > 50:
        reader.fault(node, "GitHub's labels have at most 50 characters.", "Write a shorter one.")
        return ""
    if name != (seen := " ".join(visible(name).split())):
        wrong = "The label has blanks beside each other, line ends or characters that can't be seen; GitHub keeps none."
        reader.fault(node, wrong, f"Write “{seen}”.")
        return ""
    return name


def filled(value: Any, parameters: dict[str, Any]) -> tuple[Any, str]:
    """A gate's value with `{name}` replaced by that parameter; and the name, if there is no such parameter."""
    if not (isinstance(value, str) and value.startswith("{") and KEBAB.fullmatch(value[1:-1]) and value.endswith("}")):
        return value, ""
    name = value[1:-1].replace("-", "_")
    return (parameters[name], "") if name in parameters else (value, value[1:-1])
