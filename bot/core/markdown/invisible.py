"""Characters that a reader can't see, or that change how others are seen."""

import re

# Cc (less tab and newline), Cf, Cs and Co of Unicode, what it calls default-ignorable (variation selectors, tags,
# fillers), the blank of Braille, and non-characters. https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
RANGES = (
    (0x00, 0x08), (0x0B, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x034F, 0x034F), (0x0600, 0x0605), (0x061C, 0x061C),
    (0x06DD, 0x06DD), (0x070F, 0x070F), (0x0890, 0x0891), (0x08E2, 0x08E2), (0x115F, 0x1160), (0x17B4, 0x17B5),
    (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x2800, 0x2800), (0x3164, 0x3164),
    (0xD800, 0xF8FF), (0xFDD0, 0xFDEF), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB),
    (0xFFFE, 0xFFFF), (0x110BD, 0x110BD), (0x110CD, 0x110CD), (0x13430, 0x1343F), (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A), (0xE0000, 0x10FFFF),
)  # fmt: skip

_INVISIBLE = re.compile("[" + "".join(f"{re.escape(chr(low))}-{re.escape(chr(high))}" for low, high in RANGES) + "]+")
_LINE_END = re.compile("\r\n?|[\u2028\u2029]")


def visible(text: str) -> str:
    """The text without invisible characters, each line's end a newline. Joined emoji fall into their parts."""
    return _INVISIBLE.sub("", _LINE_END.sub("\n", text))
