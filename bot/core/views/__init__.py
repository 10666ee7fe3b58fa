"""What GitHub shows: pure functions from the state of a run (or round) to publications."""
