"""What can go wrong between the form and the API, as a person should read it.

ApiError
|-- ApiUnavailable   nobody answers, or it says that it is not ready
|-- ApiTooSlow       no complete answer in time
|-- ApiRejected      it refused the house (4xx), naming fields
|   `-- FormOutdated   ... because the model now asks for other things than this form
|-- ApiFailed        it failed by itself (5xx)
`-- ApiNonsense      it answered something that cannot be a price for this house
"""

from __future__ import annotations

from collections.abc import Sequence

from answers import FieldProblem

AGAIN = "Your entries are kept: wait a moment and press the button again."


class ApiError(Exception):
    """``cause`` is for the log, all else for the page; ``reference`` connects the two.

    ``kind`` names the class on the page, for tests.
    """

    kind = "unknown"
    headline = "The price service could not be used."
    advice = AGAIN

    def __init__(
        self, cause: str, fields: Sequence[FieldProblem] = (), reference: str = ""
    ) -> None:
        super().__init__(cause)
        self.fields = fields
        self.reference = reference


class ApiUnavailable(ApiError):
    kind = "unavailable"
    headline = "The price service cannot be reached at the moment."


class ApiTooSlow(ApiError):
    kind = "slow"
    headline = "The price service took too long to answer."


class ApiRejected(ApiError):
    kind = "rejected"
    headline = "The price service did not accept these entries."
    advice = "Change the entries and press the button again."


class FormOutdated(ApiRejected):
    kind = "outdated"
    headline = "The model was replaced and asks for other things now."
    advice = "The form is up to date again: check the entries and press the button once more."


class ApiFailed(ApiError):
    kind = "failed"
    headline = "The price service had a fault of its own."


class ApiNonsense(ApiError):
    kind = "nonsense"
    headline = "The price service gave an answer that cannot be right, so it is not shown."
    advice = "Your entries are kept: try again later, and tell whoever runs this page."
