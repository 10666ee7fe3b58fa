"""Prices: the operator's own, the public list, or none."""

import pytest

from bot.adapters.prices import dollars

USAGE = {
    "input_tokens": 1_000_000,
    "output_tokens": 100_000,
    "cache_read_input_tokens": 2_000_000,
    "cache_creation_input_tokens": 500_000,
}


def test_an_unknown_model_has_no_price() -> None:
    assert dollars("qwen3:8b", USAGE) is None


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        pytest.param({"input": 1, "output": 10, "cache_read": 0.1, "cache_write": 2}, 1 + 1 + 0.2 + 1, id="all given"),
        pytest.param({"input": 1, "output": 10}, 1 + 1 + 2 + 0.5, id="the cache costs what input costs"),
        pytest.param({"input": 0, "output": 0}, 0.0, id="a model of one's own is free"),
    ],
)
def test_the_operators_prices_come_first(prices: dict[str, float], expected: float) -> None:
    assert dollars("claude-opus-5-5", USAGE, {"claude-opus-5-5": prices}) == pytest.approx(expected)


def test_the_public_list_prices_each_kind_of_token() -> None:
    fresh = dollars("claude-opus-5-5", {"input_tokens": 1000, "output_tokens": 0})
    read = dollars("claude-opus-5-5", {"input_tokens": 0, "cache_read_input_tokens": 1000, "output_tokens": 0})
    out = dollars("claude-opus-5-5", {"input_tokens": 0, "output_tokens": 1000})
    assert 0 < (read or 0) < (fresh or 0) < (out or 0)


def test_web_searches_cost_ten_dollars_a_thousand() -> None:
    usage = {"input_tokens": 0, "output_tokens": 0, "server_tool_use": {"web_search_requests": 3}}
    assert dollars("claude-opus-5-5", usage) == pytest.approx(0.03)


def test_absent_counts_are_none() -> None:
    usage = {"input_tokens": 5, "output_tokens": 5, "cache_read_input_tokens": None, "server_tool_use": None}
    assert dollars("claude-opus-5-5", usage) is not None
    assert dollars("own", usage, {"own": {"input": 1_000_000, "output": 0}}) == 5.0
