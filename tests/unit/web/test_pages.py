"""What the pages show, and the effect of what a person does there."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from invoice_formatter.settings import FormatterSettings
from invoice_shared.decision import Decision
from invoice_shared.errors import Unavailable
from invoice_shared.failure import InvoiceFailure
from invoice_shared.harmless import HARMFUL
from invoice_shared.original import original_of
from invoice_shared.record import Record
from invoice_shared.serde import from_bytes, to_bytes
from invoice_web.store import open_store
from tests.builders import failure, formatted_invoice, outcome, raw_invoice
from tests.fakes import START
from tests.unit.operations.builders import in_errors, in_ledger, record_in
from tests.unit.operations.world import RULES, FakeInstallation
from tests.unit.web.world import Visitor, page_of, until

EARLIER = START - timedelta(hours=1)


def failed(name: str, code: str = "items-not-mapped", **changes: Any) -> InvoiceFailure:
    raw = raw_invoice(invoice_id=name, customer_id="customer-1")
    facts = {
        "failure_id": f"{name}abcdef0123456789",
        "invoice_id": name,
        "customer_id": "customer-1",
        "code": code,
        "failed_at": EARLIER,
        "destination": "netsuite",
        "reason": "A <b>product</b> has no item.",
        "source": {"topic": "raw-invoices", "partition": 0, "offset": 7, "timestamp": EARLIER},
        "original": original_of(name.encode(), (), to_bytes(raw)),
    }
    return failure(**(facts | changes))


def held(name: str) -> InvoiceFailure:
    document = formatted_invoice(invoice_id=name)
    source = {"topic": "formatted-invoices", "partition": 0, "offset": 7, "timestamp": EARLIER}
    original = original_of(name.encode(), (), to_bytes(document))
    return failed(name, "held-for-approval", stage="creator", source=source, original=original)


def records_in(*failures: InvoiceFailure) -> list[Record]:
    entries = [
        outcome(
            invoice_id=each.invoice_id,
            outcome="failed",
            code=each.code,
            failure_id=each.failure_id,
            settled_at=each.failed_at,
            total="100.00",
            currency="USD",
            provider_document_id=None,
        )
        for each in failures
    ]
    ledger = [in_ledger(number, each) for number, each in enumerate(entries)]
    return [in_errors(number, each) for number, each in enumerate(failures)] + ledger


def decided(installation: FakeInstallation) -> list[Decision]:
    return [
        from_bytes(Decision, each.value) for each in installation.broker.to("invoice-decisions")
    ]


async def test_the_overview_shows_what_is_open_held_and_paused_with_the_money() -> None:
    async with page_of(
        FakeInstallation(records_in(failed("one"), failed("two"), held("three")))
    ) as visitor:
        await visitor.log_in()
        facts = await visitor.json("/")

        assert (facts["open"]["count"], facts["open"]["money"]) == (3, {"USD": "300.00"})
        assert [(group["code"], group["count"]) for group in facts["open"]["reasons"]] == [
            ("items-not-mapped", 2),
            ("held-for-approval", 1),
        ]
        assert (facts["held"]["count"], facts["paused"], facts["age_seconds"]) == (1, [], 0)
        assert "USD 300.00" in await visitor.look("/")


async def test_foreign_text_is_shown_as_text() -> None:
    async with page_of(FakeInstallation(records_in(failed("one")))) as visitor:
        await visitor.log_in()
        for path in ("/", "/failures", "/failures/oneabcdef"):
            page = await visitor.look(path)
            assert "A &lt;b&gt;product&lt;/b&gt; has no item." in page
            assert "<b>" not in page


@pytest.mark.parametrize("path", ["/failures", "/failures/oneabcdef", "/failures?format=csv"])
@pytest.mark.parametrize("json", [True, False])
async def test_foreign_text_controls_neither_a_terminal_nor_the_direction_of_a_page(
    path: str, json: bool
) -> None:
    evil = "".join(map(chr, HARMFUL)) + "words"
    async with page_of(FakeInstallation(records_in(failed("one", reason=evil)))) as visitor:
        await visitor.log_in()
        text = await (await visitor.get(path, json=json)).text()

        assert "words" in text
        assert not set(map(ord, text)) & set(HARMFUL)


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("", ["one", "other", "three"]),
        ("state=all", ["one", "other", "three"]),
        ("state=held", ["three"]),
        ("state=resolved", []),
        ("code=items-not-mapped", ["one", "other"]),
        ("code=items-not-mapped&code=held-for-approval", ["one", "other", "three"]),
        ("invoice_id=o", ["one", "other"]),
        ("invoice_id=on", ["one"]),
        ("stage=creator", ["three"]),
        ("since=30m", []),
        ("until=30m", ["one", "other", "three"]),
        ("customer_id=customer-1&destination=netsuite&state=open", ["one", "other", "three"]),
        ("customer_id=customer-2", []),
        ("page=2", []),
    ],
)
async def test_filters_are_in_the_url_and_the_same_for_page_json_and_csv(
    asked: str, names: list[str]
) -> None:
    async with page_of(
        FakeInstallation(records_in(failed("one"), failed("other"), held("three")))
    ) as visitor:
        await visitor.log_in()
        facts = await visitor.json(f"/failures?{asked}")
        page = await visitor.look(f"/failures?{asked}")
        lines = list(
            csv.DictReader(
                io.StringIO(await (await visitor.get(f"/failures?{asked}&format=csv")).text())
            )
        )

        assert facts.keys() == {"rows", "count", "page", "as_of", "age_seconds"}
        assert sorted(each["invoice_id"] for each in facts["rows"]) == names
        assert all(f">{name}</a>" in page for name in names)
        if "page" not in asked:
            assert (facts["count"], sorted(each["invoice_id"] for each in lines)) == (
                len(names),
                names,
            )


async def test_no_csv_cell_is_a_formula() -> None:
    async with page_of(
        FakeInstallation(records_in(failed("one", reason="=HYPERLINK(1)")))
    ) as visitor:
        await visitor.log_in()
        (line,) = csv.DictReader(
            io.StringIO(await (await visitor.get("/failures?format=csv")).text())
        )

        assert (line["reason"], line["total"]) == ("'=HYPERLINK(1)", "100.00")


async def test_a_failure_shows_its_reason_the_providers_answer_and_the_runbook() -> None:
    refused = failed(
        "one", "provider-rejected", provider_response={"status": 400, "body": "No such <customer>"}
    )
    async with page_of(FakeInstallation(records_in(refused))) as visitor:
        await visitor.log_in()
        page = await visitor.look("/failures/oneabcdef")
        facts = await visitor.json("/failures/oneabcdef")

        assert "No such &lt;customer&gt;" in page
        assert "<strong>Done when</strong>" in page
        assert (facts["code"], facts["total"], facts["state"]) == (
            "provider-rejected",
            "100.00",
            "open",
        )
        assert "original" not in facts
        assert (await visitor.json("/failures/oneabcdef?record=1"))["original"]["key"] == "one"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/failures/nothing0", 404),
        ("/failures/x", 404),
        ("/failures/%00%ff", 404),
        ("/invoices/nothing", 404),
        ("/invoices/%ED%A0%80", 404),
        ("/replays/x", 404),
        ("/reconcile/x", 404),
        ("/readiness/x", 404),
        ("/readiness/x?format=csv", 404),
        ("/readiness/x?format=pdf", 400),
        ("/nowhere", 404),
        ("/static/../settings.py", 404),
        ("/failures?state=x", 400),
        ("/failures?code=x", 400),
        ("/failures?since=yesterday", 400),
        ("/failures?since=1h&until=2h", 400),
        ("/failures?page=0", 400),
        ("/failures?page=-1", 400),
        ("/failures?page=%C2%B2", 400),
        ("/failures?page=1&page=2", 400),
        ("/failures?format=x", 400),
        ("/failures?state=held&code=items-not-mapped", 400),
        ("/failures?invoice_id=%ED%A0%80%00", 200),
        ("/audit?since=x", 400),
        ("/invoices?invoice_id=", 400),
    ],
)
async def test_no_input_breaks_a_page(path: str, status: int) -> None:
    async with page_of(FakeInstallation(records_in(failed("one")))) as visitor:
        await visitor.log_in()
        facts = await visitor.get(path)
        page = await visitor.get(path, json=False)

        assert (facts.status, page.status) == (status, status)
        if status >= 400:
            assert (await facts.json())["error"]
            assert 'role="alert"' in await page.text()


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "multipart/form-data; boundary=x", "x", "text/plain;charset=z"],
)
@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"[1]", b'{"why":{"a":1}}', b'{"a":', b"%%%=%zz&why=%00%ff"]
)
async def test_no_body_breaks_a_page(content_type: str, body: bytes) -> None:
    installation = FakeInstallation(records_in(failed("one")))
    async with page_of(installation) as visitor:
        await visitor.log_in()
        headers = {
            "Origin": visitor.host,
            "X-CSRF-Token": visitor.csrf,
            "Content-Type": content_type,
        }
        answered = await visitor.client.post(
            "/failures/oneabcdef/approve", data=body, headers=headers
        )

        assert answered.status in (400, 409)


async def test_a_resolution_says_who_and_why_and_closes_the_failure() -> None:
    installation = FakeInstallation(records_in(failed("one")))
    async with page_of(installation) as visitor:
        await visitor.log_in("Jane Doe")
        assert (await visitor.post("/failures/oneabcdef/resolve", why="")).status == 400
        assert (
            await visitor.post("/failures/oneabcdef/resolve", why="billed by hand")
        ).status == 200
        assert (
            await visitor.post("/failures/oneabcdef/resolve", why="billed by hand")
        ).status == 409

        (decision,) = decided(installation)
        assert (decision.kind, decision.by, decision.via, decision.why) == (
            "resolve",
            "Jane Doe",
            "web",
            "billed by hand",
        )
        assert (await visitor.json("/failures?state=resolved"))["count"] == 1
        assert (await visitor.json("/"))["open"]["count"] == 0
        (row,) = (await visitor.json("/audit"))["rows"]
        assert (row["kind"], row["subject"], row["by"]) == ("resolve", "one", "Jane Doe")


async def test_without_script_a_form_leads_to_its_page() -> None:
    async with page_of(FakeInstallation(records_in(failed("one")))) as visitor:
        await visitor.log_in()
        answered = await visitor.post(
            "/failures/oneabcdef/resolve", why="x", headers={"Accept": "text/html"}
        )

        assert (answered.status, answered.headers["Location"]) == (
            303,
            "/failures/oneabcdef0123456789",
        )


async def test_a_destination_is_paused_with_a_reason_and_resumed_again() -> None:
    async with page_of(FakeInstallation([])) as visitor:
        await visitor.log_in()
        assert (await visitor.post("/destinations/netsuite/pause", why=" ")).status == 400
        assert (await visitor.post("/destinations/nowhere/pause", why="x")).status == 404
        assert (await visitor.post("/destinations/netsuite/pause", why="closing")).status == 200
        (paused,) = (await visitor.json("/"))["paused"]
        assert (paused["destination"], paused["by"], paused["why"]) == (
            "netsuite",
            "kim",
            "closing",
        )

        assert (await visitor.post("/destinations/netsuite/resume")).status == 200
        assert (await visitor.json("/"))["paused"] == []


async def test_an_invoice_is_enqueued_as_by_its_webhook() -> None:
    installation = FakeInstallation([])
    async with page_of(installation) as visitor:
        await visitor.log_in()
        assert (await visitor.post("/invoices/in%2Fv/enqueue")).status == 400
        assert (await visitor.post("/invoices/in%2Fv/enqueue", customer_id="c-1")).status == 201

        (record,) = installation.broker.to("raw-invoices")
        assert (record.key, record.json["source"], record.json["customer_id"]) == (
            b"in/v",
            "manual",
            "c-1",
        )
        assert [(each.kind, each.subject) for each in decided(installation)] == [
            ("enqueue", "in/v")
        ]


async def finished(visitor: Visitor, replay_id: str) -> Any:
    async def is_over() -> bool:
        return (await visitor.json(f"/replays/{replay_id}"))["state"] not in ("planned", "running")

    await until(is_over)
    return await visitor.json(f"/replays/{replay_id}")


async def test_a_plan_freezes_its_list_and_sends_nothing_until_it_is_started() -> None:
    installation = FakeInstallation(records_in(failed("one"), failed("two"), held("three")))
    async with page_of(installation) as visitor:
        await visitor.log_in()
        planned = await (
            await visitor.post("/replays", code="items-not-mapped", rate="100/s")
        ).json()
        assert (planned["state"], planned["count"], planned["money"]) == (
            "planned",
            2,
            {"USD": "200.00"},
        )
        assert installation.broker.published == []
        installation.records += [in_errors(9, failed("four"))]

        assert (await visitor.post(f"/replays/{planned['replay_id']}/start")).status == 200
        done = await finished(visitor, planned["replay_id"])

        assert (done["state"], done["sent"]) == ("done", 2)
        assert sorted(each.key or b"" for each in installation.broker.to("raw-invoices")) == [
            b"one",
            b"two",
        ]
        assert [(each.kind, each.count, each.by) for each in decided(installation)] == [
            ("replay", 2, "kim")
        ]
        for verb in ("start", "stop", "resume"):
            assert (await visitor.post(f"/replays/{planned['replay_id']}/{verb}")).status == 409


async def test_a_plan_of_nothing_replays_nothing() -> None:
    installation = FakeInstallation(records_in(failed("one")))
    async with page_of(installation) as visitor:
        await visitor.log_in()
        planned = await (await visitor.post("/replays", code="totals-mismatch")).json()
        await visitor.post(f"/replays/{planned['replay_id']}/start")

        assert (planned["count"], (await finished(visitor, planned["replay_id"]))["state"]) == (
            0,
            "done",
        )
        assert installation.broker.to("raw-invoices") == []


async def test_one_failure_is_replayed_by_its_id_and_an_invalid_request_is_refused() -> None:
    installation = FakeInstallation(records_in(failed("one"), failed("two")))
    async with page_of(installation) as visitor:
        await visitor.log_in()
        assert (await (await visitor.post("/replays", failure_id=["oneabcdef"])).json())[
            "count"
        ] == 1
        assert (await visitor.post("/replays", failure_id=["nothing00"])).status == 404
        assert (await visitor.post("/replays", rate="fast")).status == 400
        assert (await visitor.post("/replays", restart="again")).status == 400
        assert (await visitor.json("/replays"))["count"] == 1


async def test_a_replay_interrupted_by_the_end_of_its_process_is_resumed_by_the_next() -> None:
    installation = FakeInstallation(records_in(failed("one"), failed("two")))
    store = open_store(None, "")
    async with page_of(installation, store=store) as visitor:
        await visitor.log_in()
        replay_id = (await (await visitor.post("/replays", rate="1/h")).json())["replay_id"]
        await visitor.post(f"/replays/{replay_id}/start")

        async def first_is_sent() -> bool:
            return len(installation.broker.to("raw-invoices")) == 1

        await until(first_is_sent)
    async with page_of(installation, store=store) as visitor:
        await visitor.log_in()
        assert (await visitor.json(f"/replays/{replay_id}"))["state"] == "stopped"
        with store.transaction() as tables:
            tables.execute("UPDATE replays SET request = replace(request, '1/h', '100/s')")

        assert (await visitor.post(f"/replays/{replay_id}/resume")).status == 200

        assert (await finished(visitor, replay_id))["state"] == "done"
        assert len(installation.broker.to("raw-invoices")) == 2


async def test_a_held_invoice_is_approved_and_continues() -> None:
    installation = FakeInstallation(records_in(held("one"), held("two"), failed("three")))
    async with page_of(installation) as visitor:
        await visitor.log_in()
        assert (await visitor.post("/failures/threeabcdef/approve")).status == 400
        one = await (await visitor.post("/failures/oneabcdef/approve", why="looked at it")).json()
        assert (await finished(visitor, one["replay_id"]))["state"] == "done"

        kinds = [(each.kind, each.subject) for each in decided(installation)]
        assert kinds[0] == ("approve", "one")
        assert [each.key for each in installation.broker.to("raw-invoices")] == [b"one"]

        every = await (await visitor.post("/approvals", invoice_id="tw")).json()
        assert (await finished(visitor, every["replay_id"]))["state"] == "done"
        assert [each.key for each in installation.broker.to("raw-invoices")] == [b"one", b"two"]
        assert (await visitor.post("/approvals", invoice_id="x")).status == 409


async def test_several_are_chosen_one_by_one_and_none_is_not_all() -> None:
    record_in = records_in(held("one"), held("two"), held("three"), failed("four"), failed("five"))
    installation = FakeInstallation(record_in)
    async with page_of(installation) as visitor:
        await visitor.log_in()
        assert (await visitor.post("/replays", chosen="1")).status == 400
        assert (await visitor.post("/approvals", chosen="1")).status == 400
        assert (await visitor.post("/approvals", failure_id="fourabcdef")).status == 400

        some = await visitor.post("/replays", chosen="1", failure_id=["fourabcdef", "oneabcdef"])
        approved = await visitor.post(
            "/approvals", chosen="1", failure_id=["oneabcdef", "threeabcdef"], why="looked"
        )

        plan = await visitor.json(f"/replays/{(await some.json())['replay_id']}")
        assert [each[:4] for each in sorted(plan["failure_ids"])] == ["four", "onea"]
        ended = await finished(visitor, (await approved.json())["replay_id"])
        assert ended["state"] == "done"
        subjects = {each.subject for each in decided(installation) if each.kind == "approve"}
        assert subjects == {"one", "three"}


class Away(FakeInstallation):
    """An installation whose broker no longer answers."""

    is_away = False

    def view(self) -> Any:
        """Raise ``Unavailable`` while it is away."""
        if self.is_away:
            raise Unavailable("The broker does not answer.")
        return super().view()

    @property
    def last_view(self) -> Any:
        """Return what was read last."""
        return super().view()

    def reader(self) -> Any:
        """Raise ``Unavailable`` while it is away."""
        if self.is_away:
            raise Unavailable("The broker does not answer.")
        return super().reader()


async def test_without_the_broker_the_last_state_is_shown_but_nothing_can_be_changed() -> None:
    installation = Away(records_in(failed("one"), held("two")))
    async with page_of(installation) as visitor:
        await visitor.log_in()
        installation.is_away = True
        installation.clock.advance(90)

        assert (await visitor.json("/"))["age_seconds"] == 90
        assert (await visitor.json("/failures"))["count"] == 2
        assert "does not answer" in (await visitor.json("/failures/oneabcdef"))["unread"]
        assert (await visitor.json("/invoices/one"))["state"] == "failed"
        writing: dict[str, dict[str, Any]] = {
            "/failures/oneabcdef/resolve": {"why": "x"},
            "/failures/twoabcdef/approve": {},
            "/approvals": {},
            "/replays": {},
        }
        for path, fields in writing.items():
            assert (await visitor.post(path, **fields)).status == 503
        installation.broker.fail()
        assert (await visitor.post("/destinations/netsuite/pause", why="x")).status == 503
        assert (await visitor.post("/invoices/one/enqueue", customer_id="c")).status == 503


async def test_a_preview_shows_the_new_document_beside_the_last_formatted_one() -> None:
    installation = FakeInstallation(
        [record_in("formatted-invoices", 0, formatted_invoice(invoice_id="one"), "one")]
    )
    installation.blocks[FormatterSettings] = RULES
    installation.answers["customer-1", "one"] = {"data": {"id": "one"}}
    async with page_of(installation) as visitor:
        await visitor.log_in()
        facts = await visitor.json("/invoices/one/preview?customer_id=customer-1")
        page = await visitor.look("/invoices/one/preview?customer_id=customer-1")

        assert (facts["result"], facts["code"], facts["sent"]["total"]) == (
            "failed",
            "invalid-invoice",
            "100.00",
        )
        assert "It would fail" in page
        assert (await visitor.get("/invoices/one/preview")).status == 400
