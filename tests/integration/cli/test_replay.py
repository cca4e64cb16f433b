"""Replays on a real broker: which records, how they are marked, how often, and without moving the
services' offsets.
"""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.cli.conftest import RunInvoices
from tests.integration.cli.records import (
    created,
    enter,
    failed_creating,
    failed_formatting,
    file,
    format_it,
    receive,
    receive_all,
)
from tests.support.topics import Seen, Topics
from tests.support.waiting import eventually

pytestmark = pytest.mark.broker

NO_WAIT = ("--no-wait", "--output", "json")


def put_back(topics: Topics, topic: str) -> list[Seen]:
    return [record for record in topics.read(topic) if "replay-id" in record.headers]


def test_a_dry_run_changes_nothing_and_shows_reasons_and_money(
    topics: Topics, run_invoices: RunInvoices
) -> None:
    for name in ("inv-1", "inv-2"):
        file(topics, failed_formatting(topics, name, receive(topics, name)))

    planned = run_invoices("replay", "errors", "--dry-run", "--output", "json").json

    assert (planned["selected"], planned["replayed"], planned["dry_run"]) == (2, 0, True)
    (reason,) = planned["reasons"]
    assert (reason["code"], reason["count"], reason["money"]) == (
        "items-not-mapped",
        2,
        {"USD": "200.00"},
    )
    assert put_back(topics, "raw-invoices") == []


def test_a_failure_starts_over_with_its_raw_record_byte_for_byte(
    topics: Topics, run_invoices: RunInvoices
) -> None:
    file(topics, failed_formatting(topics, "inv-1", receive(topics, "inv-1")))
    file(
        topics,
        failed_formatting(topics, "inv-2", receive(topics, "inv-2"), code="customer-not-mapped"),
    )

    ended = run_invoices("replay", "errors", "--code", "items-not-mapped", "--by", "kim", *NO_WAIT)

    assert (ended.code, ended.json["replayed"]) == (0, 1)
    (again,) = put_back(topics, "raw-invoices")
    (first,) = [
        each
        for each in topics.read("raw-invoices")
        if each.key == b"inv-1" and "replay-id" not in each.headers
    ]
    assert again.key == b"inv-1"
    assert again.partition == first.partition
    assert again.headers == {
        "event-id": b"ev-1",
        "replay-id": ended.json["replay_id"].encode(),
        "replay-count": b"1",
        "replay-by": b"kim",
    }


def test_a_failure_of_the_creator_starts_over_or_replays_its_own_record(
    topics: Topics, run_invoices: RunInvoices
) -> None:
    file(topics, failed_creating(topics, "inv-1", format_it(topics, "inv-1")))
    (formatted,) = topics.read("formatted-invoices")

    run_invoices("replay", "errors", "--no-wait")
    run_invoices("replay", "errors", "--restart", "failed", "--no-wait")

    (raw,) = put_back(topics, "raw-invoices")
    assert (raw.key, raw.json["source"], raw.json["customer_id"]) == (
        b"inv-1",
        "manual",
        formatted.json["metronome_customer_id"],
    )
    (again,) = put_back(topics, "formatted-invoices")
    assert (again.key, again.value, again.partition) == (
        formatted.key,
        formatted.value,
        formatted.partition,
    )


def test_failures_created_meanwhile_or_replayed_too_often_are_left_out_and_counted(
    topics: Topics, run_invoices: RunInvoices
) -> None:
    file(topics, failed_formatting(topics, "inv-1", receive(topics, "inv-1")))
    enter(topics, created("inv-1"))
    worn_out = failed_formatting(topics, "inv-2", receive(topics, "inv-2"))
    headers = (
        *worn_out.original.headers,
        ("replay-id", "replay-20261001T060000Z-4f2a9c"),
        ("replay-count", "3"),
    )
    file(
        topics,
        worn_out.model_copy(
            update={"original": worn_out.original.model_copy(update={"headers": headers})}
        ),
    )
    unusable = failed_formatting(
        topics, "inv-3", (0, 0), code="unusable-event", stage="webhook", source={}, customer_id=None
    )
    file(topics, unusable.model_copy(update={"invoice_id": None}))

    planned = run_invoices("replay", "errors", "--output", "json")

    assert (planned.code, planned.json["replayed"]) == (1, 0)
    assert (
        planned.err.splitlines()[-1] == "Nothing to replay: every record that matches is left out."
    )
    assert planned.json["left_out"] == {
        "created meanwhile": 1,
        "replayed 3 times already (--max-replays)": 1,
    }
    assert [each["code"] for each in planned.json["cannot_be_replayed"]] == ["unusable-event"]


