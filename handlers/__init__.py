"""What each kind of event means to a run: one module per kind, all of them pure."""
