"""A local, GitHub-compatible server: it imports nothing else of `bot`, since a witness must not share our bugs.

`facts` (what is known) < `store` (SQLite) , `code` and `history` (bare repositories) < `hub` (all of them together) <
`resources` (GitHub's JSON) < `operations` (what a person or the App can do, with its webhooks) < `api`, `graphql`,
`git_http`, `pages` < `server`.
"""
