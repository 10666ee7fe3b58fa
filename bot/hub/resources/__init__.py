"""One function per resource makes GitHub's JSON of it; nothing here changes a fact."""
