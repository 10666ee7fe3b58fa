"""The hub's pages: what a person does on GitHub, in a browser, without a network.

`visit` (one request) < `browsing`, `issues`, `pulls`, `checks`, `deliveries`, `home` (an area each) < `blueprint`.
"""

from bot.hub.pages.blueprint import blueprint

__all__ = ["blueprint"]
