"""Workflows from a folder: read, checked, and complete. Every fault is reported at once, each with its line."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.core.definition import Definition
from bot.core.errors import Fault, FaultsError

from . import vocabulary
from .configuration import Configuration
from .folder import Folder
from .house import personas, prompts
from .workflow import House, Written, workflow

__all__ = ["FolderDefinitions", "check", "load_folder"]


def load_folder(folder: Path, configuration: str = "") -> dict[str, Definition]:
    """The workflows below `folder` by id; `FaultsError` has all that is wrong with them.

    `configuration` is the text of a repository's `.github/charrette.yml`.
    """
    definitions, faults = _read(folder, configuration)
    if faults:
        raise FaultsError(faults)
    return definitions


def check(folder: Path, configuration: str = "") -> tuple[Fault, ...]:
    """All that is wrong with the workflows below `folder` and with a repository's configuration, by file and line."""
    return _read(folder, configuration)[1]


class FolderDefinitions:
    """The workflows of one folder: `all` as they were when the service started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._all = load_folder(folder)

    def all(self) -> Mapping[str, Definition]:
        """By id."""
        return self._all

    def configured(self, configuration: str) -> Mapping[str, Definition]:
        """By id, with the values of a repository's `.github/charrette.yml`; its faults raise `FaultsError`."""
        return load_folder(self._folder, configuration) if configuration.strip() else self._all


def _read(root: Path, configuration: str) -> tuple[dict[str, Definition], tuple[Fault, ...]]:
    if not root.is_dir():
        return {}, (Fault(str(root), 0, "There is no such folder.", "Name the folder that holds the workflows."),)
    folder = Folder(root)
    house = House(prompts(folder), personas(folder), Configuration(configuration, folder.faults))
    places = folder.workflows(vocabulary.NOT_WORKFLOWS)
    if not places:
        folder.reader(root).fault(0, "There is no workflow here.", "Write “<name>/workflow.yaml”.")
    written = [made for made in (workflow(folder, place, house) for place in places) if made]
    house.configuration.unknown(tuple(place.name for place in places))
    _clashes(folder, written)
    faults = sorted(set(folder.faults), key=lambda fault: (fault.where, fault.line, fault.wrong))
    return {made.definition.id: made.definition for made in written}, tuple(faults)


def _clashes(folder: Folder, written: Sequence[Written]) -> None:
    """No two workflows have the same label or the same command."""
    owners: dict[str, str] = {}
    for made in written:
        trigger = made.definition.trigger
        for what, name, line in (
            ("label", trigger.label.lower(), made.label_line),
            ("command", trigger.command, made.command_line),
        ):
            key = f"{what} {name}"
            if name and key in owners:
                wrong = f"The {what} “{name}” belongs to the workflow “{owners[key]}”."
                folder.faults.append(Fault(made.where, line, wrong, "Choose another."))
            elif name:
                owners[key] = made.definition.id
