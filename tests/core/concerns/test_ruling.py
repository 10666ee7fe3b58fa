"""What people write behind `/decide`, in all the ways that they write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.concerns import read
from bot.core.concerns.ruling import LONGEST, MOST, Ruling, rulings


def one(ids: str, verdict: str, why: str, track: str = "") -> Ruling:
    return Ruling(tuple(ids.split()), verdict, why, track)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C1 accept: why", [one("C1", "accept", "why")]),
        ("c1 ACCEPTED: why", [one("C1", "accept", "why")]),
        ("C-1 rejected - no", [one("C1", "reject", "no")]),
        ("**C1** accept: so", [one("C1", "accept", "so")]),
        ("[C1] defer (not now)", [one("C1", "defer", "not now")]),
        ("C1 accept: so (a b) c)", [one("C1", "accept", "so (a b) c)")]),
        ("C1=accept: so", [one("C1", "accept", "so")]),
        ("C1 -> accept: so", [one("C1", "accept", "so")]),
        ("C1, accept, so", [one("C1", "accept", "so")]),
        ("C1 accept we need it", [one("C1", "accept", "we need it")]),
        ("C1: accepted because it breaks", [one("C1", "accept", "because it breaks")]),
        ("C1 no: not here", [one("C1", "reject", "not here")]),
        ("C1 won't fix: not here", [one("C1", "reject", "not here")]),
        ("C1 later: not now", [one("C1", "defer", "not now")]),
        ("accept C1: so", [one("C1", "accept", "so")]),
        ("Accept C1, C2: so", [one("C1 C2", "accept", "so")]),
        ("C1, C2 accept: so", [one("C1 C2", "accept", "so")]),
        ("C1+C2 accept: so", [one("C1 C2", "accept", "so")]),
        ("C1 and i2 reject: so", [one("C1 I2", "reject", "so")]),
        ("N1–N3 defer: so", [one("N1 N2 N3", "defer", "so")]),
        ("N1-3 defer: so", [one("N1 N2 N3", "defer", "so")]),
        ("C1 accept track 2: so", [one("C1", "accept", "so", "2")]),
        ("C1 accept (track 2): so", [one("C1", "accept", "so", "2")]),
        ("C1 track 2 accept: so", [one("C1", "accept", "so", "2")]),
        ("C1 accept: so, track B", [one("C1", "accept", "so", "B")]),
        ("C1 accept: so (on track 2).", [one("C1", "accept", "so", "2")]),
        ("C1 accept (track 1): so, track 2", [one("C1", "accept", "so, track 2", "1")]),
        ("accept C1 track 2: so", [one("C1", "accept", "so", "2")]),
        ("C1 accept: we track 2 things", [one("C1", "accept", "we track 2 things")]),
        ("C1 accept: a\nC2 reject: b", [one("C1", "accept", "a"), one("C2", "reject", "b")]),
        ("\n- C1 accept: a\r\n- C2 reject: b", [one("C1", "accept", "a"), one("C2", "reject", "b")]),
        ("C1 accept: a; C2 reject: b", [one("C1", "accept", "a"), one("C2", "reject", "b")]),
        ("C1 accept: a; reject C2: b", [one("C1", "accept", "a"), one("C2", "reject", "b")]),
        ("C1 accept: a; /decide C2 reject: b", [one("C1", "accept", "a"), one("C2", "reject", "b")]),
        ("C1 accept: a; but b", [one("C1", "accept", "a; but b")]),
        ("C1 accept: a\nand more\n\nThanks to all!", [one("C1", "accept", "a and more")]),
        ("C1 accept:\nso", [one("C1", "accept", "so")]),
        ("C1 accept: ship it ✅", [one("C1", "accept", "ship it")]),
        ("C1 accept: a [x] b <!-- c", [one("C1", "accept", "a (x) b &lt;!-- c")]),
    ],
)
def test_what_is_decided(text: str, expected: list[Ruling]) -> None:
    assert (list(rulings(text).rulings), rulings(text).faults) == (expected, ())


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "That decides nothing: write `/decide C1 accept: why`, with accept, reject or defer."),
        ("C1", "“C1” names no verdict: write `/decide C1 accept: why`"),
        ("C1 maybe", "“C1 maybe” names no verdict"),
        ("C1 no idea", "“C1 no idea” names no verdict"),
        ("C1 don't accept: x", "“C1 don't accept: x” names no verdict"),
        ("accept: so", "“accept: so” names no concern"),
        ("please do", "“please do” names no concern"),
        ("C1 accept", "“C1 accept” lacks the reason: write `/decide C1 accept: why`."),
        ("C1, C2 reject: …", "lacks the reason: write `/decide C1+C2 reject: why`."),
        ("C1 accept or reject?", "names several verdicts"),
        ("C1 accept/reject: so", "names several verdicts"),
    ],
)
def test_what_can_t_be_taken_is_told(text: str, fault: str) -> None:
    found = rulings(text)
    assert found.rulings == ()
    assert len(found.faults) == 1
    assert fault in found.faults[0]


def test_each_command_of_a_comment_is_taken_by_itself() -> None:
    found = rulings("/decide C1 accept: a\nand more\n/decide the rest\n/decide C2 reject: b")
    assert found.rulings == (one("C1", "accept", "a and more"), one("C2", "reject", "b"))
    assert [fault[:32] for fault in found.faults] == ["“/decide the rest” names no conc"]


def test_what_holds_of_a_comment_is_taken_and_of_two_the_first() -> None:
    found = rulings("hello\nC1, C2 accept: a\nC2 reject: b\nC2, C3 reject: c")
    assert found.rulings == (one("C1 C2", "accept", "a"), one("C3", "reject", "c"))
    assert found.faults == (
        "“hello” names no concern: write `/decide C1 accept: why`, with accept, reject or defer.",
        "C2 is decided twice in one comment; the first counts.",
        "C2 is decided twice in one comment; the first counts.",
    )


def test_what_is_long_is_cut() -> None:
    (ruling,) = rulings("C1 accept: " + "x " * 30_000).rulings
    assert len(ruling.why) <= LONGEST
    many = rulings("\n".join(["C1 maybe"] * 5_000)).faults
    assert len(many) == MOST + 1
    assert many[-1] == f"And {5_000 - MOST} more like it."
    assert rulings("C1 accept" + " " * 60_000 + "x").rulings == (one("C1", "accept", "x"),)


@given(st.text(st.sampled_from("C1I2 ,;:+-()\n[x]acepttrack*/"), max_size=80))
def test_whatever_is_written_is_taken_or_told(text: str) -> None:
    found = rulings(text)
    assert found.rulings or found.faults
    assert all(ruling.ids and ruling.why for ruling in found.rulings)


def test_many_ids_without_a_verdict_are_read_at_once() -> None:
    many = ", ".join(f"C{n}" for n in range(1, 2_000))
    assert "names no verdict" in rulings(f"{many}: not now").faults[0]
    assert len(rulings(f"{many} accept: so").rulings[0].ids) == 1_999


@pytest.mark.parametrize(
    "piece", ["C1 ", "C1, ", "C1 and ", "C1-C9 ", "accept ", "C1 accept (", "[", "C1 track ", "C1\n", "C1" + " " * 200]
)
def test_a_comment_as_long_as_github_takes_is_read(piece: str) -> None:
    text = (piece * 65_536)[:65_536]
    found = rulings(text)
    assert 1 <= len(found.rulings) + len(found.faults) <= MOST + 2
    assert all(len(ruling.why) <= LONGEST for ruling in found.rulings)
    source = f"### C1. A\n**Source:** {' '.join(text.split())}\n**Decision:** {text.split()[0]}\n"
    assert [concern.id for concern in read(source).concerns] == ["C1"]
