"""Legs: what they start from, their conversations, what they commit and publish, and what they leave behind."""
