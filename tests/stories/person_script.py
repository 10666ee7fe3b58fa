"""A script by somebody who knows PyGithub and nothing of Charrette: labels an issue, answers, looks at what came.

    python person_script.py API_URL TOKEN OWNER/NAME

Prints what it saw as one JSON object.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import github


def main(api: str, token: str, name: str) -> None:
    """Plays the person."""
    client = github.Github(
        base_url=api, auth=github.Auth.Token(token), seconds_between_requests=0, seconds_between_writes=0
    )
    repository = client.get_repo(name)
    issue = repository.create_issue(
        "Rotate signing keys",
        "## Feature description\n\nRotate the keys by age. [How others do it](https://docs.example.org/rotation).",
    )
    issue.add_to_labels("design")
    seen: dict[str, object] = {}
    asked = wait(lambda: [c for c in issue.get_comments() if "Why it matters" in c.body])
    pull = next(iter(repository.get_pulls(state="open")))
    seen["draft at the questions"] = pull.draft
    seen["asked by"] = asked[0].user.type
    issue.create_comment("1A 2A")
    pull = wait(lambda: next((p for p in repository.get_pulls(state="open") if not p.draft), None))
    seen["head"] = pull.head.ref
    seen["files"] = sorted(file.filename.rpartition("/")[2] for file in pull.get_files())
    seen["commits"] = [commit.commit.message.splitlines()[0] for commit in pull.get_commits()]
    run = wait(
        lambda: next((run for run in repository.get_commit(pull.head.sha).get_check_runs() if run.conclusion), None)
    )
    seen["check"] = [run.name, run.conclusion]
    status = wait(lambda: next((c.body for c in issue.get_comments() if "**Done. " in c.body), None))
    seen["status"] = status
    first: Any = repository.get_contents(pull.get_files()[0].filename, ref=pull.head.ref)
    seen["first document"] = first.decoded_content.decode()
    print(json.dumps(seen))


def wait(look: Callable[[], Any], seconds: float = 90) -> Any:
    """The first truthy thing that a look brings."""
    end = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > end:
            raise SystemExit("it did not come")
        time.sleep(0.2)
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
