"""Prompt templates: which variables each may use, and the check that it uses no others.

Templates are rendered strictly, so an unknown variable would fail in the middle of a run. Here it is a fault with a
line.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from jinja2 import TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.core.errors import Fault

from .nodes import Reader, nearest

Shape = tuple[str, ...] | None
"""The attributes of a variable or, for a list, of each of its items; None for a plain value."""

_SERVICE: dict[str, Shape] = {
    "repository": None,
    "project": None,
    "systems": None,
    "web": None,
    "data": None,
    "parameters": None,
}
_MEMBER = ("id", "name", "number")
_PHASE: dict[str, Shape] = {
    **_SERVICE,
    "title": None,
    "path": None,
    "phase": ("id", "title", "number", "output"),
    "sections": None,
    "earlier": ("path", "title"),
    "tracks": _MEMBER,
}

HOUSE: dict[str, dict[str, Shape]] = {
    "system": _SERVICE,
    "repair": {**_PHASE, "draft": None, "findings": ("line", "rule", "wrong", "mend")},
    "answers": {
        **_PHASE,
        "round": None,
        "answers": ("question", "letter", "text", "assumed"),
        "rest": None,
        "premise": None,
        "last_round": None,
    },
    "revise": {**_PHASE, "feedback": None},
    "concerns": {**_PHASE, "decided": ("id", "title", "verdict", "why")},
    "again": {
        **_PHASE,
        "number": None,
        "since": None,
        "changed": None,
        "left": None,
        "raised": ("id", "title", "severity", "verdict", "why"),
    },
    "sections": _PHASE,
    "concept": {**_SERVICE, "title": None, "model": None, "diff": None, "blocks": None},
    "touches": {
        **_SERVICE,
        "title": None,
        "feedback": None,
        "documents": ("phase", "title", "path"),
        "decided": ("id", "title", "verdict", "why"),
    },
}
"""The prompts of the whole house and the variables of each."""

_LISTS = frozenset({"earlier", "findings", "answers", "documents", "raised", "decided", "tracks"})
_ENVIRONMENT = ImmutableSandboxedEnvironment()

# What fills in, chooses and lists. What calculates, calls or defines is left out: a repository writes prompts too, and
# a product of two numbers or a filter that pads can take all memory. Includes have a fault of their own.
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.For, nodes.If,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Filter, nodes.Test,
    nodes.Concat, nodes.Keyword, nodes.Include, nodes.Extends, nodes.Import, nodes.FromImport,
)  # fmt: skip
_FILTERS = ("capitalize", "count", "default", "first", "join", "last", "length", "lower", "title", "trim", "upper")
_LOOPS = 2


def phase_variables(parameters: Mapping[str, object], member: bool = False) -> dict[str, Shape]:
    """The variables of a phase's prompt; `parameters` has the workflow's own, by their Python names.

    `member` says that the phase is run for each subsystem or track.
    """
    own: dict[str, Shape] = {"member": _MEMBER} if member else {}
    return {**_PHASE, **own, "parameters": tuple(sorted({"project", "systems", *parameters}))}


def document_variables(parameters: Mapping[str, object]) -> dict[str, Shape]:
    """The variables of a document that comes with a workflow."""
    return {**_SERVICE, "parameters": tuple(sorted({"project", "systems", *parameters})), "plans": None}


def check_template(text: str, allowed: Mapping[str, Shape], reader: Reader, first: int = 1) -> None:
    """Reports syntax errors, includes, and variables or attributes that this template does not get."""
    for fault in _faults(text, tuple(sorted(allowed.items()))):
        reader.fault(fault.line + first - 1, fault.wrong, fault.mend)


@lru_cache(maxsize=512)
def _faults(text: str, variables: tuple[tuple[str, Shape], ...]) -> tuple[Fault, ...]:
    """What is wrong with a template, without a file: the same are checked for each repository that adds to them."""
    faults: list[Fault] = []
    _check(text, dict(variables), Reader("", faults))
    return tuple(faults)


def _check(text: str, allowed: Mapping[str, Shape], reader: Reader) -> None:
    try:
        tree = _ENVIRONMENT.parse(text)
        # Compiling comes after: it calculates what is constant.
        if not _means(tree, reader):
            return
        _ENVIRONMENT.compile(tree)
    except TemplateSyntaxError as error:
        reader.fault(
            error.lineno, f"The template has no meaning: {error.message}", "Mend the braces, or the filter's name."
        )
        return
    except (RecursionError, SyntaxError, ValueError):
        # Too deep for Jinja or for Python, or a number of thousands of digits.
        reader.fault(1, "The template is too deep, or a number in it too long.", "Write it flatter.")
        return
    for made in tree.find_all((nodes.Include, nodes.Extends, nodes.Import, nodes.FromImport)):
        reader.fault(made.lineno, "A prompt takes in another file.", "Write the text here.")
    unknown = find_undeclared_variables(_ENVIRONMENT.parse(text)) - set(allowed)
    seen: set[tuple[str, int]] = set()
    for name in tree.find_all(nodes.Name):
        if name.name in unknown and (name.name, name.lineno) not in seen:
            seen.add((name.name, name.lineno))
            reader.fault(name.lineno, f"The prompt has no variable “{name.name}”.", nearest(name.name, sorted(allowed)))
    _check_attributes(tree, allowed, reader)


def _means(tree: nodes.Template, reader: Reader) -> bool:
    """Whether the template uses only constructs that can't consume unlimited time or memory; reports the others."""
    seen: set[tuple[str, int]] = set()
    for node, loops in _nested(tree, 0):
        wrong, mend = "", "A prompt fills in values, chooses by “if”, and lists by “for”."
        if not isinstance(node, _ALLOWED):
            wrong = f"A prompt has no use for “{type(node).__name__.lower()}”."
        elif isinstance(node, nodes.Filter) and node.name not in _FILTERS:
            wrong, mend = f"A prompt has no filter “{node.name}”.", nearest(node.name, _FILTERS)
        elif loops > _LOOPS:
            wrong, mend = f"There are more than {_LOOPS} loops in each other.", "Write it flatter."
        if wrong and (wrong, node.lineno) not in seen:
            seen.add((wrong, node.lineno))
            reader.fault(node.lineno, wrong, mend)
    return not seen


def _nested(node: nodes.Node, loops: int) -> Iterator[tuple[nodes.Node, int]]:
    """All nodes below one, each with the number of loops around it."""
    for child in node.iter_child_nodes():
        inside = loops + isinstance(child, nodes.For)
        yield child, inside
        yield from _nested(child, inside)


def _check_attributes(tree: nodes.Template, allowed: Mapping[str, Shape], reader: Reader) -> None:
    shapes: dict[str, Shape] = {name: shape for name, shape in allowed.items() if name not in _LISTS}
    for loop in tree.find_all(nodes.For):
        match loop:
            case nodes.For(target=nodes.Name(name=item), iter=nodes.Name(name=source)) if source in _LISTS:
                shapes[item] = allowed.get(source)
            case nodes.For(target=nodes.Name(name=item)):
                shapes[item] = None
    for use in tree.find_all(nodes.Getattr):
        if isinstance(use.node, nodes.Name) and use.node.name in shapes:
            shape = shapes[use.node.name]
            if shape is not None and use.attr not in shape:
                wrong = f"“{use.node.name}” has no “{use.attr}”."
                reader.fault(use.lineno, wrong, nearest(use.attr, shape))
