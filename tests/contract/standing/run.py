"""One input to the connector, and what must hold after it, whatever the input."""

import re
from decimal import Decimal
from typing import Any

from invoice_shared.failure import InvoiceFailure
from tests.contract.standing.connector import ERRORS
from tests.contract.standing.scene import Scene, Watched
from tests.contract.standing.systems import Document

DIFFERS = re.compile(
    r"Document (\S+) exists under this invoice's id, but (.*)\. Nothing was changed"
)
GONE = re.compile(r"Document (\S+) of this invoice was ")
DIFFERENCE = re.compile(r"its (\w[\w ]*?) is (.+?) instead of (\S+?)(?: and |$)")


class Run:
    """One input to the connector, from the state before it to the checks after it."""

    def __init__(
        self,
        scene: Scene,
        watched: Watched,
        *,
        include_resolved: bool = False,
        is_unforced_repeat: bool = False,
    ) -> None:
        self.scene = scene
        self.watched = watched
        self.includes_resolved = include_resolved
        self.is_unforced_repeat = is_unforced_repeat

    def __enter__(self) -> None:
        scene = self.scene
        self.may_appear = scene.may_exist(self.watched) or bool(scene.connector.late)
        self.failures = len(scene.connector.topics.read(ERRORS))
        self.told = len(self._writebacks())
        for arm in scene.troubles:
            arm(self.watched.destination)

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            return
        if self.scene.troubles:
            self.scene.systems.control(self.watched.destination).clear_faults()
            self.scene.connector.die_after(0)
            self.scene.troubles.clear()
        new = self.scene.note_new_documents()
        if self.watched.is_resolved and not self.includes_resolved and not self.may_appear:
            assert not new, "a resolved invoice was billed"
        self.watched.resurrected |= bool(new) and self.is_unforced_repeat
        if new and not self.is_unforced_repeat:
            self.watched.resurrected = False
        self._check_reports()
        for failure in self.scene.connector.failures(self.failures):
            self._check_failure(failure)
        for watched in self.scene.watched:
            check(self.scene, watched)

    def _writebacks(self) -> list[dict[str, Any]]:
        views = self.scene.systems.metronome.views()
        return list(views["writebacks"]())

    def _check_reports(self) -> None:
        for told in self._writebacks()[self.told :]:
            if told["external_status"] == "FINALIZED":
                standing = [each.document_id for each in self.scene.standing(self.watched)]
                assert told["billing_provider_invoice_id"] in standing, (
                    "FINALIZED without a standing document"
                )

    def _check_failure(self, failure: InvoiceFailure) -> None:
        refusals = [
            each
            for each in self._writebacks()[self.told :]
            if each["external_status"] != "FINALIZED"
        ]
        if failure.code != "conflicting-document":
            return
        assert refusals == [], "a conflict was reported as a refusal"
        documents = {each.document_id: each for each in self.scene.systems.documents()}
        if gone := GONE.search(failure.reason):
            named = documents.get(gone[1])
            assert named is None or not named.stands, failure.reason
            return
        differs = DIFFERS.search(failure.reason)
        assert differs is not None, failure.reason
        differences = DIFFERENCE.findall(differs[2])
        assert differences, failure.reason
        for what, theirs, ours in differences:
            assert theirs != ours, failure.reason
            assert is_so(documents[differs[1]], what, theirs, ours), failure.reason


def is_so(document: Document, what: str, theirs: str, ours: str) -> bool:
    """Whether a document shows what a failure says about it, and differs from the invoice."""
    match what:
        case "total":
            return Decimal(theirs) == Decimal(document.total)
        case "customer":
            return theirs == document.customer_id
        case "invoice id":
            return document.external_id != ours
    raise AssertionError(f"nobody edits the {what}")


def check(scene: Scene, watched: Watched) -> None:
    """Assert what holds at any time."""
    standing = scene.standing(watched)
    assert len(standing) <= 1, f"two stand: {standing}"
    if not standing:
        return
    (document,) = standing
    known = {each.provider_document_id: each for each in scene.known(watched).documents}
    if document.document_id not in known:
        assert scene.may_exist(watched) or scene.connector.late, f"nobody knows {document}"
        return
    assert known[document.document_id].stands is not False
    if (
        watched.resurrected
    ):  # replaced by a repeat that was not forced: what Metronome knows is not overwritten
        return
    external = watched.invoice.external
    assert external.get("external_status") == "FINALIZED", external
    assert external.get("invoice_id") == document.document_id, external
