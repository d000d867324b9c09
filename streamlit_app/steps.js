// The buttons and arrow keys of number fields, in decimals.
//
// Streamlit adds in binary: 0.02892562 + 1 - 1 is 0.028925620000000096 there, 7.25 + 0.5 is 7.8,
// and 0.2 cannot be raised to a maximum of 0.3. Here each press is counted in whole units of the
// last decimal, and the field is told the number as if it had been typed.
(() => {
  if (window.stepsInDecimals) return;
  window.stepsInDecimals = true;

  // "-1.25e-3" is {digits: -125n, decimals: 5}.
  const parse = (text) => {
    const [mantissa, exponent = "0"] = text.toLowerCase().split("e");
    const [whole, fraction = ""] = mantissa.split(".");
    const decimals = fraction.length - Number(exponent);
    const digits = BigInt(whole + fraction);
    return decimals < 0 ? {digits: digits * 10n ** BigInt(-decimals), decimals: 0} : {digits, decimals};
  };
  const inUnits = ({digits, decimals}, most) => digits * 10n ** BigInt(most - decimals);

  // What the field reads after a press, or null where that is out of its range.
  const moved = (field, direction) => {
    const from = field.value || (direction > 0 ? field.min : field.max);
    const parts = [from, field.step, field.min, field.max].map(parse);
    const most = Math.max(...parts.map((part) => part.decimals));
    const [value, step, low, high] = parts.map((part) => inUnits(part, most));
    const next = value + BigInt(direction) * step;
    if (next < low || next > high) return null;
    return String(Number(`${next}e-${most}`));
  };

  const enter = (field, text) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, text);
    field.dispatchEvent(new Event("input", {bubbles: true}));
  };
  const fieldOf = (button) =>
    button.closest("[data-testid=stNumberInput]").querySelector("input[type=number]");
  const BUTTONS = "[data-testid=stNumberInputStepUp], [data-testid=stNumberInputStepDown]";
  const directionOf = (button) => (button.dataset.testid === "stNumberInputStepUp" ? 1 : -1);

  const press = (event, field, direction) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const next = moved(field, direction);
    if (next !== null) enter(field, next);
    return next !== null;
  };
  window.addEventListener("click", (event) => {
    const button = event.target.closest?.(BUTTONS);
    if (!button) return;
    const field = fieldOf(button);
    if (!press(event, field, directionOf(button))) return;
    // Leaving the field is what makes Streamlit take the number.
    queueMicrotask(() => field.dispatchEvent(new FocusEvent("focusout", {bubbles: true})));
  }, true);
  window.addEventListener("keydown", (event) => {
    const direction = {ArrowUp: 1, ArrowDown: -1}[event.key];
    if (direction && event.target.matches?.("[data-testid=stNumberInputField]"))
      press(event, event.target, direction);
  }, true);

  // Which buttons can be pressed is counted in decimals too.
  const refresh = (button) => {
    const disabled = moved(fieldOf(button), directionOf(button)) === null;
    if (button.disabled !== disabled) button.disabled = disabled;
  };
  const refreshAll = () => document.querySelectorAll(BUTTONS).forEach(refresh);
  new MutationObserver(refreshAll).observe(document.body, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["disabled", "value"],
  });
  document.addEventListener("input", refreshAll);
  refreshAll();
})();
