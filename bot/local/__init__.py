"""Hub and service on one machine, for whoever plays on them: the demo, and `charrette local` on a person's clone."""
