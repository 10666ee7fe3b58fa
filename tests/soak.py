"""How long the tests marked `soak` may go on, all together: CHARRETTE_TEST_SOAK_SECONDS, or as they like."""

import math
import os
import time
from dataclasses import dataclass


@dataclass
class Budget:
    """The seconds that all soak tests of this process share, from when the first of them begins."""

    seconds: float = math.inf
    began: float | None = None

    @property
    def left(self) -> float:
        """What is left; starts the clock."""
        self.began = time.monotonic() if self.began is None else self.began
        return self.began + self.seconds - time.monotonic()

    @property
    def limited(self) -> bool:
        """Whether a test has to be content with what it comes to."""
        return self.seconds < math.inf


BUDGET = Budget(float(os.environ.get("CHARRETTE_TEST_SOAK_SECONDS") or math.inf))
