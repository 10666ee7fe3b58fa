"""Reads the document that a command is given."""

from pathlib import Path

from bot.core.errors import Fault, FaultsError


def document_text(file: Path, example: str) -> str:
    """The text of a Markdown file. `FaultsError` says why it can't be read, with an example of the command."""
    try:
        return file.read_bytes().decode()
    except FileNotFoundError:
        wrong = "There is no such file."
    except IsADirectoryError:
        wrong = "This is a folder."
    except UnicodeDecodeError:
        wrong = "This is no text in UTF-8."
    except OSError as error:
        wrong = f"It can't be read: {error.strerror}."
    raise FaultsError([Fault(str(file), 0, wrong, f"Name a Markdown document, as in “{example}”.")])
