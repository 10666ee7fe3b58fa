"""A repository's own values for the parameters of the workflows, from its `.github/charrette.yml`."""

from typing import Any

from yaml.nodes import Node

from bot.core.errors import Fault

from .nodes import KEBAB, Reader, nearest

PLACE = ".github/charrette.yml"
_TYPES = ((bool, "true or false"), (int, "a number"), (float, "a number"), (str, "text"), (list, "a list"))


class Configuration:
    """What the file says, by workflow; each value is taken once it is known what the workflow has."""

    def __init__(self, text: str, faults: list[Fault]) -> None:
        self._reader = Reader(PLACE, faults)
        self._workflows = self._read(text) if text.strip() else {}

    def _read(self, text: str) -> dict[str, tuple[Node, Node]]:
        root = self._reader.root(text)
        keys = self._reader.keys(root, "the configuration", ("workflows",)) if root else {}
        pairs = self._reader.pairs(keys["workflows"], "workflows") if "workflows" in keys else []
        return {key.value: (key, value) for key, value in pairs}

    def unknown(self, workflows: tuple[str, ...]) -> None:
        """Reports values for workflows that there aren't."""
        for name, (key, _) in self._workflows.items():
            if name not in workflows:
                self._reader.fault(key, f"There is no workflow “{name}”.", nearest(name, workflows))

    def of(self, workflow: str, defaults: dict[str, Any]) -> dict[str, Any]:
        """The parameters of a workflow: the repository's values where it gives some, else the defaults."""
        if workflow not in self._workflows:
            return defaults
        keys = self._reader.keys(self._workflows[workflow][1], "a workflow's configuration", ("parameters",))
        known = tuple(name.replace("_", "-") for name in defaults)
        pairs = self._reader.pairs(keys["parameters"], "parameters") if "parameters" in keys else []
        found = dict(defaults)
        for key, node in pairs:
            name = key.value.replace("-", "_")
            if name not in defaults:
                wrong = f"The workflow “{workflow}” has no parameter “{key.value}”."
                self._reader.fault(key, wrong, nearest(key.value, known))
                continue
            value = self._reader.plain(node)
            wanted = next((word for type_, word in _TYPES if isinstance(defaults[name], type_)), "")
            if type(value) is not type(defaults[name]) and wanted:
                self._reader.expected(node, wanted)
            else:
                found[name] = value
        return found


def filled(value: Any, parameters: dict[str, Any]) -> tuple[Any, str]:
    """A gate's value with `{name}` replaced by that parameter; and the name where there is no such parameter."""
    if not (isinstance(value, str) and value.startswith("{") and KEBAB.fullmatch(value[1:-1]) and value.endswith("}")):
        return value, ""
    name = value[1:-1].replace("-", "_")
    return (parameters[name], "") if name in parameters else (value, value[1:-1])
