"""Before several conversations start in parallel, one turn fills the model's cache with their common beginning.

Simultaneous requests all miss the cache: each would pay in full for the same documents.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace

from bot.core.codec import from_json
from bot.core.errors import CharretteError
from bot.core.ports import WARMING, Reply
from bot.core.run.acts import Brief
from bot.core.run.record import Spent
from bot.engine.durable import log
from bot.engine.services import Services

from .conversation import Conversation, Talk, fetched

MEMBER = "warm"
CHARGE = "Nothing is asked yet. Answer: OK"


@dataclass(frozen=True)
class Warmed:
    """The cost, and whether the server refuses such requests."""

    spent: Spent = field(default_factory=Spent)
    refused: bool = False


def common(briefs: Sequence[Brief]) -> Brief | None:
    """A brief with the common beginning of these first drafts; None for a single one, or if they begin differently."""
    first = briefs[0]
    if len(briefs) == 1 or first.address.draft > 1 or len({_beginning(brief) for brief in briefs}) > 1:
        return None
    return replace(first, address=replace(first.address, member=MEMBER), charge=CHARGE)


def _beginning(brief: Brief) -> Hashable:
    """Everything that comes before the charge."""
    return brief.model, brief.output, brief.tools, brief.base, brief.system, brief.documents


def warm(services: Services, talk: Talk) -> Warmed:
    """Sends one request, without retries: a failure costs money later, and nothing else."""
    try:
        checkout = services.installations.checkout(talk.repository)
        fetched(checkout, talk)
        conversation = Conversation(services.conversing, checkout.files(), talk)
        result = conversation.ask(replace(conversation.first(), max_tokens=WARMING))
    except CharretteError as error:
        log.info("%s: the cache stays cold: %s", talk.brief.address.conversation, error)
        return Warmed()
    if "reply" not in result:
        return Warmed()
    reply = from_json(Reply, result["reply"])
    if reply.kind != "answered":
        log.info("%s: the cache stays cold: %s", talk.brief.address.conversation, reply.reason)
    return Warmed(reply.spent, reply.kind == "refused")
