"""Markdown: a document taken apart and put together again, and texts made safe to publish and to read."""
