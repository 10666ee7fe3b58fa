"""A server that speaks the Messages API and plays a diligent author by rule: it lists, reads, and cites only lines that
it got back from the tools.

It refuses what the real one refuses (orphan tool results, too many cache marks), and counts requests by their content,
so that a test sees whether an answer was asked for, and so paid for, twice.
"""

import hashlib
import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bot.adapters.model.stream import take_apart, to_bytes
from bot.core.definition import Definition, GateUse, Phase
from bot.core.ports import WARMING
from tests import plan_data as plans

Json = dict[str, Any]
READS = 3
CITED = 6
CACHE_MARKS = 4

QUESTIONS = """
### Q1. How strict should it be?

Why it matters: strictness decides what breaks for those who use it today.

- A) As strict as now (recommended)
- B) Stricter

### Q2. Who may turn it on?

Why it matters: it decides where the setting lives.

- A) The operator (recommended)
- B) Everybody
"""


@dataclass
class ClosedLoop:
    """The server's mind and its books. `asked` counts requests by digest, `answered` those that were answered.

    `watch` sees the moments come; no request is answered before `meet` gives it back.
    """

    definitions: Mapping[str, Definition]
    source: str = ""
    ask: bool = True
    delay: float = 0.0
    hold: threading.Event | None = None
    watch: Callable[[str], None] = lambda moment: None
    meet: Callable[[Json], None] = lambda request: None
    url: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    requests: list[Json] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Json) -> Json:
        """The answer to one request, as the API's message."""
        if request["max_tokens"] == WARMING:
            return {**_message(_text("")), "content": [], "stop_reason": "max_tokens"}
        opening = _texts(request["messages"][0])
        charge = opening[-1]
        if charge.startswith("# Which documents"):
            touched = {"documents": [{"phase": "test-plan", "why": "It holds the tests."}]}
            return _message(_text(json.dumps(touched)))
        if wish := re.search(r'<document path="feedback">\n(.*?)\n</document>', charge, re.DOTALL):
            return _message(_text(_revised(opening[-2], wish[1])))
        if charge.startswith(("# Review:", "# Concerns:")):
            return panel_answer(request)
        phase = self._phase(charge)
        seen = _lines(request["messages"])
        turns = sum(message["role"] == "assistant" for message in request["messages"])
        if (phase.output or "").startswith("plan-"):
            return _message(_text(json.dumps(_planned(phase, opening))))
        if phase.output is not None:
            return _message(_text(json.dumps(_review(opening))))
        if turns == 0:
            return _message(_tool("list_files", {"depth": 4}, turns))
        if turns <= READS:
            files = _files(request["messages"])
            number = phase.number * READS + turns
            path = files[number % len(files)]
            return _message(_tool("read_file", {"path": path, "start": 1, "end": 120}, turns))
        if phase.sections:
            return _message(_text(plans.recon(list(_claims(seen))[:CITED])))
        return _message(_text(self._document(phase, charge, seen)))

    def _phase(self, charge: str) -> Phase:
        """The phase whose artifact the charge names."""
        for definition in self.definitions.values():
            for phase in definition.phases:
                if phase.into and charge.startswith(phase.prompt.partition("{{")[0]):
                    return phase
        found = re.search(r"/(\d{3})-([a-z0-9-]+)\.md", charge)
        assert found, f"the charge names no artifact: {charge[:200]}"
        for definition in self.definitions.values():
            for phase in definition.phases:
                if phase.number == int(found[1]) and (phase.id == found[2] or found[2].endswith(phase.id)):
                    return phase
        raise AssertionError(f"no phase makes {found[0]}")

    def _document(self, phase: Phase, charge: str, seen: Sequence[tuple[str, int, str]]) -> str:
        title = phase.title or phase.id
        parts = [f"# {title}: what the code says", ""]
        claims = list(_claims(seen))[:CITED]
        wanted = _gates(phase)
        asking = phase.asks is not None and self.ask and "Answers" not in charge and "answered" not in charge.lower()
        for heading in wanted.get("headings", {"wanted": ["Findings"]})["wanted"]:
            parts += [f"## {heading}", "", f"What matters for {heading.lower()} is written in this place.", ""]
            parts += [*claims, ""]
            claims = claims[1:] or claims
            parts += [self._special(heading, wanted, asking), ""]
        return "\n".join(parts)

    def _special(self, heading: str, wanted: Mapping[str, Mapping[str, Any]], asking: bool) -> str:
        if heading == "Questions":
            return QUESTIONS if asking else "None."
        if heading == wanted.get("numbered", {}).get("section"):
            prefix = wanted["numbered"].get("prefix", "SC-")
            return f"- **{prefix}1** It does what was asked.\n- **{prefix}2** It stays fast."
        if heading == wanted.get("diagram", {}).get("section"):
            return "```mermaid\nflowchart LR\n  caller --> service\n  service --> store\n```"
        if heading == wanted.get("covers", {}).get("section"):
            columns = wanted["covers"].get("columns", ["What it says"])
            head = f"| What | {' | '.join(columns)} |\n|{' --- |' * (len(columns) + 1)}"
            cells = " | ".join(f"said with [a source]({self.source})" if self.source else "plain" for _ in columns)
            return "\n".join([head, f"| One | {cells} |", f"| Two | {cells} |"])
        return f"It follows [what was given]({self.source})." if heading == "Sources" and self.source else ""


