"""What stands where there is nothing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Without:
    """Why a list is empty: `field` is the list's name, `why` follows the words “None, because”."""

    field: str
    why: str
