"""Documents that come with a workflow, and are given to each of its conversations."""

from collections.abc import Mapping

from yaml.nodes import Node

from .folder import Folder
from .house import prompt
from .nodes import Reader, nearest
from .templates import document_variables


def documents(
    folder: Folder, path: str, reader: Reader, node: Node | None, parameters: Mapping[str, object]
) -> dict[str, str]:
    """Their templates by name, in the order of the list."""
    names: dict[str, int] = {}
    for item in reader.items(node, "documents") if node is not None else ():
        name = reader.kebab(item, "the document's name")
        if name:
            names[name] = item.start_mark.line + 1
            if not isinstance(parameters.get(name.replace("-", "_"), ""), str):
                reader.fault(item, f"The parameter “{name}” is no path.", 'Give it the default "".')
    for name in folder.names(f"{path}/documents", ".md"):
        if name not in names:
            file = folder.reader(f"{path}/documents/{name}.md")
            file.fault(0, f"The workflow gives no document “{name}”.", nearest(name, tuple(names)))
    variables = document_variables(parameters)
    return {
        name: prompt(folder, f"{path}/documents/{name}.md", variables, f"The document “{name}”", line, reader)
        for name, line in names.items()
    }
