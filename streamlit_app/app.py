"""The page: asks the API what to ask for, then for the price of the house that was filled in.

Run it with ``streamlit run app.py``. Environment: API_URL, MLFLOW_PUBLIC_URL (may be empty).
"""

from __future__ import annotations

import os

import streamlit as st

from api_client import CLICK_TIMEOUT_S, ApiClient
from errors import ApiError, ApiRejected, FormOutdated
from fields import draw_form, plain
from result import Estimate, run_url, scroll_to_outcome, show_error, show_estimate
from schema import Contract
from strict import Value
from style import STYLE

RETRY_INTERVAL_S = 3.0  # between two tries to load the form
LEAD = (
    "<p class='lead'>Describe the house to see what it should sell for, and how sure that is.</p>"
)
state = st.session_state


def main() -> None:
    st.set_page_config(page_title="House price estimate", page_icon="🏠", layout="wide")
    st.html(STYLE)
    if "contract" not in state:
        state["trouble"] = load_contract()
    if "contract" not in state:
        wait_for_contract()
        return
    contract: Contract = state["contract"]
    st.set_page_config(page_title=f"Price estimate · {contract.title}")
    st.title(plain(contract.title), anchor=False)
    st.html(LEAD)
    with st.container(key="page"):
        draw_page(contract)


def load_contract() -> ApiError | None:
    """Asks the API what to ask for; returns what went wrong, if anything."""
    try:
        state["contract"] = new_client().get_schema()
    except ApiError as error:
        return error
    return None


@st.fragment(run_every=RETRY_INTERVAL_S)
def wait_for_contract() -> None:
    """Tells of the trouble and tries again by itself until there is a form to draw."""
    trouble = state.pop("trouble", None) or load_contract()
    if trouble is None:
        st.rerun()
    st.title("House price estimate", anchor=False)
    show_error(trouble, "The form appears here by itself as soon as the service answers.")
    st.button("Try again")


def draw_page(contract: Contract) -> None:
    form_side, outcome_side = st.columns([5, 3], gap="large")
    with outcome_side, st.container(key="outcome"):
        outcome = st.empty()
    with form_side:
        values = draw_form(contract)
    if values is not None:
        # An earlier price must go before the API is asked. Only an element takes its place at
        # once: Streamlit keeps what an earlier container held until the run has ended.
        outcome.html(hint("Asking the model…"))
        state.pop("outcome", None)
        state["outcome"] = ask(contract, values)
    with outcome.container():
        match state.get("outcome"):
            case Estimate() as estimate:
                show_estimate(estimate)
            case ApiError() as error:
                show_error(error)
            case _:
                st.html(hint("Your estimate appears here."))
        if values is not None:
            scroll_to_outcome()
    if state["contract"] != contract:
        st.rerun()


def ask(contract: Contract, values: dict[str, Value]) -> Estimate | ApiError:
    """The outcome of one click. Takes note when the API's contract is not the form's any more."""
    client = new_client()
    try:
        answer = client.predict(contract, values)
    except ApiRejected as error:
        if contract_changed(client, contract):
            return FormOutdated(str(error), reference=error.reference)
        return error
    except ApiError as error:
        return error
    contract_changed(client, contract)
    return Estimate(contract, answer, find_run(client, answer.model_version))


def contract_changed(client: ApiClient, contract: Contract) -> bool:
    try:
        state["contract"] = client.get_schema()
    except ApiError:
        return False
    return bool(state["contract"] != contract)


def find_run(client: ApiClient, version: str) -> str | None:
    """The address of the answering model's MLflow run, for the person's own browser."""
    try:
        model = client.get_model()
    except ApiError:
        return None  # the price stands without a link
    public = os.environ.get("MLFLOW_PUBLIC_URL", "")
    return run_url(public, model) if model.version == version else None


def hint(text: str) -> str:
    return f"<p class='hint' role='status'>{text}</p>"


def new_client() -> ApiClient:
    return ApiClient(os.environ.get("API_URL") or "http://localhost:8000", CLICK_TIMEOUT_S)


main()
