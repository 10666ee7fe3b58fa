"""What is said of two real plans; each finding was held against the document by hand.

The first follows the process; the second was written before it, with other sections under the same letters.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.core.markdown.artifact import Artifact
from bot.gates.plan import Paper, lint

DATA = Path(__file__).parents[4] / "shared/data"
SAID: Mapping[str, str] = {
    "macro-plan-weighted-scoring.md": """
26 warning recon-subjects
26 warning recon-apart
69 error facts-cited
70 error facts-cited
74 error facts-cited
96 error scope-subjects
137 warning scoping-one
137 warning simplified-loss
137 warning modeled-question
184 warning interactions
185 warning interactions
188 warning invariant-groups
210 error correspondence
210 error correspondence
226 warning risk-units
234 warning enabling-refactors
265 error fidelity
330 warning stable-id
376 warning stable-id
448 error prevention-subjects
472 error failure-modes
""",
    "macro-plan-blis-v3.4.md": """
1 error sections
95 warning recon-subjects
95 warning recon-apart
216 warning scope-subjects
216 warning analysis-questions
216 warning scoping-table
218 error objectives
416 error code
442 error code
598 error code
626 error code
672 warning frozen-cited
672 error frozen-found
745 warning frozen-cited
807 warning frozen-cited
864 warning sections-order
864 warning evolution-subjects
864 warning enabling-refactors
994 warning stable-id
994 warning unit-fields
994 warning unit-tiers
1008 warning guarantee-ids
1010 warning unit-fields-empty
1075 warning says-dependencies
1130 warning status-order
1158 warning status-order
1472 warning unread
1711 warning prevention-subjects
1737 warning failure-modes
1772 error code
""",
}


@pytest.mark.skipif(not DATA.exists(), reason="the real documents are not here")
@pytest.mark.parametrize("file", SAID)
def test_a_reader_agrees(file: str) -> None:
    paper = Paper.of(Artifact(file, (DATA / file).read_text()))
    assert [f"{each.line} {each.severity} {each.rule}" for each in lint(paper)] == SAID[file].strip().split("\n")
