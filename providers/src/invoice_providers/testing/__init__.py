"""The suite that every provider passes: subclass ``ProviderContract``, define ``case``.

Needs the extra ``testing``.
"""

import pytest

# Otherwise a failed assertion of the suite would not show its values.
pytest.register_assert_rewrite("invoice_providers.testing.contract")

from invoice_providers.testing.case import ProviderCase  # noqa: E402
from invoice_providers.testing.contract import ProviderContract  # noqa: E402

__all__ = ["ProviderCase", "ProviderContract"]
