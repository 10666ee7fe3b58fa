"""Citations of code: found in a document, held against a commit, linked, and held against later ones."""
