"""Questions to the author: as a document asks them, as people answer, and what becomes of a round of them."""
