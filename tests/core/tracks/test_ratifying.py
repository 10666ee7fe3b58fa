"""What an approval writes: tracks, decisions, and the contract in the same commit."""

from dataclasses import replace

import pytest

from bot.core.concerns import Decision, read
from bot.core.concerns.deciding import Decided, decide
from bot.core.definition import Definition, Phase, Trigger
from bot.core.findings import Finding
from bot.core.identity import Address
from bot.core.incoming import messages as m
from bot.core.incoming.messages import Judgement, Message
from bot.core.outputs import RESOLUTIONS, Setting
from bot.core.run.acts import Commit, Converse, End, Outcome, Wait
from bot.core.run.judge import judge
from bot.core.run.record import PanelRound, Record, Standing
from bot.core.run.state import State, fold
from bot.core.tracks import tracks
from bot.core.tracks.changing import read_settlement
from bot.core.tracks.contract import read as read_contract
from bot.core.tracks.owning import opened
from bot.core.views.shown import status
from tests.core.a_run import Play, definition, pinned
from tests.core.tracks.documents import BARE, CONTRACT_TEXT, DOCUMENTS, OWNED, SAID_RESOLUTIONS, SECTION, TRACKED

PATH = "_tasks/queue-depth/004-expert-concerns.md"
CONTRACT = "_tasks/queue-depth/006-contract.md"
ASKS = Finding(3, "Tracks are needed.", "`/approve` them.", "tracks-needed", "asks")
SETTLED = RESOLUTIONS.render(RESOLUTIONS.settle(SAID_RESOLUTIONS, Setting(documents=DOCUMENTS)))
ALONE = {"resolutions": SAID_RESOLUTIONS["resolutions"], "changes": []}
OWNERS = Phase(
    "owners",
    0,
    "Owning components",
    "Who?",
    output="owners",
    into="expert-concerns",
    sections=("Owning components",),
    elsewhere=True,
)
RESOLVE = Phase(
    "resolution",
    0,
    "Resolution",
    "What?",
    output="resolutions",
    into="expert-concerns",
    sections=("Resolution",),
    elsewhere=True,
    approval="maintainer",
)
SETTLE = Phase("settlement", 6, "Settlement", "Settle.", into="contract", sections=("Settlement",))
PLANS = definition(RESOLVE)
SORTS = definition(id="tracks", trigger=Trigger("", "/tracks", pull=True), phases=(OWNERS,))
ROUND = PanelRound(1, 31, ("docs/queue.md",))


def play(of: Definition, text: str, *said: object, contract: str = "", round: PanelRound | None = ROUND) -> Play:
    """A run as it stands after the panel, and the leg that it begins with."""
    shared = {PATH: text} | ({CONTRACT: contract} if contract else {})
    record = Record(
        pinned(of, workflow=of.id, url="https://github.example/octo/queue/pull/31", round=round),
        head="h" * 40,
        concerns=Standing(PATH, text),
        shared=shared,
        there=tuple(shared),
        request=None if round else "# User request\n",
        now="2026-11-20T10:00:01Z",
    )
    begun = Play(record, *said)  # type: ignore[arg-type]
    begun.go()
    return begun


def commits(of: Play, phase: str) -> list[Commit]:
    return [act for act in of.acts if isinstance(act, Commit) and act.phase == phase]


def approve(of: Play) -> Wait | End:
    awaited, phase = of.state.awaited, of.state.current
    assert awaited is not None
    assert phase is not None
    return of.then(m.Approve(), phase.about, awaited.digest)


