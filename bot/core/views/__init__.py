"""What GitHub shows: pure functions from where things stand to publications."""