def _planned(phase: Phase, opening: Sequence[str]) -> Json:
    """A section of a plan as data. Its first series has a circle, which it mends once it is told."""
    if phase.output == "plan-series":
        return plans.series() if "There is a circle" in opening[-1] else plans.series(["PR 3"])
    there = re.search(r"\(`([^`]+):\d+`\)", "\n".join(opening))
    tests = there[1] if there else "README.md"
    said = {"plan-prevention": plans.prevention(tests), "plan-evolution": plans.evolution()}
    said |= {"plan-scope": plans.SCOPE, "plan-concept": plans.CONCEPT, "plan-risks": plans.RISKS}
    return (said | {"plan-order": plans.ORDER, "plan-summary": plans.SUMMARY})[phase.output or ""]


def _revised(document: str, wish: str) -> str:
    """The document as it was given, with one sentence more."""
    text = re.sub(r"^<document [^>]*>\n|\n</document>$", "", document)
    return f"{text.partition('## Revision notes')[0].rstrip()}\n\n{wish.partition(': ')[2] or wish} (worked in).\n"


def _gates(phase: Phase) -> dict[str, Mapping[str, Any]]:
    gates: Sequence[GateUse] = phase.gates
    return {gate.name: gate.parameters for gate in gates}


def panel_answer(request: Json) -> Json:
    """What an expert finds, who says through which lens; or what a clerk makes of the findings."""
    opening = _texts(request["messages"][0])
    if opening[-1].startswith("# Concerns:"):
        return _message(_text(json.dumps(_grouping(opening))))
    lens = opening[-1].partition("# Your lens: ")[2].partition("\n")[0]
    return _message(_text(json.dumps(_review(opening) | {"summary": f"It is thin. I looked for {lens.lower()}."})))


