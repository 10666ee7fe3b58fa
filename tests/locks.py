"""The locks, read."""

from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]


def locked(lock: str) -> dict[str, tuple[Requirement, list[str]]]:
    """Each requirement of a lock by its name in lower case, with its hashes."""
    entries: dict[str, tuple[Requirement, list[str]]] = {}
    for entry in (ROOT / lock).read_text().replace("\\\n", "").splitlines():
        text, *hashes = entry.split(" --hash=")
        requirement = Requirement(text.strip())
        entries[requirement.name.lower()] = (requirement, [one.strip() for one in hashes])
    return entries
