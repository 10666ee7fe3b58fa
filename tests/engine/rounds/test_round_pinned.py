"""What a round of reviews needs of its pull request; and what is said where it has it not."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.core.concerns import counted, read
from bot.core.definition import Policy
from bot.core.errors import PersonError
from bot.core.ports import Pull
from bot.engine.rounds.earlier import raised_in
from bot.engine.rounds.pinned import pin_round
from tests.core.a_run import definition

OPEN = Pull(31, "https://github.example/octo/queue/pull/31", "h" * 40, "queue", "", "A queue", draft=False, open=True)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"open": False}, "This pull request is closed"),
        ({"open": False, "merged": True}, "This pull request is merged"),
    ],
)
def test_a_pull_request_that_can_t_be_reviewed(state: dict[str, bool], said: str) -> None:
    pull = SimpleNamespace(**vars(OPEN) | state)
    github: Any = SimpleNamespace(pull=lambda number: pull)
    asked: Any = SimpleNamespace(number=31)
    with pytest.raises(PersonError) as told:
        pin_round(cast(Any, None), github, asked, "7.31.review-experts.1", definition(), Policy())
    assert said in str(told.value)


def test_what_is_ticked_twice_is_open_for_the_next_round() -> None:
    text = "### C1. A\n**Decision:** [x] accept [x] reject\n\n### C2. B\n**Decision:** [x] accept: so\n"
    assert [(each.id, each.verdict, each.why) for each in raised_in(text)] == [("C1", "", ""), ("C2", "accept", "so")]
    assert counted(read(text).concerns) == (1, 0, 0, 0)


def test_what_people_took_out_is_told_to_the_next_round_as_such() -> None:
    known = read(
        "### C1. A\n**Decision:** [ ]\n\n### C2. B\n**Decision:** [ ]\n\n### C3. C\n**Decision:** [x] reject: no\n"
    )
    raised = raised_in("### C1. A\n**Decision:** [ ]\n", known.concerns)
    assert [(each.id, each.verdict, each.gone) for each in raised] == [
        ("C1", "", False),
        ("C2", "", True),
        ("C3", "reject", True),
    ]
