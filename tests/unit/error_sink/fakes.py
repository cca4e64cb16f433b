"""An archive in memory."""

from invoice_shared.archive.archive import ArchiveUnavailable, ObjectUnreadable, StoredObject
from tests.fakes import START


class FakeArchive:
    """Objects in memory; refuses every call while ``down``."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.questions = 0
        self.down = False
        self.loses_answers = False
        self.archived_away: set[str] = set()

    def check(self) -> None:
        if self.down:
            raise ArchiveUnavailable("The fake archive is down.")

    def put(self, key: str, content: bytes) -> None:
        self.check()
        self.objects[key] = content
        if self.loses_answers:
            raise ArchiveUnavailable("The fake archive's answer was lost.")

    def get(self, key: str) -> bytes:
        self.check()
        if key in self.archived_away:
            raise ObjectUnreadable("is in cold storage")
        return self.objects[key]

    def listed(self, prefix: str, after: str = "") -> list[StoredObject]:
        self.check()
        self.questions += 1
        found = (key for key in self.objects if key.startswith(prefix) and key > after)
        return [StoredObject(key, START) for key in found]