def test_an_approval_opens_the_tracks_in_a_commit_of_its_phase() -> None:
    sorting = play(SORTS, BARE, (SECTION, (ASKS,)))
    assert sorting.acts[-1] == Wait("approval", "owners@1", None)
    assert tracks(commits(sorting, "owners")[0].files[PATH]) == ()
    assert "`/approve` opens one for each of: orchestrator." in status(sorting.state)
    assert approve(sorting) == End("done")
    asked, approved = commits(sorting, "owners")
    assert (asked.status, approved.status, approved.revision) == ("awaiting", "done", 1)
    assert tracks(approved.files[PATH])[0].number == 2
    assert "| 2 | orchestrator | 2026-11-20 | @ada | approved |" in approved.files[PATH]
    assert "004 owning components, approved\n" in approved.message
    assert "**Done: 1 parallel track is open, beside the roadmap's own.**" in status(sorting.state)
    assert sorting.then(m.Pushed("x")) == End("done")


def test_an_approval_that_was_written_is_not_written_again() -> None:
    sorting = play(SORTS, BARE, (SECTION, (ASKS,)))
    approve(sorting)
    anew = Play(sorting.state.record)
    assert anew.go() == End("done")
    assert commits(anew, "owners") == []


def test_a_rejection_has_the_owners_looked_at_again() -> None:
    sorting = play(SORTS, BARE, (SECTION, (ASKS,)), SECTION)
    assert sorting.then(m.Reject("the store too"), "owners@1") == End("done")
    assert "**Done: no parallel track is needed.**" in status(sorting.state)
    assert "Without a track: orchestrator. A maintainer may open one all the same" in status(sorting.state)
    inside = replace(sorting.state.record, concerns=Standing(PATH, TRACKED))
    assert "Without a track" not in status(fold(inside))


def test_before_there_is_a_table_the_status_shows_none() -> None:
    away = Outcome(Address("r", "owners", 1, "writer", 1), "failed", reason="The model is away.")
    failed = play(SORTS, BARE, away)
    assert "| component |" not in status(failed.state)
    sorting = play(SORTS, BARE, SECTION)
    unsorted = replace(sorting.state.record, concerns=Standing(PATH, "# Concerns\n"))
    assert "| component |" not in status(fold(unsorted))
    nothing = replace(failed.state.record, concerns=None)
    assert "### Owners of the concerns: Queue depth" in status(fold(nothing))


@pytest.fixture
def resolving() -> Play:
    """The resolutions wait for a maintainer; they change the contract for C2."""
    return play(definition(RESOLVE, SETTLE), TRACKED, SETTLED, contract=CONTRACT_TEXT, round=None)


def test_an_approval_decides_and_changes_the_contract_in_one_commit(resolving: Play) -> None:
    assert resolving.acts[-1] == Wait("approval", "resolution@1", None)
    resolving.said.append("## Settlement\n\nIt is.\n")
    approve(resolving)
    _, approved = commits(resolving, "resolution")
    assert set(approved.files) == {PATH, CONTRACT}
    document = read(approved.files[PATH])
    assert document.concerns[0].decision == Decision(
        "accept", "It is done. It costs least.", document.concerns[0].field_line
    )
    assert {(row.ids, row.by, row.track) for row in document.log} == {
        (("C1",), "@ada", "orchestrator"),
        (("C2",), "@ada", "Contract"),
        (("I1",), "@ada", "Roadmap"),
        (("Q1",), "@ada", "Roadmap"),
    }
    assert read_contract(approved.files[CONTRACT]).item("K1").what == "a batch's delta, with its epoch"  # type: ignore[union-attr]
    (change,) = read_settlement(approved.files[CONTRACT]).changes
    assert (change.item, change.designs, change.when) == ("K1", ("Roadmap", "orchestrator"), "2026-11-20 @ada")


def test_what_was_decided_singly_stays_and_counts(resolving: Play) -> None:
    resolving.said.append("## Settlement\n\nIt is.\n")
    record = resolving.state.record
    assert record.concerns is not None
    text = decide(record.concerns.text, Decided(("C2",), Decision("reject", "no"), "bob", "2026-11-20T10:00:00Z"))
    other = Play(replace(record, concerns=replace(record.concerns, text=text), shared={**record.shared, PATH: text}))
    other.said.append("## Settlement\n\nIt is.\n")
    approve(other)
    (approved,) = commits(other, "resolution")
    # What would have changed the contract was decided otherwise.
    assert set(approved.files) == {PATH}
    verdicts = [concern.decision.verdict for concern in read(approved.files[PATH]).concerns if concern.decision]
    assert verdicts == ["accept", "reject", "defer", "accept"]


