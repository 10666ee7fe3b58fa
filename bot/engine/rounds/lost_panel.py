"""A panel on a run's branch that the database doesn't know, so that it hears what people decide in its document."""

from bot.core.identity import Subject
from bot.core.incoming.messages import Decide, Pushed
from bot.core.run.state import State
from bot.engine.inbox.words import words_of
from bot.engine.legs.addressing import knows
from bot.engine.legs.lost import find, meant
from bot.engine.services import Services


def panel_of(services: Services, state: State, subject: Subject) -> bool:
    """Whether an unknown review round wrote on this branch; if so, it has a row from now on."""
    rows = services.runs.of_subject(subject.repository.id, subject.home)
    if state.pinned.round is not None or state.record.concerns is None or knows(rows, Decide("")):
        return False
    known = {row.id for row in rows}
    found = [lost for lost in find(services.installations.github(subject.repository), subject) if lost.run not in known]
    definitions = services.houses.of(subject.repository).house.definitions if found else {}
    lost = meant(found, Pushed("", panel=True), words_of(services, subject.repository).pulls, definitions)
    if lost is None:
        return False
    services.runs.create(lost.row(subject, panel=True))
    return True
