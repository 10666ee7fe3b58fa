"""A repository's plans: turned into issues, and kept up to date as pull requests merge."""
