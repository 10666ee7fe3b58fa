"""Before each turn of the model, what was spent is held against the limits: of the run, and of the repository's day."""

import pytest

from bot.core.run.record import Limits, Spent
from bot.engine.legs.conversation import over_budget

LIMITS = Limits(run_tokens=100, run_dollars=1.0, day_tokens=1_000, day_dollars=10.0)


@pytest.mark.parametrize(
    ("run", "day", "why"),
    [
        pytest.param(Spent(1, 99, dollars=0.99), Spent(9, 999, dollars=9.99), "", id="below all"),
        pytest.param(Spent(1, 60, output=40), Spent(), "This run has used 100 of 100 tokens.", id="the run's tokens"),
        pytest.param(Spent(1, dollars=1.0), Spent(), "This run has used 1.00 of 1.00 USD.", id="the run's money"),
        pytest.param(
            Spent(),
            Spent(9, 1_000),
            "This repository, today, has used 1,000 of 1,000 tokens.",
            id="the day's tokens",
        ),
        pytest.param(
            Spent(),
            Spent(9, dollars=10.5),
            "This repository, today, has used 10.50 of 10.00 USD.",
            id="the day's money",
        ),
        pytest.param(Spent(1, 9, dollars=None), Spent(1, 9, dollars=None), "", id="at a price that nobody knows"),
    ],
)
def test_the_first_limit_that_is_reached_is_told(run: Spent, day: Spent, why: str) -> None:
    assert over_budget(LIMITS, run, day) == why


def test_without_a_limit_of_money_there_is_none() -> None:
    assert over_budget(Limits(run_dollars=None, day_dollars=None), Spent(dollars=1e9), Spent(dollars=1e9)) == ""
