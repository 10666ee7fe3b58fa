"""Rounds on a pull request: reviews, and what is made of them, pinned at its head, found again by their commits."""
