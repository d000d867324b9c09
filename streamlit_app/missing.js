// A number field that is left empty is refused, as a number out of its range is.
//
// Streamlit puts the default back and sends it, which nobody entered. Here the field stays empty
// and says so, and neither the button nor Enter sends the form.
(() => {
  if (window.missingIsRefused) return;
  window.missingIsRefused = true;

  const FIELD = "[data-testid=stNumberInputField]";
  const isField = (target) => target.matches?.(FIELD) ?? false;
  const alertOf = (field) => document.getElementById(`${field.id}-missing`);

  const tell = (field) => {
    if (alertOf(field)) return;
    const alert = document.createElement("span");
    alert.id = `${field.id}-missing`;
    alert.className = "missing";
    alert.setAttribute("role", "alert");
    alert.textContent = `A number is missing. Please enter one between ${field.min} and ${field.max}.`;
    field.closest("[data-testid=stNumberInputContainer]").append(alert);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", alert.id);
  };
  const untell = (field) => {
    if (!alertOf(field)) return;
    alertOf(field).remove();
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  };

  // Keeps `field` in view while its group grows, however long that takes on a busy machine, until
  // the visitor does something else.
  const keepInView = (field, group) => {
    const kept = new AbortController();
    const growth = new ResizeObserver(() => field.scrollIntoView({block: "nearest"}));
    growth.observe(group);
    kept.signal.addEventListener("abort", () => growth.disconnect());
    for (const act of ["wheel", "touchmove", "pointerdown", "keydown"])
      window.addEventListener(act, () => kept.abort(), {capture: true, signal: kept.signal});
    field.addEventListener("blur", () => kept.abort(), {signal: kept.signal});
  };

  // Gives the keyboard to a field. One in a folded group cannot have it before that is unfolded.
  const reach = (field) => {
    const folded = field.closest("[inert]");
    if (!folded) {
      field.focus();
      return;
    }
    const group = folded.closest("details");
    const unfolded = async (_, observer) => {
      observer.disconnect();
      await new Promise(requestAnimationFrame);
      field.focus({preventScroll: true});
      keepInView(field, group);
    };
    new MutationObserver(unfolded).observe(folded, {attributeFilter: ["inert"]});
    group.querySelector("summary").click();
  };

  // Tells of all fields of `form` that are empty; the first gets the keyboard.
  const refused = (event, form) => {
    const missing = [...(form?.querySelectorAll(FIELD) ?? [])].filter((field) => field.value === "");
    if (missing.length === 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    missing.forEach(tell);
    reach(missing[0]);
  };

  window.addEventListener("focusout", (event) => {
    if (!isField(event.target) || event.target.value !== "") return;
    event.stopImmediatePropagation();
    tell(event.target);
  }, true);
  window.addEventListener("input", (event) => isField(event.target) && untell(event.target), true);
  window.addEventListener("click", (event) => {
    if (event.target.closest?.(".stFormSubmitButton button"))
      refused(event, event.target.closest(".stForm"));
  }, true);
  window.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && isField(event.target))
      refused(event, event.target.closest(".stForm"));
  }, true);
})();
