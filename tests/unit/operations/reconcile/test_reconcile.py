"""Metronome compared with the ledger and the providers: each state, lost invoices, the sums."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, get_args

import pytest

from invoice_operations.errors import InvalidRequest
from invoice_operations.reconcile.comparison import RULES, compare
from invoice_operations.reconcile.evidence import Document, Evidence
from invoice_operations.reconcile.finding import Finding, State
from invoice_operations.reconcile.fixing import Enqueuing, enqueue_lost
from invoice_operations.reconcile.listed import ListedInvoice, parse_listed
from invoice_operations.reconcile.totals import Totals
from invoice_operations.selection import Selection
from invoice_operations.walk import in_parallel
from invoice_providers.base import Found
from invoice_shared.errors import CredentialsRefused, Rejected, Unavailable
from invoice_shared.kafka.groups import ConsumerGroup
from invoice_shared.outcome import Outcome
from invoice_shared.publishing import PublishFailed
from invoice_shared.record import Record
from tests.builders import CUSTOMER_ID, INVOICE_ID, formatted_invoice, outcome, raw_invoice
from tests.fakes import START, FakePublisher
from tests.unit.operations.builders import document_in_ledger, in_ledger, record_in
from tests.unit.operations.reconcile.world import (
    ACCOUNT,
    ISSUED,
    SINCE,
    UNTIL,
    FakeMetronome,
    FakeProviders,
    Walk,
    listed,
    shown,
)

SYNCED = outcome(outcome="skipped", code="already-synced")
FAILED = outcome(outcome="failed", code="too-many-lines")
CONSTITUENT = outcome(outcome="skipped", code="constituent-invoice")
GONE = Document("netsuite", "9001", stands=False, is_shown=True)


def held(total: str | None = "100.00", currency: str | None = "USD", **changes: Any) -> Document:
    """Return a document as its provider shows it."""
    return Document(
        "netsuite", "9001", Decimal(total) if total else None, currency, is_shown=True, **changes
    )


def known(**changes: Any) -> Document:
    """Return a document that only the ledger was asked about."""
    return Document("netsuite", "9001", Decimal("100.00"), "USD", **changes)


def by(newest: Outcome | None = None, *documents: Document, **changes: Any) -> Evidence:
    return Evidence(newest, documents, **changes)


@pytest.mark.parametrize(
    ("invoice", "evidence", "state"),
    [
        pytest.param(listed(), by(), "missing", id="unknown everywhere"),
        pytest.param(listed(), by(outcome(), known()), "created", id="created, provider not asked"),
        pytest.param(listed(), by(outcome(), held()), "created", id="created, provider agrees"),
        pytest.param(
            listed(),
            by(outcome(), held(None, None)),
            "created",
            id="the provider does not say its total",
        ),
        pytest.param(
            listed(), by(outcome(), GONE), "removed-at-provider", id="deleted at the provider"
        ),
        pytest.param(
            listed(), by(outcome(), held("99.99")), "total-mismatch", id="changed at the provider"
        ),
        pytest.param(
            listed(),
            by(outcome(), held(currency="EUR")),
            "total-mismatch",
            id="other currency there",
        ),
        pytest.param(
            listed(total=Decimal(10001)),
            by(outcome(), known()),
            "total-mismatch",
            id="changed in Metronome",
        ),
        pytest.param(
            listed(total=Decimal("10000.4")),
            by(outcome(), held()),
            "created",
            id="fractions of a cent",
        ),
        pytest.param(
            listed(total=Decimal(-10000)),
            by(outcome(), held("-100.00")),
            "created",
            id="a credit memo",
        ),
        pytest.param(listed(), by(FAILED), "failed", id="failed"),
        pytest.param(
            listed(), by(FAILED, held()), "created", id="failed again while its document stands"
        ),
        pytest.param(
            listed(),
            by(outcome(outcome="failed", code="held-for-approval")),
            "held",
            id="waits for an approval",
        ),
        pytest.param(
            listed(), by(outcome(outcome="skipped", code="zero-total")), "skipped", id="skipped"
        ),
        pytest.param(
            listed(),
            by(outcome(outcome="skipped", code="not-finalized")),
            "missing",
            id="skipped too early",
        ),
        pytest.param(
            listed(),
            by(outcome(outcome="skipped", code="not-finalized"), waiting="raw-invoices[0]@7"),
            "waiting",
            id="skipped too early, and on its way again",
        ),
        pytest.param(listed(), by(SYNCED), "skipped", id="synced by another"),
        pytest.param(listed(), by(is_before_cutover=True), "skipped", id="issued before BILL_FROM"),
        pytest.param(
            listed(),
            by(FAILED, is_before_cutover=True),
            "failed",
            id="issued before it, and failed",
        ),
        pytest.param(
            listed(), by(outcome(outcome="resolved", resolved_by="kim")), "resolved", id="by hand"
        ),
        pytest.param(
            listed(),
            by(outcome(outcome="skipped", code="resolved-by-hand")),
            "resolved",
            id="by hand, and repeated",
        ),
        pytest.param(
            listed(), by(CONSTITUENT), "skipped", id="part of a consolidated invoice that lists it"
        ),
        pytest.param(
            listed(), by(CONSTITUENT, is_named=False), "unbilled-constituent", id="listed by none"
        ),
        pytest.param(
            listed(),
            by(CONSTITUENT, held(), is_named=False),
            "created",
            id="part of one, but billed",
        ),
        pytest.param(listed(), by(unasked=("x",)), "unknown", id="could not be asked"),
        pytest.param(
            listed(), by(FAILED, unasked=("x",)), "unknown", id="failed, and could not be asked"
        ),
        pytest.param(listed(), by(waiting="raw-invoices[0]@7"), "waiting", id="on its way"),
        pytest.param(
            listed(status="VOID"), by(outcome(), known()), "voided-after-creation", id="voided"
        ),
        pytest.param(
            listed(status="VOID"),
            by(SYNCED, known()),
            "voided-after-creation",
            id="voided, synced by another",
        ),
        pytest.param(
            listed(status="VOID"),
            by(FAILED, unasked=("x",)),
            "unknown",
            id="voided, could not be asked",
        ),
    ],
)
def test_every_invoice_gets_the_state_that_follows_from_its_traces(
    invoice: ListedInvoice, evidence: Evidence, state: State
) -> None:
    finding = compare(invoice, evidence)

    assert finding is not None
    assert finding.state == state


def test_the_first_matching_state_of_the_contract_counts() -> None:
    assert [state for state, _rule in RULES] + ["missing"] == list(get_args(State))


# What makes each state fit, in addition to what makes the later ones fit.
TRACES: list[tuple[State, ListedInvoice, Evidence]] = [
    (
        "duplicate",
        listed(status="VOID"),
        by(FAILED, held("1.00"), Document("razorpay", "inv_1"), unasked=("x",)),
    ),
    ("total-mismatch", listed(status="VOID"), by(FAILED, held("1.00"), unasked=("x",))),
    ("removed-at-provider", listed(), by(FAILED, GONE, unasked=("x",))),
    ("voided-after-creation", listed(status="VOID"), by(FAILED, held(), unasked=("x",))),
    ("unknown", listed(), by(FAILED, held(), unasked=("x",))),
    ("created", listed(), by(FAILED, held(), waiting="here")),
    ("failed", listed(), by(FAILED, waiting="here")),
    ("unbilled-constituent", listed(), by(CONSTITUENT, is_named=False, waiting="here")),
    ("skipped", listed(), by(CONSTITUENT, waiting="here")),
    ("waiting", listed(), by(waiting="here")),
]


@pytest.mark.parametrize(
    ("state", "invoice", "evidence"), TRACES, ids=[state for state, *_ in TRACES]
)
def test_the_first_matching_trace_wins(
    state: State, invoice: ListedInvoice, evidence: Evidence
) -> None:
    finding = compare(invoice, evidence)

    assert finding is not None
    assert finding.state == state


def test_the_traces_follow_the_order_of_the_contract() -> None:
    order = get_args(State)

    assert all(order.index(one[0]) < order.index(other[0]) for one, other in pairwise(TRACES))


def test_two_documents_of_one_invoice_are_reported_whatever_their_destinations() -> None:
    finding = compare(
        listed(), by(outcome(), held(), Document("razorpay", "inv_2", Decimal("100.00"), "USD"))
    )

    assert finding is not None
    assert (finding.state, "netsuite document 9001, razorpay document inv_2" in finding.detail) == (
        "duplicate",
        True,
    )
    assert finding.held == Decimal("200.00")


@pytest.mark.parametrize("status", ["DRAFT", "VOID", "DRAFT_INCOMPLETE"])
def test_an_invoice_that_need_not_be_billed_is_not_a_finding(status: str) -> None:
    assert compare(listed(status=status), by()) is None


def test_an_invoice_void_in_metronome_and_at_the_provider_is_not_a_finding() -> None:
    assert compare(listed(status="VOID"), by(outcome(), GONE)) is None


def test_only_an_invoice_without_a_document_may_be_enqueued() -> None:
    sandbox = by(outcome(), elsewhere=(outcome(account="1234567_SB1"),))
    lost, deleted, there = (
        compare(listed(), each) for each in (by(), by(outcome(), GONE), sandbox)
    )

    assert lost is not None
    assert deleted is not None
    assert there is not None
    assert (lost.is_lost, deleted.is_lost, there.is_lost) == (True, False, False)
    assert (there.state, "1234567_SB1" in there.detail) == ("missing", True)
    assert lost.needs_a_person
    assert deleted.needs_a_person
    assert there.needs_a_person


def test_the_amount_of_an_invoice_without_a_currency_is_stated_unchanged() -> None:
    assert listed(credit_type={"id": "x", "name": "Tokens"}).money() == (Decimal(10000), "Tokens")


def test_a_list_of_another_shape_is_refused() -> None:
    with pytest.raises(Unavailable, match=r"another shape: .*total"):
        parse_listed(shown(total=None))


def test_the_window_is_by_issue_date_and_includes_undated_invoices() -> None:
    metronome = FakeMetronome(
        shown(id="in"),
        shown(id="scheduled", start_timestamp=None, end_timestamp=None),
        shown(id="undated", issued_at=None),
        shown(id="early", issued_at=(SINCE - timedelta(seconds=1)).isoformat()),
        shown(id="late", issued_at=UNTIL.isoformat()),
    )

    assert Walk(metronome).states() == dict.fromkeys(("in", "scheduled", "undated"), "missing")


def test_without_an_end_the_window_ends_now() -> None:
    later = shown(id="later", issued_at=(START + timedelta(seconds=1)).isoformat())

    assert Walk(FakeMetronome(shown(), later)).states(Selection(since=SINCE)) == {
        INVOICE_ID: "missing"
    }


@pytest.mark.parametrize(
    "chosen",
    [
        pytest.param(Selection(), id="no beginning"),
        pytest.param(Selection(until=UNTIL), id="only an end"),
        pytest.param(Selection(since=SINCE, customer_id=CUSTOMER_ID), id="more than a time"),
    ],
)
def test_a_window_without_a_valid_beginning_is_refused(chosen: Selection) -> None:
    with pytest.raises(InvalidRequest, match="--since"):
        Walk(FakeMetronome(shown())).states(chosen)


def test_an_invoice_is_missing_only_if_the_whole_ledger_lacks_it() -> None:
    long_ago = in_ledger(0, outcome(settled_at=SINCE - timedelta(days=60)))

    assert Walk(FakeMetronome(shown()), [long_ago]).states() == {INVOICE_ID: "created"}


def received(offset: int = 0, invoice_id: str = INVOICE_ID) -> Record:
    return record_in(
        "raw-invoices", offset, raw_invoice(), invoice_id, at=START - timedelta(days=5)
    )


def formatted(destination: str, offset: int = 0) -> Record:
    return record_in(
        "formatted-invoices", offset, formatted_invoice(destination=destination), INVOICE_ID
    )


def at(offset: int, name: str = "invoice-formatter") -> ConsumerGroup:
    return ConsumerGroup(name, has_members=True, committed={0: offset})


@pytest.mark.parametrize(
    ("records", "groups", "state"),
    [
        pytest.param([received()], {}, "waiting", id="no service has ever run"),
        pytest.param(
            [received(5)],
            {"raw-invoices": [at(5)]},
            "waiting",
            id="raw, days old, behind an outage",
        ),
        pytest.param(
            [received(5)],
            {"raw-invoices": [at(6)]},
            "missing",
            id="raw, consumed without a result",
        ),
        pytest.param(
            [received(5)],
            {"raw-invoices": [at(6), at(0, "kcat")]},
            "missing",
            id="a reader that is not a service",
        ),
        pytest.param(
            [formatted("netsuite", 3)],
            {
                "formatted-invoices": [
                    at(3, "invoice-creator-netsuite"),
                    at(9, "invoice-creator-razorpay"),
                ]
            },
            "waiting",
            id="formatted, its creators are behind",
        ),
        pytest.param(
            [formatted("razorpay", 3)],
            {
                "formatted-invoices": [
                    at(3, "invoice-creator-netsuite"),
                    at(9, "invoice-creator-razorpay"),
                ]
            },
            "missing",
            id="formatted, other creators are behind",
        ),
    ],
)
def test_whether_an_invoice_waits_depends_on_offsets_not_on_the_clock(
    records: list[Record], groups: dict[str, list[ConsumerGroup]], state: State
) -> None:
    assert Walk(FakeMetronome(shown()), records, groups=groups).states() == {INVOICE_ID: state}


def test_the_ledger_shows_a_second_document() -> None:
    records = [
        in_ledger(number, outcome(provider_document_id=name, settled_at=START))
        for number, name in enumerate(("9001", "9002"))
    ]

    assert Walk(FakeMetronome(shown()), records).states() == {INVOICE_ID: "duplicate"}


def found(document_id: str = "9001", **changes: Any) -> Found:
    facts: dict[str, Any] = {
        "invoice_id": INVOICE_ID,
        "total": Decimal("100.00"),
        "currency": "USD",
        "state": "open",
    }
    return Found(document_id, **(facts | changes))


def test_a_known_document_is_read_by_its_own_id_without_a_further_look() -> None:
    other = outcome(provider_document_id="9002", account=ACCOUNT)
    records = [document_in_ledger(0, outcome()), document_in_ledger(1, other), in_ledger(2, FAILED)]
    providers = FakeProviders({"9001": found(), "9002": found("9002")})

    assert Walk(FakeMetronome(shown()), records, providers).states() == {INVOICE_ID: "duplicate"}
    assert providers.asked == [("read", "9001"), ("read", "9002")]


@pytest.mark.parametrize(
    ("records", "asked"),
    [
        pytest.param([], [("look", INVOICE_ID)], id="unknown everywhere"),
        pytest.param([in_ledger(0, FAILED)], [("look", INVOICE_ID)], id="failed"),
        pytest.param(
            [
                in_ledger(
                    0, outcome(outcome="skipped", code="unbillable", provider_document_id=None)
                )
            ],
            [("look", INVOICE_ID)],
            id="skipped",
        ),
        pytest.param(
            [
                document_in_ledger(0, outcome()),
                in_ledger(1, outcome(outcome="failed", may_exist=True)),
            ],
            [("read", "9001"), ("look", INVOICE_ID)],
            id="a second document may exist",
        ),
        pytest.param([in_ledger(0, SYNCED)], [("read", "9001")], id="Metronome names a document"),
    ],
)
def test_an_unknown_document_is_looked_up_by_the_invoices_id(
    records: list[Record], asked: list[tuple[str, str]]
) -> None:
    providers = FakeProviders({"9001": found()}, [found()])

    assert Walk(FakeMetronome(shown()), records, providers).states() == {INVOICE_ID: "created"}
    assert providers.asked == asked


def test_a_void_invoice_with_a_document_only_in_metronome_is_reported_without_asking() -> None:
    void = Walk(FakeMetronome(shown(status="VOID")), [in_ledger(0, SYNCED)])

    assert void.states() == {INVOICE_ID: "voided-after-creation"}


def test_a_document_with_another_invoices_id_is_not_found() -> None:
    providers = FakeProviders(carrying=[found(invoice_id="another")])

    assert Walk(FakeMetronome(shown()), providers=providers).states() == {INVOICE_ID: "missing"}


@pytest.mark.parametrize(
    "there",
    [
        pytest.param({}, id="deleted"),
        pytest.param({"9001": found(state="void", total=Decimal(0))}, id="void"),
    ],
)
def test_a_removed_document_is_reported_and_entered_in_the_ledger_but_never_enqueued(
    there: dict[str, Found],
) -> None:
    created = outcome(account=ACCOUNT)
    walk = Walk(FakeMetronome(shown()), [document_in_ledger(0, created)], FakeProviders(there))

    (finding,) = walk.findings()

    assert (finding.state, finding.document_id, finding.is_lost) == (
        "removed-at-provider",
        "9001",
        False,
    )
    assert walk.noted == [created.model_copy(update={"stands": False})]


def test_a_document_that_stands_after_all_is_entered_and_an_unchanged_one_is_not() -> None:
    gone = outcome(stands=False)
    walk = Walk(
        FakeMetronome(shown()), [document_in_ledger(0, gone)], FakeProviders({"9001": found()})
    )
    again = Walk(
        FakeMetronome(shown()), [document_in_ledger(0, outcome())], FakeProviders({"9001": found()})
    )

    assert (walk.states(), again.states()) == ({INVOICE_ID: "created"}, {INVOICE_ID: "created"})
    assert ([each.stands for each in walk.noted], again.noted) == ([True], [])


@pytest.mark.parametrize("state", ["draft", "open", "paid"])
def test_a_document_that_is_unapproved_or_rejected_at_the_provider_exists(state: Any) -> None:
    providers = FakeProviders({"9001": found(state=state)})

    assert Walk(FakeMetronome(shown()), [document_in_ledger(0, outcome())], providers).states() == {
        INVOICE_ID: "created"
    }


def test_a_document_of_a_sandbox_is_neither_counted_for_production_nor_asked_for() -> None:
    sandbox = outcome(account="1234567_SB1")
    providers = FakeProviders({"9001": found()})

    (finding,) = Walk(
        FakeMetronome(shown()), [document_in_ledger(0, sandbox), in_ledger(1, sandbox)], providers
    ).findings()

    assert (finding.state, finding.is_lost, finding.held) == ("missing", False, None)
    assert providers.asked == [("look", INVOICE_ID)]


def test_a_voided_invoice_is_checked_until_its_document_is_void_too() -> None:
    records = [document_in_ledger(0, outcome(account=ACCOUNT))]
    void = FakeMetronome(shown(status="VOID"))
    stands = Walk(void, records, FakeProviders({"9001": found()}))
    gone = Walk(void, records, FakeProviders({"9001": found(state="void")}))
    noted = Walk(void, [document_in_ledger(0, outcome(stands=False))], FakeProviders())

    assert stands.states() == {INVOICE_ID: "voided-after-creation"}
    assert (gone.states(), [each.stands for each in gone.noted]) == ({}, [False])
    assert noted.states() == {}
    assert isinstance(noted.providers, FakeProviders)
    assert noted.providers.asked == []


def test_a_failing_customer_invoice_or_document_does_not_end_the_walk() -> None:
    metronome = FakeMetronome(
        shown(total=None),
        shown(id="b"),
        shown(id="draft", status="DRAFT", total=None),
        broken={"refused": Rejected("invoice-not-found", "404"), "down": Unavailable("500")},
    )

    findings = Walk(metronome).findings()

    assert [(each.invoice_id, each.customer_id, each.state) for each in findings] == [
        (None, "refused", "unknown"),
        (None, "down", "unknown"),
        (INVOICE_ID, CUSTOMER_ID, "unknown"),
        ("b", CUSTOMER_ID, "missing"),
    ]
    assert [each.detail for each in findings][:2] == [
        "Its invoices could not be listed: 404",
        "Its invoices could not be listed: 500",
    ]
    assert findings[-1].is_lost


def test_a_failing_provider_makes_only_its_own_invoices_unknown() -> None:
    records = [
        document_in_ledger(0, outcome()),
        in_ledger(1, outcome(invoice_id="b", destination="razorpay")),
    ]
    providers = FakeProviders(broken=CredentialsRefused("NetSuite refused the token."))

    findings = Walk(FakeMetronome(shown(), shown(id="b")), records, providers).findings()

    assert [(each.invoice_id, each.state) for each in findings] == [
        (INVOICE_ID, "unknown"),
        ("b", "created"),
    ]
    assert "refused the token" in findings[0].detail


def test_a_key_that_metronome_refuses_ends_the_walk() -> None:
    metronome = FakeMetronome(broken={CUSTOMER_ID: CredentialsRefused("401")})

    with pytest.raises(CredentialsRefused):
        Walk(metronome).findings()


def skipped_as_constituent(invoice_id: str, offset: int) -> Record:
    return in_ledger(
        offset,
        CONSTITUENT.model_copy(update={"invoice_id": invoice_id, "provider_document_id": None}),
    )


@pytest.mark.parametrize(
    ("consolidated", "state"),
    [
        pytest.param({"status": "FINALIZED"}, "skipped", id="listed by another customer's"),
        pytest.param({"status": "VOID"}, "unbilled-constituent", id="listed by a void one"),
        pytest.param(
            {"constituent_invoices": [{"invoice_id": "another"}]},
            "unbilled-constituent",
            id="not listed",
        ),
    ],
)
def test_a_skipped_constituent_is_billed_only_if_a_consolidated_invoice_lists_it(
    consolidated: dict[str, Any], state: State
) -> None:
    payer = shown(
        id="sum",
        customer_id="payer",
        **{"constituent_invoices": [{"invoice_id": INVOICE_ID}]} | consolidated,
    )
    records = [skipped_as_constituent(INVOICE_ID, 0), in_ledger(1, outcome(invoice_id="sum"))]

    assert Walk(FakeMetronome(shown(), payer), records).states()[INVOICE_ID] == state


def test_constituents_are_undecided_as_long_as_a_customer_cannot_be_listed() -> None:
    metronome = FakeMetronome(shown(), broken={"payer": Unavailable("500")})

    assert (
        Walk(metronome, [skipped_as_constituent(INVOICE_ID, 0)]).states()[INVOICE_ID] == "unknown"
    )


def test_a_missing_invoice_shows_the_destination_of_its_customer() -> None:
    (finding,) = Walk(FakeMetronome(shown())).findings()

    assert finding.destination == "netsuite"


def findings_of(*pairs: tuple[ListedInvoice, Evidence]) -> list[Finding]:
    return [finding for invoice, evidence in pairs if (finding := compare(invoice, evidence))]


def test_a_lost_invoice_is_enqueued_as_by_its_webhook() -> None:
    publisher = FakePublisher()
    findings = findings_of((listed(), by()), (listed(id="b"), by(outcome(), known())))

    fixed = list(enqueue_lost(findings, Enqueuing(publisher, "raw-invoices", START, SINCE)))

    (record,) = publisher.published
    assert (record.key, record.json["source"], record.json["customer_id"]) == (
        INVOICE_ID.encode(),
        "reconcile",
        CUSTOMER_ID,
    )
    assert record.headers == (("event-id", f"reconcile-{INVOICE_ID}".encode()),)
    assert [(each.state, each.needs_a_person) for each in fixed] == [
        ("missing", False),
        ("created", False),
    ]
    assert [each.is_enqueued for each in fixed] == [True, False]


def test_an_invoice_counts_as_enqueued_only_once_the_broker_has_it() -> None:
    publisher = FakePublisher()
    publisher.fail()

    with pytest.raises(PublishFailed):
        list(
            enqueue_lost(
                findings_of((listed(), by())), Enqueuing(publisher, "raw-invoices", START, SINCE)
            )
        )


def test_an_invoice_issued_before_the_connector_began_is_not_enqueued() -> None:
    publisher = FakePublisher()
    early = listed()
    undated = listed(id="b", issued_at=None)
    began = ISSUED + timedelta(seconds=1)

    fixed = list(
        enqueue_lost(
            findings_of((early, by()), (undated, by())),
            Enqueuing(publisher, "raw-invoices", START, began),
        )
    )

    assert [(each.is_enqueued, each.needs_a_person) for each in fixed] == [
        (False, True),
        (True, False),
    ]
    assert "Not enqueued: it was issued before" in fixed[0].detail
    assert [record.key for record in publisher.published] == [b"b"]


def test_lost_invoices_are_enqueued_during_the_walk() -> None:
    metronome = FakeMetronome(
        *(shown(id=f"i-{number}", customer_id=f"c-{number}") for number in range(2000))
    )
    publisher = FakePublisher()

    next(
        enqueue_lost(Walk(metronome).passing(), Enqueuing(publisher, "raw-invoices", START, SINCE))
    )

    assert len(publisher.published) == 1
    assert len(metronome.asked) < 1000


def total_of(*findings: Finding) -> Totals:
    totals = Totals()
    for finding in findings:
        totals.add(finding)
    return totals


def test_the_sums_show_where_the_money_is_and_what_is_unexplained() -> None:
    totals = total_of(
        *findings_of(
            (listed(), by(outcome(), held())),
            (listed(id="b", total=Decimal(5000)), by()),
            (listed(id="c", total=Decimal(700)), by(outcome(outcome="skipped", code="unbillable"))),
            (listed(id="d", total=Decimal(2000)), by(FAILED)),
            (
                listed(id="e", total=Decimal(3000)),
                by(outcome(outcome="failed", code="held-for-approval")),
            ),
            (
                listed(id="f", total=Decimal(400)),
                by(outcome(outcome="resolved", resolved_by="kim")),
            ),
            (listed(id="g", total=Decimal(10)), by(waiting="here")),
            (listed(id="h", total=Decimal(20)), by(unasked=("x",))),
        )
    )

    (row,) = totals.rows()

    assert {name: str(value) for name, value in row.items()} == {
        "currency": "USD",
        "finalized in Metronome": "211.30",
        "at the providers": "100.00",
        "rightly not billed": "7.00",
        "failed": "20.00",
        "held for approval": "30.00",
        "resolved by hand": "4.00",
        "waiting": "0.10",
        "could not be asked": "0.20",
        "unexplained": "50.00",
    }
    assert (totals.for_a_person, totals.states["missing"]) == (1, 1)


@pytest.mark.parametrize(
    ("invoice", "evidence", "unexplained"),
    [
        pytest.param(listed(), by(outcome(), held(), held()), "-100.00", id="two documents"),
        pytest.param(
            listed(status="VOID"),
            by(outcome(), held()),
            "-100.00",
            id="void while its document stands",
        ),
        pytest.param(listed(), by(outcome(), held("90.00")), "10.00", id="changed at the provider"),
        pytest.param(listed(), by(outcome(), GONE), "100.00", id="removed at the provider"),
        pytest.param(
            listed(),
            by(CONSTITUENT, is_named=False),
            "100.00",
            id="a constituent that is not billed",
        ),
        pytest.param(listed(), by(SYNCED, GONE), "100.00", id="removed but known to Metronome"),
    ],
)
def test_an_unexplained_finding_needs_a_person(
    invoice: ListedInvoice, evidence: Evidence, unexplained: str
) -> None:
    totals = total_of(*findings_of((invoice, evidence)))

    assert str(totals.rows()[0]["unexplained"]) == unexplained
    assert totals.for_a_person == 1


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(by(FAILED, GONE), id="its replay was refused: see failures"),
        pytest.param(
            by(outcome(outcome="resolved", resolved_by="kim"), GONE), id="resolved by hand"
        ),
        pytest.param(by(FAILED, held()), id="failed again while its document stands"),
        pytest.param(by(FAILED), id="failed: see failures"),
    ],
)
def test_an_explained_finding_needs_nobody(evidence: Evidence) -> None:
    totals = total_of(*findings_of((listed(), evidence)))

    assert (totals.for_a_person, totals.rows()[0]["unexplained"]) == (0, 0)


def test_amounts_that_cancel_out_are_each_unexplained() -> None:
    totals = total_of(
        *findings_of((listed(), by()), (listed(id="b", status="VOID"), by(outcome(), held())))
    )

    assert (totals.rows()[0]["unexplained"], totals.for_a_person) == (0, 2)


def test_an_enqueued_invoice_waits() -> None:
    (lost,) = findings_of((listed(), by()))

    (row,) = total_of(lost.enqueued()).rows()

    assert (row["waiting"], row["unexplained"]) == (Decimal("100.00"), 0)


def test_a_document_in_another_currency_counts_in_its_own() -> None:
    rows = total_of(*findings_of((listed(), by(outcome(), held(currency="EUR"))))).rows()

    assert [(row["currency"], row["unexplained"]) for row in rows] == [("EUR", -100), ("USD", 100)]


def test_parallel_work_keeps_its_order_and_stops_at_the_first_error() -> None:
    def half(number: int) -> int:
        if number % 2:
            raise ValueError(number)
        return number // 2

    assert list(in_parallel(half, iter(range(0, 50, 2)), threads=3)) == list(range(25))
    with pytest.raises(ValueError, match="5"):
        list(in_parallel(half, iter([2, 4, 5, 6]), threads=3))
