"""A run: what is kept of it, where that leaves it, what it does next, and what it commits."""