EVERY = ("C1", "C2", "I1", "Q1")


def singly(run: Play) -> State:
    """The state once a person has decided each concern by itself."""
    record = run.state.record
    assert record.concerns is not None
    text = decide(record.concerns.text, Decided(EVERY, Decision("accept", "so"), "bob", "2026-11-20T10:00:00Z"))
    standing = replace(record.concerns, text=text)
    return fold(replace(record, concerns=standing, shared={**record.shared, PATH: text}))


def test_when_all_are_decided_singly_nothing_waits_any_more() -> None:
    said = dict(ALONE, resolutions=[one | {"owner": "roadmap"} for one in ALONE["resolutions"]])
    text = RESOLUTIONS.render(RESOLUTIONS.settle(said, Setting(documents={PATH: OWNED})))
    run = play(PLANS, OWNED, text, round=None)
    assert run.acts[-1] == Wait("approval", "resolution@1", None)
    again = Play(singly(run).record)
    assert again.go() == End("done")
    assert commits(again, "resolution") == []


def test_a_change_of_the_contract_waits_for_its_approval_all_the_same(resolving: Play) -> None:
    assert singly(resolving).phases[0].status == "awaiting"


def test_a_track_that_is_opened_later_has_the_resolutions_made_again() -> None:
    said = dict(ALONE, resolutions=[one | {"owner": "roadmap"} for one in ALONE["resolutions"]])
    text = RESOLUTIONS.render(RESOLUTIONS.settle(said, Setting(documents={PATH: OWNED})))
    contract = Phase("contract", 6, "Contract", "Agree.", given="tracks")
    of = definition(contract, RESOLVE)
    run = play(of, OWNED, text, round=None)
    approve(run)
    pushed = Message("gh-7.0", "", "2026-11-20T10:09:00Z", "https://x", m.Pushed("x"))
    assert judge(run.state, pushed) == Judgement(looks=True)
    record = run.state.record
    assert record.concerns is not None
    tracked = opened(record.concerns.text, ["orchestrator"], "so", "ada", "2026-11-20T10:09:00Z")
    record = replace(record, concerns=replace(record.concerns, text=tracked), shared={PATH: tracked})
    judged = judge(fold(record), pushed)
    assert judged.entry is not None
    assert judged.entry.about == "resolution@1"
    assert judge(replace(fold(record), stopped=True), pushed).entry is None
    further = Play(replace(record, entries=(*record.entries, judged.entry)), CONTRACT_TEXT, text)
    assert further.go() == End("done")
    assert [(act.phase, act.revision) for act in further.acts if isinstance(act, Commit)][1:] == [
        ("contract", 1),
        ("resolution", 2),
    ]
    assert judge(further.state, pushed).entry is None


def test_resolutions_without_a_contract_decide_and_no_more() -> None:
    said = dict(ALONE, resolutions=[one | {"owner": "roadmap"} for one in ALONE["resolutions"]])
    text = RESOLUTIONS.render(RESOLUTIONS.settle(said, Setting(documents={PATH: OWNED})))
    # A person may leave rows out, or empty: those concerns stay open.
    text = text.replace("| Q1 |", "| Q9 |").replace("| defer: It is done |", "|  |")
    alone = play(PLANS, OWNED, text, round=None)
    approve(alone)
    _, approved = commits(alone, "resolution")
    assert set(approved.files) == {PATH}
    decided = [concern.id for concern in read(approved.files[PATH]).concerns if concern.decision]
    assert decided == ["C1", "C2"]


def test_an_approval_of_another_document_writes_nothing() -> None:
    plain = Phase("plan", 5, "Plan", "Plan.", approval="maintainer")
    run = play(definition(plain), OWNED, "# Plan\n", round=None)
    assert approve(run) == End("done")
    assert len(commits(run, "plan")) == 1


