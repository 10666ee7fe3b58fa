"""The hub's pages: what a person does on GitHub, in a browser, without a network.

`visit` (one request) < `browsing`, `issues`, `pulls`, `checks`, `deliveries`, `home` (an area each) < `serving`.
"""

from .serving import blueprint

__all__ = ["blueprint"]
