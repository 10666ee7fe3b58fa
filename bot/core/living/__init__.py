"""A plan that stays true while its units merge: how far it is, what is said of it, and what its document has to say."""

from .known import Known, Merged, Working
from .standing import Gate, Overview, Standing, overview

__all__ = ["Gate", "Known", "Merged", "Overview", "Standing", "Working", "overview"]
