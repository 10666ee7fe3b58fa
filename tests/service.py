"""What an operator has at hand before the service can start: a key, workflows."""

import os
import shutil
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot import app

SECRET = "hush-hush"
WORKFLOW = """\
version: 1
summary: Write one document.
trigger: {label: note, command: /note}
artifacts: notes/{slug}
phases:
  - id: request
    from: event
  - id: note
"""


@cache
def pem() -> str:
    """A private key, as GitHub hands it to an App's owner."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    kind = (serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    return key.private_bytes(*kind).decode()


def workflows(folder: Path) -> Path:
    """A folder with one small workflow, `note`."""
    shutil.copytree(app.built_in_workflows() / "prompts", folder / "prompts")
    (folder / "note/phases").mkdir(parents=True)
    (folder / "note/workflow.yaml").write_text(WORKFLOW)
    (folder / "note/phases/note.md").write_text("Write a note.\n")
    return folder


def clean() -> dict[str, str]:
    """This process's environment without what is set for us in it."""
    return {name: text for name, text in os.environ.items() if not name.startswith(("CHARRETTE_", "ANTHROPIC_"))}