def test_raw_records_are_replayed_unchanged_except_those_of_a_replay(
    topics: Topics, run_invoices: RunInvoices
) -> None:
    place = receive(topics, "inv-1")
    receive(topics, "inv-2")
    before = {record.key: record for record in topics.read("raw-invoices")}

    first = run_invoices("replay", "raw", *NO_WAIT).json
    second = run_invoices("replay", "raw", "--invoice-id", "inv-1", "--force", *NO_WAIT).json
    by_place = run_invoices(
        "replay",
        "raw",
        "--partition",
        str(place[0]),
        "--from-offset",
        str(place[1]),
        "--dry-run",
        "--output",
        "json",
    ).json

    assert (first["replayed"], second["replayed"]) == (2, 1)
    assert second["left_out"] == {"put back by an earlier replay (--include-replays)": 1}
    assert by_place["selected"] == len(
        [each for each in before.values() if each.partition == place[0]]
    )
    again = put_back(topics, "raw-invoices")
    assert [(each.key, each.value) for each in again] == [
        (each.key, before[each.key].value) for each in again
    ]
    assert [each.headers["replay-force"] for each in again if "replay-force" in each.headers] == [
        b"1"
    ]


@pytest.mark.parametrize(
    "ahead", [timedelta(hours=-1), timedelta(hours=1)], ids=["behind", "ahead"]
)
def test_the_newest_records_go_back_too_though_the_clock_that_stamped_them_is_another(
    topics: Topics, run_invoices: RunInvoices, ahead: timedelta
) -> None:
    receive(topics, "inv-1", datetime.now(UTC) + ahead)
    receive(topics, "inv-2")

    replayed = run_invoices("replay", "raw", *NO_WAIT)

    assert (replayed.code, replayed.json["replayed"]) == (0, 2)
    assert sorted(each.key or b"" for each in put_back(topics, "raw-invoices")) == [
        b"inv-1",
        b"inv-2",
    ]


def test_the_loop_guard_counts_replays_of_replays(
    topics: Topics, run_invoices: RunInvoices
) -> None:
    receive(topics, "inv-1")
    again = ("replay", "raw", "--include-replays", "--max-replays", "2", *NO_WAIT)

    runs = [run_invoices(*again).json for _ in range(3)]

    assert [run["replayed"] for run in runs] == [1, 2, 3]
    assert runs[2]["left_out"] == {"replayed 2 times already (--max-replays)": 1}
    assert max(each.headers["replay-count"] for each in put_back(topics, "raw-invoices")) == b"2"


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_replay_says_how_to_resume_and_then_sends_the_rest_once(
    topics: Topics, run_invoices: RunInvoices, stop: signal.Signals
) -> None:
    receive_all(topics, [f"inv-{number}" for number in range(40)])
    process = subprocess.Popen(
        [sys.executable, "-m", "invoice_cli", "replay", "raw", "--rate", "1/s", "--no-wait"],
        env=topics.settings,
        stderr=subprocess.PIPE,
        text=True,
    )
    eventually(lambda: len(put_back(topics, "raw-invoices")) >= 3, timeout=60)
    process.send_signal(stop)
    _, said = process.communicate(timeout=60)

    assert process.returncode == 1
    command = said.strip().splitlines()[-1].split("Continue with: ")[1].split()
    done = len(put_back(topics, "raw-invoices"))
    assert 3 <= done < 40
    resumed = run_invoices(*command[1:], "--rate", "1000/s")

    assert (resumed.code, resumed.err.splitlines()[-1]) == (
        0,
        f"Replayed {40 - done} of {40 - done} record(s) ({done} before it was interrupted).",
    )
    keys = [each.key or b"" for each in put_back(topics, "raw-invoices")]
    assert sorted(keys) == sorted({f"inv-{number}".encode() for number in range(40)})


