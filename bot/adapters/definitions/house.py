"""What all workflows of a folder share: the common prompts, and the personas."""

import re

from bot.core.definition import Persona

from .folder import Folder
from .nodes import KEBAB, Reader, nearest
from .templates import HOUSE, Shape, check_template

# What would part a list of sources.
_APART = ",;()[]&+|"


def prompt(folder: Folder, path: str, allowed: dict[str, Shape], needed_by: str, line: int, reader: Reader) -> str:
    """A prompt's template, checked; if it is missing, the line that needs it gets the fault."""
    text = folder.text(path)
    if text is None:
        if not folder.there(path):
            reader.fault(line, f"{needed_by} has no prompt.", f"Write it in “{path}”.")
        return ""
    if not text.strip():
        folder.reader(path).fault(1, "The prompt is empty.", "Say what the document is for and what it must contain.")
    check_template(text, allowed, folder.reader(path))
    return text


def prompts(folder: Folder) -> dict[str, str]:
    """The common prompts by name: system, repair, answers, and the others in `HOUSE`."""
    for name in folder.names("prompts", ".md"):
        if name not in HOUSE:
            reader = folder.reader(f"prompts/{name}.md")
            reader.fault(0, f"Nothing uses a prompt “{name}”.", nearest(name, tuple(HOUSE)))
    reader = folder.reader("prompts")
    return {
        name: prompt(folder, f"prompts/{name}.md", allowed, f"The house's “{name}”", 0, reader)
        for name, allowed in HOUSE.items()
    }


def personas(folder: Folder) -> dict[str, Persona]:
    """The personas by id, which is the file name."""
    found = (_persona(folder, f"personas/{id}.md", id) for id in folder.names("personas", ".md"))
    return {persona.id: persona for persona in found if persona}


def _persona(folder: Folder, path: str, id: str) -> Persona | None:
    reader = folder.reader(path)
    if not KEBAB.fullmatch(id):
        reader.fault(0, f"The file name “{id}.md” is not kebab-case.", "Use small letters, digits and single hyphens.")
    text = folder.text(path)
    if text is None:
        return None
    match = re.match(r"---\n(?P<front>.*?\n)---\n(?P<brief>.*)", text, flags=re.DOTALL)
    if not match:
        reader.fault(1, "The persona has no front matter.", "Begin with “---”, “name: ...”, “lens: ...”, “---”.")
        return None
    root = reader.root(match["front"], first=2)
    if root is None:
        return None
    keys = reader.keys(root, "a persona", ("name", "lens", "aliases"))
    for name in ("name", "lens"):
        if name not in keys:
            reader.fault(1, f"The persona has no {name}.", f"Write “{name}: ...” in the front matter.")
    if not match["brief"].strip():
        reader.fault(text.count("\n") or 1, "The persona's text is empty.", "Say who they are and what they catch.")
    aliases = reader.texts(keys.pop("aliases"), "names") if "aliases" in keys else ()
    values = {name: reader.text(node) or "" for name, node in keys.items()}
    if any(mark in values.get("lens", "") for mark in _APART):
        wrong = f"The lens “{values['lens']}” has one of {_APART} in it."
        reader.fault(keys["lens"], wrong, "Name the lens in a word or two: concerns name their sources by it.")
    return Persona(id, values.get("name", ""), values.get("lens", ""), match["brief"].strip() + "\n", aliases)
