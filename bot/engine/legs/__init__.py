"""A run's stretch of work: what it starts from, the conversations that it holds, what it commits, shows and leaves."""
