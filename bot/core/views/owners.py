"""What GitHub shows of concern owners: the components with their concerns, and which are outside the roadmap."""

from collections.abc import Iterator

from bot.core.markdown.artifact import normal
from bot.core.markdown.safe import line as one_line
from bot.core.run.state import State
from bot.core.tracks.opening import FORM
from bot.core.tracks.owning import Owners, read, told

from .headline import headline
from .pages import link, web
from .run import cost, elapsed


def status(state: State) -> str:
    """The status comment of a run that sorts concerns by owner."""
    concerns = state.record.concerns
    owners = read(concerns.text) if concerns else Owners()
    base = f"[`{state.pinned.base[:8]}`]({web(state)}/commit/{state.pinned.base})"
    lines = [f"### Owners of the concerns: {one_line(state.pinned.title)}", "", f"**{_headline(state, owners)}**", ""]
    if concerns and owners.components and any(phase.commit for phase in state.phases):
        lines += [f"{told(owners)} The tables are in {link(state, concerns.path, 'the concerns')}, read at {base}.", ""]
        lines += [*_components(owners), ""]
        lines += [f"{word}\n" for word in _ways(state, owners)]
    lines += [f"{elapsed(state.pinned.started_at, state.now)} · {cost(state.spent)}", ""]
    return "\n".join(lines)


def _headline(state: State, owners: Owners) -> str:
    if state.current is not None or state.stopped or state.trouble is not None:
        return headline(state).replace("put the label back on, or write `/resume`", "write `/resume`")
    if not owners.opened:
        return "Done: no parallel track is needed."
    many = "track is" if len(owners.opened) == 1 else "tracks are"
    return f"Done: {len(owners.opened)} parallel {many} open, beside the roadmap's own."


def _components(owners: Owners) -> Iterator[str]:
    yield from ("| component | in the roadmap | concerns | track |", "| --- | --- | --- | --- |")
    for part in sorted(owners.components, key=lambda each: each.inside):
        ids = owners.concerns_of(part.name)
        track = next((str(each.number) for each in owners.opened if normal(each.component) == normal(part.name)), "")
        inside = "yes" if part.inside else "**no**"
        track = "1, the roadmap" if part.inside else track or "none"
        yield f"| {one_line(part.name)} | {inside} | {len(ids)}: {one_line(', '.join(ids))} | {track} |"


def _ways(state: State, owners: Owners) -> Iterator[str]:
    """What people can do next."""
    names = ", ".join(one_line(part.name) for part in owners.outside)
    if state.current is not None and state.current.status == "awaiting":
        yield (
            "That many need parallel tracks. "
            f"`/approve` opens one for each of: {names}. `/reject <why>` has the owners worked out again."
        )
    elif state.current is None and owners.outside:
        yield f"Without a track: {names}. A maintainer may open one all the same: {FORM}."
