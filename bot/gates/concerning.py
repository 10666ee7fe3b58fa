"""Whether a document answers the concerns that people accepted."""

import re
from collections.abc import Iterator

from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact
from bot.core.outputs.concerns import concerns_in

from .context import Context


def answers_concerns(artifact: Artifact, context: Context) -> Iterator[Finding]:
    """Each concern that was accepted is named by its id, with what was done about it or why it is left."""
    document = concerns_in(context.documents)
    for concern in document.concerns if document else ():
        decision = concern.decision
        accepted = decision is not None and decision.verdict == "accept" and decision.ticked == 1
        if accepted and not re.search(rf"\b{concern.id}\b", artifact.text):
            mend = f"Say what was done about it, as in “{concern.id}: …”, or that it is left here, and why."
            yield Finding(1, f"{concern.id} was accepted, and is not answered: {concern.title}.", mend)