def _documents(opening: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Path and lines of the documents that a conversation was given, without the numbers that those who cite get."""
    for block in opening:
        if found := re.fullmatch(r'<document path="([^"]+)">\n(.*)\n</document>', block, re.DOTALL):
            text = found[2]
            numbered = text.startswith("    1  ")
            yield found[1], (re.sub(r"^ *\d+  ", "", text, flags=re.MULTILINE) if numbered else text).split("\n")


def _grouping(opening: Sequence[str]) -> Json:
    """Every finding of the reviews that is not disposed of yet becomes a concern of its own."""
    documents = dict(_documents(opening))
    done = "\n".join(line for path, lines in documents.items() if path.endswith("concerns.md") for line in lines)
    refs = {
        f"{path.rpartition('/')[2].removesuffix('-review.md')} {found[1]}": found[2]
        for path, lines in sorted(documents.items())
        if path.endswith("-review.md")
        for found in re.finditer(r"^### (F\d+)\..*\n\n\*\*Severity:\*\* (.*)$", "\n".join(lines), re.MULTILINE)
    }
    group = {"keeps": "", "downgrade": "", "evidence": "", "solution": "Say more."}
    group |= {"problem": "Too thin.", "owner": "the design"}
    concerns = [
        group | {"title": f"It says little, says {ref}", "findings": [ref], "severity": severity}
        for ref, severity in refs.items()
        if f"| {ref} |" not in done
    ]
    return {"concerns": concerns, "dismissed": []}


def _review(opening: Sequence[str]) -> Json:
    path, lines = next(_documents(opening), ("README.md", ["a"]))
    at = next((n for n, line in enumerate(lines, 1) if n > 2 and line.strip()), 1)
    item = {
        "title": "It says little",
        "severity": "important",
        "confidence": "high",
        "location": f"{path}:{at}",
        "quote": lines[at - 1].strip(),
        "problem": "There is too little to build on.",
        "suggestion": "Say more.",
    }
    whole = {"verdict": "Not yet.", "summary": "It is thin.", "examined": "All of it."}
    return {**whole, "items": [item]}


def _text(text: str) -> Json:
    return {"type": "text", "text": text}


def _tool(name: str, arguments: Json, turn: int) -> Json:
    return {"type": "tool_use", "id": f"toolu_{name}_{turn}", "name": name, "input": arguments}


def _message(block: Json) -> Json:
    return {
        "id": "msg_loop",
        "type": "message",
        "role": "assistant",
        "model": "closed-loop",
        "content": [block],
        "stop_reason": "tool_use" if block["type"] == "tool_use" else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1000, "output_tokens": 200},
    }


def _texts(message: Mapping[str, Any]) -> list[str]:
    content = message["content"]
    if isinstance(content, str):
        return [content]
    return [block["text"] for block in content if block["type"] == "text"]


def _results(messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for message in messages:
        if isinstance(message["content"], list):
            for block in message["content"]:
                if block["type"] == "tool_result" and not block.get("is_error"):
                    yield block["content"]


def _files(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    """Paths of text files that a listing showed."""
    names: list[str] = []
    for result in _results(messages):
        names += re.findall(r"^\s*([\w./-]+\.(?:py|md|go|toml))$", result, re.MULTILINE)
    return sorted(set(names)) or ["README.md"]


def _lines(messages: Sequence[Mapping[str, Any]]) -> list[tuple[str, int, str]]:
    """(path, line, text) of every line that a read gave back."""
    found = []
    for result in _results(messages):
        head, _, body = result.partition("\n")
        match = re.match(r"(\S+), lines \d+ to \d+ of \d+$", head)
        if match:
            found += [(match[1], int(line[1]), line[2]) for line in re.finditer(r"^ *(\d+)  (.*)$", body, re.MULTILINE)]
    return found


def _claims(seen: Sequence[tuple[str, int, str]]) -> Iterator[str]:
    """Sentences about the code, each naming what stands in the line that it cites."""
    for path, line, text in seen:
        names = re.findall(r"\b[A-Za-z_][A-Za-z0-9_]{4,}\b", text)
        if names:
            yield f"The code has `{names[0]}` there (`{path}:{line}`)."


def refusal(request: Mapping[str, Any]) -> str:
    """Why the real server would refuse a request, or nothing."""
    messages = request.get("messages") or []
    if not messages or messages[0]["role"] != "user":
        return "messages: first message must use the user role"
    open_ids: set[str] = set()
    for message in messages:
        blocks = message["content"] if isinstance(message["content"], list) else []
        results = {block["tool_use_id"] for block in blocks if block.get("type") == "tool_result"}
        if message["role"] == "user" and results != open_ids:
            return f"tool_use and tool_result do not match: {sorted(open_ids ^ results)}"
        uses = {block["id"] for block in blocks if block.get("type") == "tool_use"}
        open_ids = uses if message["role"] == "assistant" else set()
    marks = json.dumps(request).count('"cache_control"')
    return f"A maximum of 4 blocks with cache_control may be provided. Found {marks}." if marks > CACHE_MARKS else ""


@contextmanager
def closed_loop(mind: ClosedLoop, port: int = 0) -> Iterator[ClosedLoop]:
    """The server on loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            request = json.loads(body)
            told = {key: request.get(key) for key in ("system", "messages", "tools", "output_config")}
            digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
            with mind.lock:
                mind.asked[digest] += 1
                mind.requests.append(request)
                mind.headers.append({name.lower(): text for name, text in self.headers.items()})
            mind.watch("model asked")
            mind.meet(request)
            if mind.hold is not None:
                mind.hold.wait(30)
            if mind.delay:
                threading.Event().wait(mind.delay)
            why = refusal(request)
            if why:
                mind.refused.append(why)
                error = {"type": "error", "error": {"type": "invalid_request_error", "message": why}}
                self._send(400, "application/json", json.dumps(error).encode())
                return
            data = to_bytes(take_apart(mind.answer(request)))
            try:
                self._send(200, "text/event-stream", data)
            except OSError:
                return
            with mind.lock:
                mind.answered[digest] += 1
            mind.watch("model answered")

        def _send(self, status: int, kind: str, data: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    mind.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield mind
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
