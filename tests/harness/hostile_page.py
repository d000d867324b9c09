"""A page with one widget of each kind, built as Streamlit builds its own, that misbehaves as told.

What a real page does once in a thousand times on a busy machine, this one does at once: ``#`` and
one of the words below in its address. A plain word happens in the first two attempts.

closes     an open list closes, and its options are gone
scrolls    the page scrolls when a list opens, which closes it
redraws    an open list's widget is drawn anew
blurs      what gets the keyboard loses it
reverts    a number that was entered is replaced by the one before it
offline    the page has lost its server for a second
moves      the button is drawn anew while the mouse is pressed on it
drops      the server is lost with the first click, and found again
ignores    a fault: the form ignores the first click
forgets    a fault: an entry is lost when the next one is made
stale      a fault: a click shows the answer of the one before
"""

PAGE = r"""<!doctype html><title>Houses</title>
<style>body{height:3000px} .list{position:absolute;background:#fff;max-height:90px;overflow:auto}
[role=option]{height:30px}</style>
<div data-testid=stApp data-test-script-state=notRunning data-test-connection-state=CONNECTED>
<div class=stForm></div><div id=outcome></div></div>
<script>
const word = location.hash.slice(1), app = document.querySelector("[data-testid=stApp]");
const left = {}, taken = {area: "5", style: "Ranch", air: "Yes"};
const styles = ["Ranch", "Split level", "Two storeys", "Two storeys, split", "A-frame"];
// Whether the word is what is told, and its attempts are not over.
const told = (what, times = 2) => word === what && (left[what] ??= times) > 0 && left[what]-- > 0;
const form = document.querySelector(".stForm");
const cell = name => form.querySelector(".st-key-input-" + name);

function number() {
  const box = document.createElement("div");
  box.className = "st-key-input-area";
  box.innerHTML = `<input type=number aria-label=Area value="${taken.area}">
    <button aria-label=Decrement tabindex=-1>-</button>
    <button aria-label=Increment tabindex=-1>+</button>`;
  const [field] = box.children, shown = () => box.querySelector("[data-testid=InputInstructions]");
  field.oninput = () => shown() ||
    box.insertAdjacentHTML("beforeend", "<i data-testid=InputInstructions>Press Enter</i>");
  field.onblur = () => {
    shown()?.remove();
    if (told("reverts")) { setTimeout(() => field.value = taken.area, 5); return; }
    taken.area = field.value;
  };
  box.querySelector("[aria-label=Increment]").onclick = () => field.value = taken.area =
    String(Number(taken.area) + 1);
  return box;
}

function list() {
  const box = document.createElement("div");
  box.className = "st-key-input-style";
  box.innerHTML = `<input role=combobox aria-expanded=false aria-label=Style>`;
  const [field] = box.children;
  field.value = taken.style;
  let active = -1;
  const close = () => {
    field.setAttribute("aria-expanded", false);
    field.removeAttribute("aria-activedescendant");
    document.querySelector(".list")?.remove();
  };
  const point = at => {
    const options = document.querySelectorAll("[role=option]");
    if (!options.length) return;
    active = at % options.length;
    field.setAttribute("aria-activedescendant", options[active].id);
  };
  const open = narrowed => {
    close();
    active = -1;
    const popup = document.createElement("div");
    popup.className = "list";
    popup.setAttribute("role", "listbox");
    const offered = styles.filter(style => !narrowed || style.includes(field.value));
    popup.innerHTML = offered.map((style, at) => `<div role=option id=option-${at}
      aria-posinset=${at + 1} aria-setsize=${offered.length}>${style}</div>`).join("");
    popup.onmousedown = event => event.preventDefault();
    popup.onclick = event => { taken.style = field.value = event.target.textContent; close(); };
    document.body.append(popup);
    const place = field.getBoundingClientRect();
    popup.style.cssText = `left:${place.left}px;top:${place.bottom + scrollY}px`;
    field.setAttribute("aria-expanded", true);
    if (told("closes")) setTimeout(close, 5);
    if (told("scrolls")) setTimeout(() => scrollBy(0, 50), 5);
    if (told("redraws")) setTimeout(() => { close(); box.replaceWith(list()); }, 5);
  };
  field.onmousedown = () => open(false);
  field.oninput = () => open(true);
  field.onblur = () => { close(); field.value = taken.style; };
  field.onkeydown = event => {
    if (event.key === "Escape") { close(); field.value = taken.style; }
    if (event.key === "ArrowDown") point(active + 1);
    if (event.key !== "Enter" || active < 0) return;
    document.querySelectorAll("[role=option]")[active]?.click();
  };
  addEventListener("scroll", close);
  return box;
}

function radio() {
  const box = document.createElement("div");
  box.className = "st-key-input-air";
  box.innerHTML = ["Yes", "No"].map(text => `<label>
    <input type=radio name=air ${taken.air === text ? "checked" : ""}>${text}</label>`).join("");
  box.onchange = event => taken.air = event.target.closest("label").innerText.trim();
  return box;
}

let asked = 0, shown = 0;
function button() {
  const made = document.createElement("button");
  made.innerText = "Estimate price";
  made.onmousedown = () => told("moves") && made.replaceWith(button());
  made.onclick = () => {
    if (told("ignores", 1)) return;
    if (told("drops", 1)) { connect(false); setTimeout(() => connect(true), 300); return; }
    asked += 1;
    app.dataset.testScriptState = "running";
    setTimeout(() => {
      if (!(word === "stale" && asked > 1)) shown = asked;
      document.querySelector("#outcome").innerHTML = `<section class=st-key-result>
        <b data-request-id=${shown} data-price=${taken.area}></b></section>`;
      app.dataset.testScriptState = "notRunning";
    }, 50);
  };
  return made;
}

function connect(yes) {
  app.dataset.testConnectionState = yes ? "CONNECTED" : "PINGING_SERVER";
  form.querySelectorAll("button").forEach(other => other.disabled = !yes);
}

form.append(number(), list(), radio(), button());
addEventListener("focusin", event => told("blurs") && setTimeout(() => event.target.blur(), 5));
form.addEventListener("focusout", () => {
  if (word === "forgets" && taken.style !== "Ranch") cell("area").querySelector("input").value =
    taken.area = "5";
});
if (word === "offline") { connect(false); setTimeout(() => connect(true), 1000); }
</script>"""