def test_a_replay_commits_nothing_of_the_services_groups(
    topics: Topics, run_invoices: RunInvoices
) -> None:
    receive(topics, "inv-1")

    run_invoices(
        "replay",
        "raw",
        "--no-wait",
        settings={"KAFKA_CONSUMER_GROUP": topics.group("invoice-formatter")},
    )

    assert eventually(lambda: topics.lag("invoice-formatter", "raw-invoices")) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["raw", "--code", "items-not-mapped"], id="a code of raw records"),
        pytest.param(["raw", "--from-offset", "3"], id="an offset without a partition"),
        pytest.param(["errors", "--rate", "fast"], id="not a rate"),
        pytest.param(["errors", "--since", "yesterday"], id="not a time"),
        pytest.param(["raw", "--partition", "99"], id="an unknown partition"),
        pytest.param(["errors", "--resume", "mine"], id="not a replay id"),
        pytest.param(
            ["formatted", "--from", "s3"], id="an archive of a topic that is not archived"
        ),
        pytest.param(["formatted", "--include-replays"], id="replays of formatted records"),
    ],
)
def test_invalid_options_are_reported_in_one_clear_line_and_nothing_is_done(
    topics: Topics, run_invoices: RunInvoices, arguments: list[str]
) -> None:
    receive(topics, "inv-1")

    ended = run_invoices("replay", *arguments)

    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert put_back(topics, "raw-invoices") == []


def test_a_killed_replay_has_said_at_its_start_how_to_resume(
    topics: Topics, run_invoices: RunInvoices
) -> None:
    receive_all(topics, [f"inv-{number}" for number in range(30)])
    process = subprocess.Popen(
        [sys.executable, "-m", "invoice_cli", "replay", "raw", "--rate", "1/s", "--no-wait"],
        env=topics.settings,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = next(line for line in process.stderr if "If it is interrupted, continue with: " in line)
    command = said.split("If it is interrupted, continue with: ")[1].split()
    eventually(lambda: len(put_back(topics, "raw-invoices")) >= 3, timeout=60)
    process.kill()
    process.communicate(timeout=60)

    *words, replay_id = command[1:]
    resumed = run_invoices(*words, replay_id[:-4], "--rate", "1000/s")

    assert resumed.code == 0
    keys = Counter(each.key for each in put_back(topics, "raw-invoices"))
    assert keys == {f"inv-{number}".encode(): 1 for number in range(30)}


def test_the_newest_formatted_record_of_each_invoice_is_replayed_or_by_force_if_created(
    topics: Topics, run_invoices: RunInvoices
) -> None:
    for name in ("inv-1", "inv-1", "inv-2"):
        format_it(topics, name)
    enter(topics, created("inv-2"))

    first = run_invoices("replay", "formatted", *NO_WAIT).json
    again = run_invoices("replay", "formatted", "--force", *NO_WAIT).json

    assert (first["replayed"], first["left_out"]) == (
        1,
        {"superseded by a newer record of the same invoice": 1, "created already (--force)": 1},
    )
    assert (again["replayed"], again["left_out"]) == (
        2,
        {"superseded by a newer record of the same invoice": 2},
    )
    assert Counter(each.key for each in put_back(topics, "formatted-invoices")) == {
        b"inv-1": 2,
        b"inv-2": 1,
    }


def test_resolved_failures_stay_out_unless_included_and_a_refusal_gets_a_new_request(
    topics: Topics, run_invoices: RunInvoices
) -> None:
    failed = failed_creating(topics, "inv-1", format_it(topics, "inv-1"))
    file(topics, failed)
    assert run_invoices("resolve", failed.failure_id, "--why", "by hand", "--by", "kim").code == 0

    errors = ("replay", "errors", "--restart", "failed", *NO_WAIT)
    left = run_invoices(*errors).json
    included = run_invoices(*errors, "--include-resolved").json

    assert (left["replayed"], left["left_out"]) == (0, {"resolved by hand (--include-resolved)": 1})
    (again,) = put_back(topics, "formatted-invoices")
    assert again.headers["replay-include-resolved"] == b"1"
    assert again.headers["request-generation"] == included["replay_id"].encode()


def test_the_results_are_shown_and_a_failed_or_waiting_record_is_not_a_success(
    topics: Topics, run_invoices: RunInvoices
) -> None:
    receive_all(topics, ["inv-1", "inv-2", "inv-3"])
    process = invoices(topics, "replay", "raw", "--wait-seconds", "20", "--output", "json")
    eventually(lambda: len(put_back(topics, "raw-invoices")) == 3, timeout=60)
    again = put_back(topics, "raw-invoices")
    headers = {name: value for name, value in again[0].headers.items() if name.startswith("replay")}
    enter(topics, created("inv-1"), headers=headers)
    enter(
        topics,
        created("inv-2", outcome="failed", code="items-not-mapped", failure_id="f"),
        headers=headers,
    )
    enter(topics, created("inv-3"), headers=headers | {"replay-id": b"replay-of-somebody-else"})
    out, said = process.communicate(timeout=60)

    assert process.returncode == 1
    assert json.loads(out)["outcomes"] == {
        "created": 1,
        "skipped": {},
        "failed_again": {"items-not-mapped": 1},
        "still_waiting": 1,
    }
    assert "settled" not in said


def test_a_replay_interrupted_while_it_waits_says_what_was_sent_and_can_be_resumed(
    topics: Topics, run_invoices: RunInvoices
) -> None:
    receive(topics, "inv-1")
    process = invoices(topics, "replay", "raw")
    (again,) = eventually(lambda: put_back(topics, "raw-invoices"), timeout=60)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert process.returncode == 1
    last = said.splitlines()[-1]
    ended, command = last.split(" Continue waiting with: ")
    assert ended == "Interrupted. All 1 record(s) were put back: 1 still waiting."
    enter(topics, created("inv-1"), headers=again.headers)
    resumed = run_invoices(*command.split()[1:], "--output", "json")

    assert (resumed.code, resumed.json["replayed"], resumed.json["replayed_before"]) == (0, 0, 1)
    assert resumed.json["outcomes"]["created"] == 1
    assert len(put_back(topics, "raw-invoices")) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["raw"], "there is no record", id="an empty topic"),
        pytest.param(
            ["raw", "--invoice-id", "inv-x"],
            'no record matches --invoice-id "inv-x"',
            id="a wrong id",
        ),
        pytest.param(
            ["errors", "--code", "items-not-mapped", "--stage", "formatter", "--dry-run"],
            'no record matches --stage "formatter", --code "items-not-mapped"',
            id="filters",
        ),
    ],
)
def test_nothing_to_replay_is_not_a_success(
    run_invoices: RunInvoices, arguments: list[str], said: str
) -> None:
    ended = run_invoices("replay", *arguments)

    assert (ended.code, ended.out, ended.err.splitlines()[-1]) == (
        1,
        "",
        f"Nothing to replay: {said}.",
    )