# --- /tracks open ----------------------------------------------------------------------------------------------------


def wished(state: State, component: str, why: str = "it needs one") -> Judgement:
    deed = m.OpenTrack(component, why)
    return judge(
        state, Message("gh-9.0", "ada", "2026-11-20T10:09:00Z", "https://github.example/c/9", deed, writer=True)
    )


@pytest.mark.parametrize(
    ("text", "component", "why", "said"),
    [
        pytest.param(BARE, "orchestrator", "x", "It isn't known here which component owns which", id="unsorted"),
        pytest.param(OWNED, "storage", "x", "“storage” is in the roadmap, which is track 1", id="the roadmap's"),
        pytest.param(OWNED, "orchestartor", "x", "Did you mean `/tracks open orchestrator: why`?", id="misspelt"),
        pytest.param(OWNED, "client", "x", "“client”. Outside the roadmap there are: orchestrator.", id="no"),
        pytest.param(OWNED, "", "x", "a component “nothing”.", id="nothing"),
        pytest.param(OWNED, "orchestrator", "-", "Say why it needs a track", id="no reason"),
        pytest.param(TRACKED, "Orchestrator", "x", "“orchestrator” has a track already: track 2.", id="open already"),
        pytest.param(
            OWNED.replace("| no |", "| yes |"), "x", "x", "so there is nothing to open a track for.", id="all inside"
        ),
    ],
)
def test_tracks_that_can_t_be_opened(text: str, component: str, why: str, said: str) -> None:
    judged = wished(standing(text), component, why)
    assert said in judged.reply
    assert (judged.entry, judged.looks) == (None, True)


def standing(text: str) -> State:
    inputs = pinned(SORTS, workflow="tracks", round=ROUND)
    concerns = Standing(PATH, text)
    return fold(Record(inputs, head="h" * 40, concerns=concerns, there=(PATH,), now="2026-11-20T10:00:01Z"))


def test_a_track_is_opened_like_a_decision() -> None:
    run = play(SORTS, BARE, SECTION)
    judged = wished(run.state, "Orchestrator", "  its deltas | are ours <!-- x")
    assert judged.entry is not None
    assert (judged.entry.about, judged.reply) == ("decision@1", "")
    run.then(judged.entry.message.deed, judged.entry.about)
    (commit,) = commits(run, "decision")
    assert "design(queue-depth): a track for orchestrator\n" in commit.message
    assert "its deltas \\| are ours &lt;!-- x |" in commit.files[PATH]
    assert tracks(commit.files[PATH])[0].name == "orchestrator"
    assert "“orchestrator” has a track already" in wished(run.state, "orchestrator").reply


SETTLES = replace(SETTLE, output="settlement")
AGREE = Phase("contract", 6, "Contract", "Agree.", output="contract", given="tracks")
LATE = OWNED.replace("| C2 | The order is lost | orchestrator", "| C2 | The order is lost | client").replace(
    "| storage | yes", "| client | no | C2 | It reads. |\n| storage | yes"
)


