"""Runs about a pull request: reviews, and sorting concerns; pinned at its head, recoverable from their commits."""
