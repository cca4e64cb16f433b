"""Jobs and their findings, stored beside the view."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from invoice_operations.errors import NotFound
from invoice_operations.view import state_file as view_file
from invoice_operations.view.page import Page
from invoice_operations.view.state_file import open_tables, untold
from invoice_web.jobs import MAX_KEPT, Job, Jobs, Row
from invoice_web.store import file_name, open_store
from tests.fakes import START
from tests.unit.operations.fakes import SETTINGS


def job(number: int, **changes: Any) -> Job:
    return Job(
        f"job-{number:03d}", "kim", START + timedelta(hours=number), {"since": "7d"}, **changes
    )


def test_findings_are_paged_with_those_that_need_a_person_first() -> None:
    jobs = Jobs(open_store(None, ""), "reconcile")
    jobs.add(job(1))
    found = [Row("created", needs_a_person=False, invoice_id="a", shown={"n": 1})] * 3
    jobs.take(
        "job-001",
        0,
        [*found, Row("missing", needs_a_person=True, invoice_id="b", shown={"n": 2})],
        1,
        {"x": 1},
    )

    assert jobs.findings("job-001", Page(2)) == ([{"n": 2}, {"n": 1}], 4)
    assert jobs.findings("job-001", Page(2), "missing") == ([{"n": 2}], 1)
    assert jobs.of_invoices("job-001", ["b", "c"]) == {"b": {"n": 2}}
    assert (jobs.get("job-001").walked, jobs.get("job-001").summary) == (1, {"x": 1})


def test_a_view_that_starts_anew_keeps_plans_and_jobs(tmp_path: Path) -> None:
    topics = (
        SETTINGS.invoice_outcomes_topic,
        SETTINGS.invoice_errors_topic,
        SETTINGS.invoice_decisions_topic,
    )
    name = view_file.file_name(SETTINGS.kafka_bootstrap_servers, topics)
    jobs = Jobs(open_store(tmp_path, file_name(SETTINGS)), "reconcile")
    jobs.add(job(1))

    tables = open_tables(tmp_path, name, untold)
    tables.clear()
    tables.close()
    with closing(sqlite3.connect(tmp_path / name)) as older:
        older.execute("PRAGMA user_version = 1")
    open_tables(tmp_path, name, untold).close()

    kept = Jobs(open_store(tmp_path, file_name(SETTINGS)), "reconcile")
    assert kept.get("job-001").request == {"since": "7d"}


def test_jobs_of_another_kind_are_hidden_and_old_ones_forgotten_with_their_findings() -> None:
    store = open_store(None, "")
    jobs = Jobs(store, "reconcile")
    others = Jobs(store, "other")
    others.add(job(999))
    for number in range(MAX_KEPT + 1):
        jobs.add(job(number))
        jobs.take(
            f"job-{number:03d}",
            0,
            [Row("created", needs_a_person=False, invoice_id="a", shown={})],
            1,
            {},
        )

    assert jobs.newest(Page(1))[1] == MAX_KEPT
    assert jobs.findings("job-000", Page(1))[1] == 0
    assert others.get("job-999").state == "running"
    with pytest.raises(NotFound):
        jobs.get("job-999")


def test_a_job_of_a_process_that_ended_counts_as_stopped() -> None:
    store = open_store(None, "")
    Jobs(store, "reconcile").add(job(1))

    Jobs(store, "reconcile").recover()

    stopped = Jobs(store, "reconcile").get("job-001")
    assert (stopped.state, stopped.problem) == (
        "stopped",
        "The page's process ended while the job ran: begin another one.",
    )