def test_on_a_terminal_a_replay_without_a_filter_asks_for_confirmation(topics: Topics) -> None:
    receive(topics, "inv-1")

    refused = on_a_terminal(topics, "n", "replay", "raw", "--no-wait")

    assert refused == (1, True)
    assert put_back(topics, "raw-invoices") == []
    assert on_a_terminal(topics, "", "replay", "raw", "--no-wait", "--yes") == (0, False)
    assert on_a_terminal(topics, "", "replay", "raw", "--no-wait", "--invoice-id", "inv-1") == (
        0,
        False,
    )
    assert on_a_terminal(topics, "y", "replay", "raw", "--no-wait") == (0, True)
    assert len(put_back(topics, "raw-invoices")) == 3


def on_a_terminal(topics: Topics, answer: str, *arguments: str) -> tuple[int, bool]:
    """Run a command on a terminal whose user answers; return how it ended, and whether it asked."""
    ours, terminal = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "invoice_cli", *arguments],
        env=topics.settings,
        stdin=terminal,
        stderr=terminal,
        stdout=subprocess.DEVNULL,
    )
    os.close(terminal)
    os.write(ours, f"{answer}\n".encode() if answer else b"")
    said = b""
    with suppress(OSError):  # a terminal that its last process has closed
        while more := os.read(ours, 10_000):
            said += more
    os.close(ours)
    return process.wait(60), b"Replay all 1 record(s)?" in said


def invoices(topics: Topics, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "invoice_cli", *arguments],
        env=topics.settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
