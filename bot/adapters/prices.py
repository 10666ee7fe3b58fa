"""The cost of a request: by the operator's own prices, else by the public list; an unknown model has no price.

Each request is priced by itself: prices may depend on the size of the prompt, so summed usage gives a wrong figure.
"""

from collections.abc import Mapping
from typing import Any

MILLION = 1_000_000
OWN_KEYS = ("input", "output", "cache_read", "cache_write")

Table = Mapping[str, Mapping[str, float]]


def dollars(model: str, usage: Mapping[str, Any], table: Table | None = None) -> float | None:
    """US dollars for one request; None if the model has no known price.

    `usage` is the Messages API's own. `table` gives dollars for a million tokens: model name to `input`, `output` and,
    if they differ from `input`, `cache_read` and `cache_write`.
    """
    own = (table or {}).get(model)
    return _listed(model, usage) if own is None else _own(own, usage)


def _own(prices: Mapping[str, float], usage: Mapping[str, Any]) -> float:
    fresh = prices["input"]
    total = (usage.get("input_tokens") or 0) * fresh
    total += (usage.get("output_tokens") or 0) * prices["output"]
    total += (usage.get("cache_read_input_tokens") or 0) * prices.get("cache_read", fresh)
    total += (usage.get("cache_creation_input_tokens") or 0) * prices.get("cache_write", fresh)
    return float(total / MILLION)


def _listed(model: str, usage: Mapping[str, Any]) -> float | None:
    from genai_prices import calc_price, extract_usage  # the list is long, and a worker starts without it

    try:
        extracted = extract_usage({"model": model, "usage": dict(usage)}, provider_id="anthropic")
        return float(calc_price(extracted.usage, model, provider_id="anthropic").total_price)
    except (LookupError, ValueError):
        return None
