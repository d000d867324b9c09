"""What a page saw of a click on the form's button, by a watch that runs inside of it."""

from __future__ import annotations

from dataclasses import dataclass

# Starts the watch unless it runs, and returns what it saw so far. It records what is over before a
# test can look: a click, a run of the script, a lost connection, the first new answer.
WATCH = """words => {
    const answer = () => {
        const result = document.querySelector(".st-key-result [data-request-id]");
        if (result) return result.dataset.requestId;
        const problem = document.querySelector(".st-key-problem");
        const reference = problem && problem.textContent.match(/Reference for support:\\s*(\\S+)/);
        return reference ? reference[1] : "";
    };
    const state = () => document.querySelector("[data-testid=stApp]")?.dataset ?? {};
    let watch = window.watchOfClicks;
    if (!watch) {
        watch = window.watchOfClicks = {
            clicks: 0, runs: 0, drops: 0, running: false, connected: true,
            before: "", runsBefore: 0, lost: false,
            clicked: 0, cleared: 0, answered: 0, meanwhile: "",
        };
        document.addEventListener("click", event => {
            const button = event.target.closest && event.target.closest("button");
            if (!button || button.innerText.trim() !== words) return;
            watch.clicks += 1;
            watch.before = answer();
            watch.runsBefore = watch.runs;
            watch.lost = !watch.connected;
            watch.clicked = performance.now();
            watch.answered = watch.cleared = 0;
            watch.meanwhile = "";
        }, true);
        const look = () => {
            const {testScriptState, testConnectionState} = state();
            const running = testScriptState === "running";
            const connected = testConnectionState === "CONNECTED";
            if (running && !watch.running) watch.runs += 1;
            if (!connected && watch.connected) {
                watch.drops += 1;
                if (watch.runs === watch.runsBefore) watch.lost = true;
            }
            Object.assign(watch, {running, connected});
            if (!watch.clicks || watch.answered) return;
            const now = answer();
            if (now !== watch.before) watch.cleared ||= performance.now();
            if (now && now !== watch.before) watch.answered = performance.now();
            // The hint goes a moment before the answer is drawn.
            if (!now) watch.meanwhile =
                document.querySelector(".hint")?.innerText || watch.meanwhile;
        };
        look();
        new MutationObserver(look).observe(document, {
            subtree: true, childList: true, characterData: true, attributeFilter: [
                "data-test-script-state", "data-test-connection-state", "data-request-id"],
        });
    }
    const {testScriptState, testConnectionState} = state();
    return {
        clicks: watch.clicks, runs: watch.runs, drops: watch.drops, lost: watch.lost,
        ran: watch.runs > watch.runsBefore,
        script: testScriptState ?? "", connection: testConnectionState ?? "", answer: answer(),
        refused: [...document.querySelectorAll(".stForm [aria-invalid=true]")].map(
            field => field.getAttribute("aria-label") ?? ""),
        meanwhile: watch.meanwhile,
        cleared: watch.cleared ? (watch.cleared - watch.clicked) / 1000 : 0,
        seconds: watch.answered ? (watch.answered - watch.clicked) / 1000 : 0,
    };
}"""


@dataclass(frozen=True)
class Seen:
    """What a page saw since it was loaded.

    Attributes:
        clicks: that reached the button.
        runs: of the script behind the page.
        drops: of the connection to its server.
        lost: whether the connection broke after the last click, before the script ran for it. All
            else that gives no answer is a fault of the form, which a second click would hide.
        ran: whether the script ran since the last click.
        script, connection: their states now.
        answer: id of the price or the problem that is shown, empty without one.
        refused: labels of the fields whose number the form does not take.
        meanwhile: what stood where a price would, from the last click to its answer.
        cleared: seconds from the last click until what was shown before was gone.
        seconds: from the last click to the first new answer, 0 until there is one.
    """

    clicks: int
    runs: int
    drops: int
    lost: bool
    ran: bool
    script: str
    connection: str
    answer: str
    refused: list[str]
    meanwhile: str
    cleared: float
    seconds: float

    @property
    def idle(self) -> bool:
        return self.script == "notRunning" and self.connection == "CONNECTED"

    def __str__(self) -> str:
        refused = f", refused are {', '.join(self.refused)}" if self.refused else ""
        return (
            f"{self.clicks} clicks, {self.runs} runs of the script, {self.drops} lost connections, "
            f"the script is {self.script or 'unknown'}, "
            f"the connection {self.connection or 'unknown'}{refused}"
        )
