from collections.abc import Callable

import pytest

from bot.core.findings import Finding
from bot.gates.mermaid import faults

Judge = Callable[..., list[Finding]]

QUESTION = """\
### Q{n}. Which?

Why it matters: so.

- A) x (recommended)
- B) y
"""


def test_questions_good(found: Judge) -> None:
    text = "## Questions\n\n" + "\n".join(QUESTION.format(n=n) for n in range(1, 6))
    assert found("questions", text) == []
    assert found("questions", "# No questions") == []


def test_questions_bad(found: Judge) -> None:
    text = "# T\n\n## Questions\n\n" + "\n".join(QUESTION.format(n=n) for n in range(1, 7))
    (finding,) = found("questions", text)
    assert (finding.line, finding.wrong) == (3, "There are 6 questions.")
    loose = "\n".join(QUESTION.format(n=n) for n in range(1, 3))
    assert [(one.line, one.wrong) for one in found("questions", loose, 1)] == [(1, "There are 2 questions.")]
    assert [one.wrong for one in found("questions", "## Questions\n\n1. Why?\n")] == [
        "Question 1 has no line “Why it matters: …”.",
        "Question 1 has no options.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "flowchart LR\n  a[Author] -->|labels| b(App)\n  b -.-> c{{Queue}}\n  c ==> d[(Store)] & e((x))\n  a --- b",
        'graph TD;\n  a["Foo (bar)"] -- says so --> b\n  b -. maybe .-> c == surely ==> d',
        "graph TD\n  %% comment\n  x>flag] --> a",
        "flowchart TB\n  subgraph one [One]\n    a --> b\n  end\n  style a fill:#fff",
        "flowchart TB\n  a@{ shape: rect } --> c; c --> d",
        "flowchart LR\n  a o--o b x--x c <--> d\n  a ~~~ b\n  a ---> b\n  a:::hot --> b\n  lonely",
        "flowchart LR\n  a[/in/] --> b[\\out\\]",
        "graph LR; a --> b",
        "---\ntitle: x\n---\nsequenceDiagram\n  participant A\n  A->>B: go (now",
        "sequenceDiagram\n  B-->>-A: done\n  A-)C: async\n  Note over A: x",
        "sequenceDiagram\n  loop always\n    alt up\n      A->>+B: x\n    else down\n      A-xB: x\n    end\n  end",
        "stateDiagram-v2\n  [*] --> Idle\n  state Busy {\n    a --> b\n  }",
        "classDiagram\n  class Queue {\n    +put(item)\n  }",
        "erDiagram\n  RUN ||--o{ LEG : has",
        '%%{init: {}}%%\npie title Pets\n  "Dogs" : 3',
    ],
)
def test_diagrams_good(text: str) -> None:
    assert list(faults(text)) == []


@pytest.mark.parametrize(
    ("text", "line", "wrong"),
    [
        ("", 1, "The diagram is empty."),
        ("%% only\n", 1, "The diagram is empty."),
        ("---\ngraph LR", 1, "“---” is no type of diagram."),
        ("a --> b", 1, "“a --> b” is no type of diagram."),
        ("flowchart LR", 1, "The diagram has nothing below its type."),
        ("flowchart LR\n  a[Foo --> b", 2, "“[” is not closed."),
        ("flowchart LR\n  a Foo] --> b", 2, "“]” closes nothing."),
        ("flowchart LR\n  a(Foo] --> b", 2, "“]” closes nothing."),
        ("flowchart LR\n  a[Foo (bar)] --> b", 2, "The label “Foo (bar)” has brackets."),
        ('flowchart LR\n  a["Foo] --> b', 2, "A quotation mark is open."),
        ("flowchart LR\n  subgraph one\n  a --> b", 2, "This block has no “end”."),
        ("flowchart LR\n  a --> b\n  end", 3, "This “end” ends nothing."),
        ("flowchart LR\n  a -->", 2, "An arrow in “a -->” has an open end."),
        ("flowchart LR\n  --> b", 2, "An arrow in “--> b” has an open end."),
        ("flowchart LR\n  a -> b", 2, "“a -> b” has an arrow that flowcharts do not know."),
        ("flowchart LR\n  a --> end", 2, "“end” can't be the name of a node."),
        ("sequenceDiagram\n  A->>B", 2, "“A->>B” is no message."),
        ("sequenceDiagram\n  A says to B: x", 2, "“A says to B: x” is no message."),
        ("sequenceDiagram\n  loop x\n  A->>B: y", 2, "This block has no “end”."),
        ("classDiagram\n  class Queue {\n    +put()", 2, "“{” is not closed."),
    ],
)
def test_diagrams_bad(text: str, line: int, wrong: str) -> None:
    found = [(number, what) for number, what, mend in faults(text) if mend]
    assert (line, wrong) in found


def test_a_section_has_a_diagram(found: Judge) -> None:
    text = "## Flow\n\n```mermaid\ngraph LR\n  a --> b\n```\n\n## More\n\ntext\n"
    assert found("diagram", text, "Flow") == []
    assert found("diagram", text) == []
    assert [(one.line, one.wrong) for one in found("diagram", text, "More")] == [(8, "“More” has no diagram.")]
    assert [one.wrong for one in found("diagram", text, "Gone")] == ["There is no heading “Gone”."]
    assert [one.wrong for one in found("diagram", "```\nx\n```")] == ["The document has no diagram."]
    broken = text.replace("a --> b", "a -->")
    assert [(one.line, one.wrong) for one in found("diagram", broken)] == [(5, "An arrow in “a -->” has an open end.")]
