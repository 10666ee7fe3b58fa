"""GitHub's REST API by area; every route names GitHub's own operation."""