def test_a_track_that_is_opened_after_the_contract_is_taken_up_by_it_with_a_dated_note() -> None:
    first = opened(LATE, ["orchestrator"], "so", "ada", "2026-11-20T10:00:00Z")
    run = play(
        definition(AGREE, SETTLES, RESOLVE), first, CONTRACT_TEXT, "## Settlement\n\nIt is.\n", SETTLED, round=None
    )
    assert wished(run.state, "client").entry is not None
    pushed = Message("gh-7.0", "", "2026-11-20T10:09:00Z", "https://x", m.Pushed("x"))
    assert judge(run.state, pushed).entry is None
    record = run.state.record
    assert record.concerns is not None
    both = opened(record.concerns.text, ["client"], "so", "bo", "2026-11-20T10:09:00Z")
    record = replace(record, concerns=replace(record.concerns, text=both), shared={**record.shared, PATH: both})
    entry = judge(fold(record), pushed).entry
    assert entry is not None
    assert (entry.about, entry.message.by) == ("contract@1,settlement@1,resolution@1", "bo")
    for halted in (replace(record, trouble="failed"), replace(record, closed="merged")):
        assert judge(fold(halted), pushed).entry is None
    assert judge(replace(fold(record), stopped=True), pushed).entry is None

    joins = CONTRACT_TEXT.replace("## Phases", "| client | Reads | Gets it. |\n\n## Phases", 1)
    further = Play(replace(record, entries=(*record.entries, entry)), joins, "## Settlement\n\nSo.\n", SETTLED)
    further.go()
    done = [act for act in further.acts if isinstance(act, Commit)]
    assert [(act.phase, act.revision) for act in done[1:]] == [("contract", 2), ("settlement", 2), ("resolution", 2)]
    note = "- 2026-11-20, revision 2, asked by [bo](https://x): Track 3, client, was opened when the contract"
    assert note in done[-2].files[CONTRACT]
    # It is asked for once, whatever came of it.
    left = replace(further.state.record, shared={**further.state.record.shared, CONTRACT: CONTRACT_TEXT})
    assert judge(fold(left), replace(pushed, id="gh-8.0")).entry is None


def test_what_is_about_all_tracks_is_not_held_to_name_what_was_decided() -> None:
    run = play(
        definition(AGREE, SETTLES, RESOLVE), TRACKED, CONTRACT_TEXT, "## Settlement\n\nIt is.\n", SETTLED, round=None
    )
    approve(run)
    run.said.append(CONTRACT_TEXT)
    run.then(m.Revise("shorter"), "contract@1")
    brief = [act for act in run.acts if isinstance(act, Converse)][-1].briefs[0]
    assert brief.address.phase == "contract"
    assert "answers-concerns" not in {gate.name for gate in brief.gates}
    assert "Mind this: shorter" in brief.charge


@pytest.mark.parametrize(("row", "by"), [("@ada", "ada"), ("", "bo")])
def test_a_track_that_a_person_wrote_is_taken_up_in_their_name(row: str, by: str) -> None:
    text = opened(LATE, ["orchestrator", "client"], "so", "ada", "2026-11-20T10:00:00Z").replace("@ada", row)
    run = play(definition(AGREE, SETTLE), text, CONTRACT_TEXT, "## Settlement\n\nIt is.\n", round=None)
    pushed = Message("gh-7.0", "bo", "2026-11-20T10:09:00Z", "https://x", m.Pushed("x"))
    entry = judge(run.state, pushed).entry
    assert entry is not None
    assert entry.message.by == by


def test_a_decision_and_a_track_are_one_commit() -> None:
    run = play(SORTS, BARE, SECTION)
    ruled = judge(
        run.state,
        Message("gh-8.0", "ada", "2026-11-20T10:09:00Z", "https://x", m.Decide("I1 accept: so"), writer=True),
    )
    assert ruled.entry is not None
    state = fold(replace(run.state.record, entries=(*run.state.record.entries, ruled.entry)))
    opened = wished(state, "orchestrator")
    assert opened.entry is not None
    both = Play(replace(state.record, entries=(*state.record.entries, opened.entry)))
    assert both.go() == End("done")
    (commit,) = commits(both, "decision")
    assert "design(queue-depth): decisions on I1 and a track for orchestrator\n" in commit.message
    assert commit.revision == 2


def test_what_is_owned_outside_is_not_decided_as_out_of_scope() -> None:
    state = play(SORTS, BARE, SECTION).state

    def said(words: str) -> Judgement:
        at = "2026-11-20T10:09:00Z"
        return judge(state, Message("gh-8.0", "ada", at, "https://x", m.Decide(words), writer=True))

    assert "C1 is owned by orchestrator, outside the roadmap without a track" in said("C1 defer: out of scope").reply
    assert said("C1 defer: later, and @ada accepts the risk").entry is not None
    assert said("C1 accept: the roadmap does it").entry is not None
    assert said("I1 reject: out of scope").entry is not None
