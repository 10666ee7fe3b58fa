"""The plans of a repository: made into issues, and kept true as pull requests merge."""
