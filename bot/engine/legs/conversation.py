"""One durable conversation with the model: a turn that was answered is never asked, or paid for, again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import takewhile
from typing import Any

from dbos import DBOS

from bot.core.citations.permalinks import unlinked
from bot.core.codec import from_json, to_json
from bot.core.definition import Budgets
from bot.core.errors import CharretteError, PersonError
from bot.core.findings import Finding
from bot.core.identity import Repository
from bot.core.markdown.artifact import Artifact
from bot.core.markdown.safe import published
from bot.core.outputs import OUTPUTS, Setting
from bot.core.ports import Checkout, Files, Reply, Turn
from bot.core.prompts import document_block, unverified_block
from bot.core.run.absent import without_web
from bot.core.run.acts import Brief, DocumentRef, Ended, Outcome
from bot.core.run.record import Limits, Spent
from bot.engine.durable import gave_up, log, patiently, pause, step
from bot.engine.services import Conversing, Services
from bot.gates.context import Context
from bot.gates.settling import Settled, settled, settled_part

CACHED = {"type": "ephemeral"}
PATIENCE = 10
CALLS = 32
NOTHING = "The model's server says that the model is not finished, and gives nothing to continue with."
NO_WEB = (
    "There is no web search here after all: this server has none. What you know of the outside world is what people "
    "gave you, and what you remember; what you only remember is marked [UNVERIFIED]."
)
WEB_TOOL = {"type": "web_search_20260318", "name": "web_search", "max_uses": 12}


@dataclass(frozen=True)
class Talk:
    """A brief and its surroundings: the repository whose clone tools and gates read, and the texts people gave.

    `web` is the repository's page. `alone` means that it belongs to no run, so it can't be stopped.
    """

    brief: Brief
    repository: Repository
    given: str = ""
    web: str = ""
    budgets: Budgets = field(default_factory=Budgets)
    alone: bool = False


@dataclass(frozen=True)
class _End:
    ended: Ended
    reason: str = ""


def hold(services: Services, talk: Talk) -> Outcome:
    """Runs a conversation to its outcome. The clone is fetched before the first turn, because that needs a token."""
    checkout = services.installations.checkout(talk.repository)
    conversation = Conversation(services.conversing, checkout.files(), talk)
    try:
        if (why := gave_up(patiently("fetch", lambda: fetched(checkout, talk)))) is not None:
            return conversation.unread(why)
        fetched(checkout, talk)  # where the step was done by another machine; else it costs nothing
    except CharretteError as error:
        return conversation.unread(str(error))
    return conversation.hold()


def fetched(checkout: Checkout, talk: Talk) -> None:
    """Fetches everything the conversation reads into the clone."""
    checkout.fetch(*sorted({talk.brief.base, *(ref.commit for ref in talk.brief.documents)}))


class Conversation:
    """Runs one conversation, turn by turn, with documents and tools but without a GitHub credential."""

    def __init__(self, services: Conversing, files: Files, talk: Talk) -> None:
        self.services = services
        self.talk = talk
        self.brief = talk.brief
        self.checkout = files
        self.web = "web" in talk.brief.tools and "web" in services.model.capabilities()
        self.spent = Spent()
        self.model = ""

    @property
    def _lacks_web(self) -> bool:
        return "web" in self.brief.tools and not self.web

    def hold(self) -> Outcome:
        """Runs the conversation from the first turn to the outcome."""
        messages = [{"role": "user", "content": self._opening()}]
        for n in range(1, self.brief.turns + 1):
            message = self._turn(n, messages, self._tools())
            if isinstance(message, _End):
                return self._outcome(message)
            content = message["content"]
            messages.append({"role": "assistant", "content": content})
            calls = any(block["type"] == "tool_use" for block in content)
            match message["stop_reason"]:
                case "tool_use" if not calls:
                    return self._outcome(_End("refused", NOTHING))
                case "pause_turn" if not content:
                    return self._outcome(_End("refused", NOTHING))
                case "pause_turn":
                    continue
                case _ if calls:
                    messages.append({"role": "user", "content": self._results(n, content)})
                case _:
                    return self._close(messages)
        reason = f"The model used all of its {self.brief.turns} turns without writing the document."
        return self._outcome(_End("refused", reason))

    def unread(self, why: str) -> Outcome:
        """The outcome if the repository can't be read."""
        return self._outcome(_End("failed", f"The repository can't be read: {why}"))

    def _opening(self) -> list[dict[str, Any]]:
        """The first message: documents first, a block each, with a cache breakpoint after the last; then the charge."""
        cites = self.brief.output is not None and OUTPUTS[self.brief.output].cites
        documents = []
        for ref in self.brief.documents:
            text = self._text(ref)
            if text is not None:
                # Permalinks are for people: here they would cost tokens, and the model writes places without them.
                documents.append((ref.path, unlinked(text, self.talk.web)))
        blocks: list[dict[str, Any]] = [
            {"type": "text", "text": document_block(path, text, cites)} for path, text in documents
        ]
        if listed := unverified_block(documents):
            blocks.append({"type": "text", "text": listed})
        if blocks:
            blocks[-1]["cache_control"] = CACHED
        return [*blocks, {"type": "text", "text": self.brief.charge}]

    def _tools(self) -> list[Mapping[str, Any]]:
        if not self.brief.tools:
            return []
        own = self._toolbox().definitions() if "repository" in self.brief.tools else ()
        return [*own, *([WEB_TOOL] if self.web else [])]

    def _toolbox(self) -> Any:
        return self.services.tools(self.talk.repository.id, self.checkout.tree(self.brief.base))

    def _turn(
        self, n: int, messages: Sequence[dict[str, Any]], tools: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any] | _End:
        """One turn, retried (durably) while the server's failure is temporary."""
        turn, address = self._asking(n, messages, tools), self.brief.address.turn(n)
        reason = ""
        for attempt in range(1, PATIENCE + 1):
            result = step(f"turn {n}.{attempt}", partial(self.ask, turn))
            if "ended" in result:
                return _End(result["ended"], result["reason"])
            reply = from_json(Reply, result["reply"])
            reason = reply.reason
            self.spent += reply.spent
            if reply.kind == "answered":
                self.model = reply.model or self.model
                return reply.message
            if reply.rejected == "web":
                log.warning("turn %s goes on without web search: %s", address, reply.reason)
                self.web = False
                messages[0]["content"].append({"type": "text", "text": NO_WEB})
                turn = replace(turn, tools=self._tools())
                continue
            if reply.kind == "refused":
                return _End("refused", reply.reason)
            DBOS.sleep(pause(attempt, reply.retry_after or None))
        return _End("failed", f"The model did not answer after {PATIENCE} tries: {reason}")

    def first(self) -> Turn:
        """The first turn, as it will be sent."""
        return self._asking(1, [{"role": "user", "content": self._opening()}], self._tools())

    def _asking(self, n: int, messages: Sequence[dict[str, Any]], tools: Sequence[Mapping[str, Any]]) -> Turn:
        output = OUTPUTS[self.brief.output] if self.brief.output else None
        return Turn(
            address=self.brief.address.turn(n),
            model=self.brief.model,
            system=[{"type": "text", "text": self.brief.system, "cache_control": CACHED}],
            messages=messages,
            tools=tools,
            schema=output.schema if output else None,
        )

    def ask(self, turn: Turn) -> dict[str, Any]:
        """The step: returns the recorded answer, or sends one request and records its answer."""
        run, repository = self.brief.address.run, self.talk.repository.id
        ledger = self.services.ledger
        if (known := ledger.recorded(turn.address)) is not None:
            return {"reply": to_json(known)}
        if not self.talk.alone and self.services.runs.stopped(run):
            return {"ended": "stopped", "reason": ""}
        now = self.services.clock.now()
        limits = self.services.limits.lowered(self.talk.budgets)
        if over := over_budget(limits, ledger.run_total(run), ledger.day_total(repository, now[:10])):
            return {"ended": "budget", "reason": over}
        try:
            reply = self.services.model.turn(turn)
        except PersonError as error:
            return {"ended": "refused", "reason": str(error)}
        if reply.kind == "answered" or reply.spent.calls:
            ledger.write(turn.address, run, repository, reply, now)
        if reply.kind == "transient":
            log.warning("turn %s will be tried again: %s", turn.address, reply.reason)
        return {"reply": to_json(reply)}

    def _results(self, n: int, content: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The results of a turn's tool calls, in one step."""

        def work() -> list[dict[str, Any]]:
            box = self._toolbox()
            results: list[dict[str, Any]] = []
            for block in content:
                if block["type"] == "tool_use":
                    if len(results) < CALLS:
                        text, failed = box.call(block["name"], block["input"])
                    else:
                        text, failed = f"At most {CALLS} calls are answered a turn. Make this one in the next.", True
                    result = {"type": "tool_result", "tool_use_id": block["id"], "content": text}
                    results.append(result | ({"is_error": True} if failed else {}))
            return results

        found: list[dict[str, Any]] = step(f"tools {n}", work)
        return found

    def _close(self, messages: Sequence[Mapping[str, Any]]) -> Outcome:
        """The document that the last turn wrote, with its gate findings."""
        text, data, faults = _written(self.brief, _said(messages), self._setting())
        if self._lacks_web and any(gate.name in ("sources", "searched") for gate in self.brief.gates):
            text = without_web(text)
        text = published(text)
        fetched = frozenset((*self.brief.fetched, *_urls(messages)))

        def work() -> Any:
            return to_json(Settled(text, faults) if faults else self._settled(text, fetched))

        end: Settled = from_json(Settled, step("gates", work))
        findings = tuple(replace(finding, path=self.brief.path) for finding in end.findings)
        outcome = self._outcome(_End("done"))
        return replace(outcome, text=end.text, data=data, findings=findings, fetched=tuple(sorted(fetched)))

    def _settled(self, text: str, fetched: frozenset[str]) -> Settled:
        documents = {ref.path: self._text(ref) or "" for ref in self.brief.documents}
        tree = self.checkout.tree(self.brief.base)
        context = Context(tree, documents, self.talk.given, fetched, self.talk.web, self.web)
        if self.brief.filling is not None:
            stands = Artifact(self.brief.path, documents.get(self.brief.path, ""))
            return settled_part(stands, text, self.brief.filling, context, self.brief.gates, self.brief.last)
        return settled(Artifact(self.brief.path, text), context, self.brief.gates, self.brief.last)

    def _setting(self) -> Setting:
        """What codecs may look up: the documents that were given, and files at their commit."""
        documents = {ref.path: unlinked(self._text(ref) or "", self.talk.web) for ref in self.brief.documents}
        files = self.checkout.tree(self.brief.documents[0].commit if self.brief.documents else self.brief.base)

        def lines(path: str) -> Sequence[str] | None:
            return documents[path].split("\n") if path in documents else files.lines(path)

        return Setting(self.brief.title, self.brief.lens, documents, lines, self.brief.taken)

    def _text(self, ref: DocumentRef) -> str | None:
        return self.checkout.text(ref.path, ref.commit) if ref.text is None else ref.text

    def _outcome(self, end: _End) -> Outcome:
        return Outcome(
            address=self.brief.address,
            ended=end.ended,
            spent=self.spent,
            model=self.model,
            reason=end.reason,
            without=("web",) if self._lacks_web else (),
            at=step("clock", self.services.clock.now),
        )


def over_budget(limits: Limits, run: Spent, day: Spent) -> str:
    """Which limit is reached, as a sentence; "" if none is."""
    for what, spent, tokens, dollars in (
        ("This run", run, limits.run_tokens, limits.run_dollars),
        ("This repository, today,", day, limits.day_tokens, limits.day_dollars),
    ):
        if spent.tokens >= tokens:
            return f"{what} has used {spent.tokens:,} of {tokens:,} tokens."
        if dollars is not None and spent.dollars is not None and spent.dollars >= dollars > 0:
            return f"{what} has used {spent.dollars:.2f} of {dollars:.2f} USD."
    return ""


def _said(messages: Sequence[Mapping[str, Any]]) -> str:
    """What the model wrote since the last user message, including turns that paused."""
    turns = list(takewhile(lambda message: message["role"] == "assistant", reversed(messages)))
    blocks = [block for message in reversed(turns) for block in message["content"]]
    return "".join(block["text"] for block in blocks if block["type"] == "text")


def _written(brief: Brief, said: str, setting: Setting) -> tuple[str, Any, tuple[Finding, ...]]:
    """The document's text (and data, for a codec) from the model's answer; a finding if it can't be parsed."""
    if brief.output is None:
        return (sections_of(said) if brief.filling else document_of(said)), None, ()
    output = OUTPUTS[brief.output]
    try:
        data = output.settle(json.loads(said), setting)
    except ValueError as error:
        mend = "Answer with one JSON object of the given schema and nothing else."
        return said, None, (Finding(1, f"This is not the data that was asked for: {error}", mend, "output"),)
    return output.render(data), data, ()


def document_of(said: str) -> str:
    """The document in the model's answer, without a code fence around it or text before its title."""
    text = said.replace("\r\n", "\n").strip()
    if text.startswith("```") and text.endswith("```"):
        text = text.partition("\n")[2].removesuffix("```").strip()
    before, mark, rest = ("\n" + text).partition("\n# ")
    if mark and "\n## " not in before:
        text = f"# {rest}"
    return text.strip() + "\n"


def sections_of(said: str) -> str:
    """The sections in the model's answer, without a fence, a title, or text before the first section."""
    text = document_of(said)
    _, mark, rest = f"\n{text}".partition("\n## ")
    return f"## {rest}" if mark else text


def _urls(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    """The URLs that server-side web tools actually returned."""
    found = []
    for message in messages:
        for block in message["content"]:
            if str(block.get("type", "")).startswith("web_") and isinstance(block.get("content"), list):
                found += [str(item["url"]) for item in block["content"] if isinstance(item, dict) and "url" in item]
    return found
