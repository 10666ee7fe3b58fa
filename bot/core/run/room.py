"""Whether a tree has room for the documents of a run: nobody's link, file or folder is replaced by one of ours."""

from collections.abc import Iterable, Sequence

from bot.core.ports import Tree


def obstacle(tree: Tree, paths: Iterable[str]) -> str | None:
    """What is in the way of writing these paths, as a sentence for a person; None where nothing is.

    GitHub writes a tree's entry whatever stood there, so a link, a submodule or a file in a folder's place would be
    lost without a word. Names that differ in case alone are one file on some people's machines.
    """
    known = {path.casefold(): path for path in tree.files()}
    for path in paths:
        for above in _folders(path):
            if (found := known.get(above.casefold())) is not None:
                return f"`{found}` is a file, a link or a submodule, and the documents need a folder there."
        found = known.get(path.casefold())
        if found is not None and found != path:
            return f"`{found}` and `{path}` differ in upper and lower case alone."
        if found is not None and tree.lines(path) is None:
            return f"`{path}` is no text file: it is a link, a submodule, binary or very large."
    return None


def _folders(path: str) -> Sequence[str]:
    parts = path.split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts))]
