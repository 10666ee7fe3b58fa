"""The pure heart: what a run is and what it does next. No I/O, no clock, no randomness, no globals.

At the top are the words that all parts share; docs/architecture.md says what is in each package.
"""
