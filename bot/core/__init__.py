"""The pure heart: what a run is and what it does next. No I/O, no clock, no randomness, no globals."""
