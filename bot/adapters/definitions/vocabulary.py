"""The words that a definition may use: keys, tools, outputs, and what is reserved for later."""

from bot.core.incoming.commands import COMMANDS, OURS
from bot.core.outputs import OUTPUTS as _OUTPUTS
from bot.core.outputs import TOUCHED

VERSION = 1

WORKFLOW_KEYS = (
    "version", "summary", "makes", "trigger", "artifacts", "model", "attempts", "rounds", "wait-days",
    "needs-description", "tools", "gates", "panel", "parameters", "documents", "phases",
)  # fmt: skip
NEEDED = ("version", "summary", "trigger", "phases")

PHASE_KEYS = (
    "id", "title", "from", "reads", "tools", "gates", "asks", "approval", "each", "output", "artifact", "counted",
    "model", "into", "sections", "persona", "given", "unless",
)  # fmt: skip
EVENT_KEYS = ("id", "title", "from")
INCLUDE_KEYS = ("include", "title", "given")
RESERVED = {
    "publish": "Leave it out; the run's artifacts go to its pull request.",
}
LAST = "last"
BRINGS = ("design",)
"""What a request may bring, so that a phase is not needed."""

TOOLS = ("repository", "web")
MODELS = ("thorough", "quick")
"""The aliases; which model each of them is, the service's settings say."""
EACH = ("experts", "subsystems", "tracks")
GIVEN = ("tracks",)
OUTPUTS = tuple(name for name in _OUTPUTS if name != TOUCHED.name)
TAKEN = (*(usage.name for usage in COMMANDS), OURS)
SUBJECTS = ("issue", "pull-request")

NOT_WORKFLOWS = ("personas", "prompts", "templates")
