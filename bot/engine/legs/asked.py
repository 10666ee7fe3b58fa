"""The input of a leg."""

from dataclasses import dataclass

from bot.core.identity import Subject
from bot.core.incoming.messages import Message


@dataclass(frozen=True)
class Asked:
    """What a leg is queued with: the subject, the message, and the issue's text as the event had it.

    `number` is the issue or pull request where the message was written; 0 means the subject's home.
    """

    subject: Subject
    message: Message
    title: str = ""
    body: str = ""
    author: str = ""
    url: str = ""
    number: int = 0
