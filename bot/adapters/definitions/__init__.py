"""Workflow definitions from a folder and from repositories' configuration: parsed, checked, with all faults at once."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.core.definition import Definition, House
from bot.core.errors import Fault, FaultsError
from bot.core.ports import Layer

from . import vocabulary
from .configuration import FILE, Configuration, File
from .folder import Folder
from .house import personas, prompts
from .neighbours import neighbours
from .sources import Disk, Given, layer_of
from .workflow import House as Makings
from .workflow import Written, workflow

__all__ = ["FolderDefinitions", "check", "layer_of", "load_folder"]

REPOSITORY = ".github/"
BUILT_IN = "workflows/"


def load_folder(folder: Path, configuration: str = "") -> dict[str, Definition]:
    """The workflows below `folder` by id; `FaultsError` with everything that is wrong with them.

    `configuration` is the text of a repository's `.github/charrette.yml`.
    """
    house = _read(folder, _configured(configuration))
    if house.faults:
        raise FaultsError(house.faults)
    return dict(house.definitions)


def check(folder: Path, configuration: str = "") -> tuple[Fault, ...]:
    """Everything that is wrong with the workflows below `folder` and with a repository's configuration."""
    return _read(folder, _configured(configuration)).faults


class FolderDefinitions:
    """The workflows of one folder: `all` as they were when the service started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._all = load_folder(folder)

    def all(self) -> Mapping[str, Definition]:
        """The workflows, by id."""
        return self._all

    def house(self, layers: Sequence[Layer]) -> House:
        """What these layers, the nearest first, make of the workflows."""
        known = [layer for layer in layers if layer.files or layer.faults]
        return _read(self._folder, known, BUILT_IN) if known else House(self._all)


def _configured(text: str) -> list[Layer]:
    return [Layer(REPOSITORY, {FILE: text.encode("utf-8", "replace")})] if text else []


def _read(root: Path, layers: Sequence[Layer], where: str = "") -> House:
    if not root.is_dir():
        return House({}, faults=(Fault(str(root), 0, "There is no such folder.", "Name the one with the workflows."),))
    folder = Folder([*map(Given, layers), Disk(root, where)])
    files = [File(layer.where, layer.files[FILE], folder.faults) for layer in layers if FILE in layer.files]
    configuration, known = Configuration(files), personas(folder)
    policy = configuration.policy(tuple(known))
    makings = Makings(prompts(folder), known, configuration, policy)
    places = folder.workflows(vocabulary.NOT_WORKFLOWS)
    if not places:
        folder.faults.append(Fault(str(root), 0, "There is no workflow here.", "Write “<name>/workflow.yaml”."))
    others = neighbours(folder, places)
    written = [made for made in (workflow(folder, place, makings, others) for place in places) if made]
    configuration.unknown(places)
    there = [made for made in written if configuration.enabled(made.definition.id)]
    _clashes(folder, there)
    faults = sorted(set(folder.faults), key=lambda fault: (fault.where, fault.line, fault.wrong))
    return House({made.definition.id: made.definition for made in there}, policy, tuple(faults))


def _clashes(folder: Folder, written: Sequence[Written]) -> None:
    """Reports workflows with the same label or command; the fault is given to the nearer one."""
    owners: dict[str, str] = {}
    for made in sorted(written, key=lambda made: (-made.depth, made.definition.id)):
        trigger = made.definition.trigger
        for what, name, (where, line) in (
            ("label", trigger.label.lower(), made.label_at),
            ("command", trigger.command, made.command_at),
        ):
            key = f"{what} {name}"
            if name and key in owners:
                wrong = f"The {what} “{name}” belongs to the workflow “{owners[key]}”."
                folder.faults.append(Fault(where, line, wrong, "Choose another."))
            elif name:
                owners[key] = made.definition.id
