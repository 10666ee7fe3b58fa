"""Comments carry commands, and answers in plain words.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#issue_comment
"""

import re
from dataclasses import replace
from typing import Literal, assert_never

from bot.core.incoming.commands import OTHERS, Command, Said, Vocabulary, added, built_in, nearest, parse
from bot.core.incoming.events import CommentCreated, CommentEdited
from bot.core.incoming.messages import (
    Approve,
    Decide,
    Deed,
    PlanStatus,
    Proceed,
    Reconcile,
    Reject,
    Retry,
    Revise,
    Say,
    Start,
    Stop,
)
from bot.core.incoming.wishes import Correct, ShowHelp, ShowStatus, Tell, Wish
from bot.core.living.asking import validated
from bot.core.tracks.opening import wished

# Nobody has more to say at once; each is answered, the same one once, and a comment has room for ten thousand.
MOST = 10
_DRY = re.compile(r"\s*(?:(?:--|—)?dry[- ]?run)?\s*", re.IGNORECASE)


def created(event: CommentCreated, vocabulary: Vocabulary) -> tuple[Wish, ...]:
    """Its commands; or, where there is none for us, its words, of which the run judges what they answer."""
    if _by_bot(event):
        return ()
    wishes = _wishes(event, parse(event.comment.body), vocabulary)
    if wishes or not event.comment.body.strip():
        return wishes
    words = Say(event.comment.body)
    return (Tell(event.issue.number, event.issue.pull, words, "author", event.comment.url),)


def edited(event: CommentEdited, vocabulary: Vocabulary) -> tuple[Wish, ...]:
    """The commands that the edit brought, as the editor's; changed words are nothing new."""
    if _by_bot(event):
        return ()
    return _wishes(event, added(event.before, event.comment.body), vocabulary)


def _by_bot(event: CommentCreated | CommentEdited) -> bool:
    return event.sender.is_bot or event.comment.author.is_bot


def _wishes(
    event: CommentCreated | CommentEdited, commands: tuple[Command, ...], vocabulary: Vocabulary
) -> tuple[Wish, ...]:
    found = (_wish(event, command, vocabulary) for command in _joined(commands)[:MOST])
    return tuple(dict.fromkeys(wish for wish in found if wish))


def _joined(commands: tuple[Command, ...]) -> tuple[Command, ...]:
    """The commands with all decisions in the first `/decide`: a comment that decides twenty concerns is one deed."""
    several = [command for command in commands if command.name == "decide"]
    if len(several) < 2:
        return commands
    first = replace(several[0], argument="\n".join(f"/decide {each.argument}" for each in several))
    kept = (each for each in commands if each.name != "decide" or each is several[0])
    return tuple(first if each is several[0] else each for each in kept)


def _wish(event: CommentCreated | CommentEdited, command: Command, vocabulary: Vocabulary) -> Wish | None:
    number, pull, comment = event.issue.number, event.issue.pull, event.comment.id
    meant = built_in(command)
    if meant is None:
        two = _nearly(command, vocabulary)
        if (started := vocabulary.started_by(command)) and not (two and two[0] != two[1] and _is_one_word(command)):
            start = Start(started[0], description=started[1])
            return Tell(number, pull, start, "write", event.comment.url, eyes=comment)
        if two is not None:
            return Correct(number, pull, comment, *two)
        near = nearest(command.name, vocabulary.names) or _first_of_two(command.name, vocabulary)
        if near or command.addressed:
            return Correct(number, pull, comment, command.name, near or "")
        return None
    known, argument = meant
    if known.hint.startswith("<") and not argument:
        return Correct(number, pull, comment, known.name, known.name)
    if known.name == "plan issues" and _DRY.fullmatch(argument.split("\n")[0]) is None:
        return Correct(number, pull, comment, f"{known.name} {argument}", known.name)
    if known.name == "plan validation" and validated(argument) is None:
        return Correct(number, pull, comment, known.name, known.name)
    match known.name:
        case "help":
            return ShowHelp(number, pull, comment)
        case "status":
            return ShowStatus(number, pull, comment)
        case _:
            deed = _deed(known.name, argument)
            return Tell(number, pull, deed, known.needs, event.comment.url, eyes=comment)


def _nearly(command: Command, vocabulary: Vocabulary) -> tuple[str, str] | None:
    """What was written, where its second word is within two letters of a command of two words; and that command."""
    first = next(iter(command.argument.split()), "")
    written = f"{command.name} {first.rstrip('.,:;').lower()}"
    near = nearest(written, [each for each in vocabulary.names if each.startswith(f"{command.name} ")])
    return (written, near) if first and near else None


def _is_one_word(command: Command) -> bool:
    """Whether it says no more than one word, besides options: `/plan issue` describes nothing to be planned."""
    return len([word for word in command.argument.split() if not word.startswith("--")]) == 1


def _first_of_two(name: str, vocabulary: Vocabulary) -> str | None:
    """The command of two words that begins with this one, which is none by itself."""
    return next((each for each in vocabulary.names if each.startswith(f"{name} ") and name not in OTHERS), None)


def _deed(name: Said, argument: str) -> Deed:
    match name:
        case "answer":
            return Say(argument, direct=True)
        case "proceed":
            return Proceed()
        case "approve":
            return Approve()
        case "reject":
            return Reject(argument)
        case "revise":
            return Revise(argument)
        case "decide":
            return Decide(argument)
        case "plan issues" | "plan status" | "plan validation":
            return _of_plans(name, argument)
        case "tracks open":
            return wished(argument)
        case "retry" | "resume":
            return Retry()
        case "cancel":
            return Stop("`/cancel` was written")
        case _:
            assert_never(name)


def _of_plans(name: Literal["plan issues", "plan status", "plan validation"], argument: str) -> Deed:
    if name == "plan issues":
        return Reconcile(dry=bool(argument.split("\n", maxsplit=1)[0].strip()))
    said = validated(argument) if name == "plan validation" else None
    return said or PlanStatus()
