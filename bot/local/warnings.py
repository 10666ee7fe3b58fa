"""What goes wrong in the service while somebody waits for it, from its log."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_WORDS = re.compile(r"^\S* *\| \S+ (?:WARNING|ERROR) charrette\S* (?:turn \S+ )?(.*)$", re.MULTILINE)


@dataclass
class Warnings:
    """Reads on in a log. What is said again and again, as each try fails, is told once."""

    log: Path
    _read: int = 0
    _told: str = ""

    def new(self) -> Iterator[str]:
        """What was said since."""
        with self.log.open("rb") as file:
            file.seek(self._read)
            content = file.read()
        whole = content[: content.rfind(b"\n") + 1]
        self._read += len(whole)
        for words in _WORDS.findall(whole.decode(errors="replace")):
            if words != self._told:
                self._told = words
                yield words
