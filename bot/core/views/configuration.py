"""Messages about a repository's configuration: its faults, on an issue that needed it and on a pull request."""

from collections.abc import Sequence
from urllib.parse import quote

from bot.core.errors import Fault
from bot.core.markdown.safe import line, plain
from bot.core.ports import Layer
from bot.core.publications import Annotation, CheckWish

CHECK = "charrette/configuration"
OURS = (".github/charrette.yml", ".github/charrette/")
LISTED, ANNOTATED = 30, 100
MENDED = "The faults in the configuration are fixed, and the run has started."


def configures(path: str) -> bool:
    """Whether changing the file at this path changes the repository's configuration."""
    return path == OURS[0] or path == OURS[1].rstrip("/") or path.startswith(OURS[1])


def faulty(faults: Sequence[Fault], layers: Sequence[Layer]) -> str:
    """The explanation, for the person whose label or command needed the configuration, why no run starts."""
    many = f"{len(faults)} faults" if len(faults) > 1 else "a fault"
    return (
        f"Nothing can start here: the configuration of this repository has {many}.\n\n{listed(faults, layers)}\n\n"
        "Once this is fixed on the default branch, put the label on again, or write the command again."
    )


def listed(faults: Sequence[Fault], layers: Sequence[Layer]) -> str:
    """The faults as a list, each with a link to its line."""
    rows = [f"- {_place(fault, layers)}: {line(f'{fault.wrong} {fault.mend}', 500)}" for fault in faults[:LISTED]]
    more = [f"- and {len(faults) - LISTED} more"] if len(faults) > LISTED else []
    return "\n".join([*rows, *more])


def _place(fault: Fault, layers: Sequence[Layer]) -> str:
    """`file:line`, as a link if the file's page is known."""
    name = line(f"{fault.where}:{fault.line}" if fault.line else fault.where)
    for layer in layers:
        if layer.url and fault.where.startswith(layer.where):
            at = f"#L{fault.line}" if fault.line else ""
            return f"[{name}]({layer.url}{quote(fault.where[len(layer.where) :])}{at})"
    return name


def check(head: str, faults: Sequence[Fault], layer: Layer) -> CheckWish:
    """The check on a pull request that changes the configuration. `faults` are those it would introduce."""
    if not faults:
        title, summary = "Nothing is wrong", "The configuration of this pull request has no faults."
    else:
        title = f"{len(faults)} faults" if len(faults) > 1 else "1 fault"
        summary = f"With this configuration on the default branch, nothing could start.\n\n{listed(faults, [layer])}"
    return CheckWish(
        key=f"configuration/{head}",
        name=CHECK,
        head=head,
        status="completed",
        conclusion="failure" if faults else "success",
        title=title,
        summary=summary,
        annotations=tuple(_annotation(fault) for fault in faults if configures(fault.where))[:ANNOTATED],
    )


def _annotation(fault: Fault) -> Annotation:
    return Annotation(
        fault.where, max(fault.line, 1), "failure", plain(fault.wrong, 200), plain(fault.mend or "Fix it.")
    )
