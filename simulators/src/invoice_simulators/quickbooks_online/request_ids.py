"""Request ids: repeat the first answer, even if its document was changed or deleted."""

from collections.abc import Callable

from invoice_simulators.quickbooks_online.errors import fault
from invoice_simulators.quickbooks_online.settings import QuickBooksOnlineSettings
from invoice_simulators.wire import ApiError

MAX_REQUEST_ID = 50


class RequestIds:
    """The answers of one company by request id."""

    def __init__(self, settings: Callable[[], QuickBooksOnlineSettings]) -> None:
        self._settings = settings
        self._answers: dict[str, bytes | ApiError] = {}

    def once(self, request_id: str | None, act: Callable[[], bytes]) -> bytes:
        """Process a request unless its id is known. Raises ``ApiError`` as ``act`` does."""
        if request_id is None:
            return act()
        if len(request_id) > MAX_REQUEST_ID:
            raise fault("2050", f"requestid: Max:{MAX_REQUEST_ID} supported", element="requestid")
        if request_id not in self._answers:
            self._remember(request_id, act)
        answer = self._answers[request_id]
        if isinstance(answer, ApiError):
            raise answer
        return answer

    def forget(self) -> None:
        """Forget every id."""
        self._answers.clear()

    def _remember(self, request_id: str, act: Callable[[], bytes]) -> None:
        try:
            self._answers[request_id] = act()
        except ApiError as refusal:
            if not self._settings().replay_refusals:
                raise
            self._answers[request_id] = refusal
