// Forms: what is wrong stands next to its field, the first wrong field gets the focus, and nothing is sent twice.
import { ask } from "./api.js";
import { byId, locale, t } from "./page.js";
import { explain } from "./refusals.js";
import { minutes } from "./times.js";

/** Say next to a control what is wrong with it; "" takes it away. */
export function mark(control, problem) {
  const place = byId(`${control.id}-error`);
  if (place) {
    place.textContent = problem;
    place.hidden = !problem;
  }
  if (problem) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
}

const seen = (control) => control.type !== "hidden" && !control.closest("[hidden]") && control.tagName !== "BUTTON" && control.tagName !== "FIELDSET";

function problemOf(control) {
  const { validity } = control;
  if (!control.willValidate || validity.valid) return "";
  if (validity.valueMissing && control.type !== "checkbox") return t("form.missing");
  return control.dataset.problem ?? t("form.wrong");
}

/** Check every control that is seen; whether all are right. */
export function check(form) {
  const wrong = [...form.elements].filter(seen).filter((control) => {
    const problem = problemOf(control);
    mark(control, problem);
    return problem;
  });
  wrong[0]?.focus();
  return !wrong.length;
}

/** What the controls that are seen hold, by name. */
export function values(form) {
  const held = {};
  for (const control of form.elements) {
    if (!control.name || !seen(control) || control.disabled) continue;
    if (control.type === "checkbox") held[control.name] = control.checked;
    else if (control.type !== "radio") held[control.name] = control.type === "password" ? control.value : control.value.trim();
    else if (control.checked) held[control.name] = control.value;
  }
  return held;
}

/** Show a refusal: next to the field that it is about, else at the end of the form. `fields` names the field of a code. */
export function refuse(form, error, fields = {}) {
  const named = error.code === "Invalid" ? (error.details.fields ?? []).map(({ field }) => field.split(".")[0]) : [fields[error.code]];
  const controls = named.map((name) => name && form.elements.namedItem(name)).filter((control) => control?.id && seen(control));
  for (const control of controls) mark(control, error.code === "Invalid" ? (control.dataset.problem ?? t("form.wrong")) : explain(error));
  controls[0]?.focus();
  say(form, controls.length ? "" : explain(error));
}

/** Say at the end of a form what is wrong with all of it; "" takes it away. */
export function say(form, text) {
  const place = form.querySelector(".form-error");
  if (!place) return;
  place.textContent = text;
  place.hidden = !text;
}

/**
 * Let a form be sent with `act(values, submitter)`; `fields` says which field a refusal is about. Until then it is
 * `inert`, or the browser would send it by itself, with what it holds in the address.
 */
export function onSubmit(form, act, fields = {}) {
  form.addEventListener("input", ({ target }) => target.getAttribute("aria-invalid") && !problemOf(target) && mark(target, ""));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.getAttribute("aria-busy") === "true" || !check(form)) return;
    say(form, "");
    form.setAttribute("aria-busy", "true");
    try {
      await act(values(form), event.submitter);
    } catch (error) {
      refuse(form, error, fields);
    } finally {
      form.removeAttribute("aria-busy");
    }
  });
  form.inert = false;
}

/** The button of a form that has a code sent, which then waits until another may be asked for. */
export function codeButton(form) {
  const button = form.querySelector(".send-code");
  const label = button.textContent;
  const { purpose, to, again } = button.dataset;
  const said = button.parentElement.parentElement.querySelector("[role=status]");
  let timer = 0;

  button.addEventListener("click", async () => {
    const control = to.startsWith("@") ? null : form.elements.namedItem(to);
    const identifier = control ? control.value.trim() : form.dataset.identifier;
    if (control && problemOf(control)) {
      mark(control, problemOf(control));
      control.focus();
      return;
    }
    button.disabled = true;
    try {
      const sent = await ask("POST", "/api/codes", { body: { identifier, purpose, locale } });
      said.textContent = t("form.code_sent", { time: minutes(sent.expires_in) });
      wait(sent.retry_after);
      form.elements.namedItem("code")?.focus();
    } catch (error) {
      refuse(form, error, { NotAnIdentifier: to });
      if (error.seconds) wait(error.seconds);
      else button.disabled = false;
    }
  });

  function wait(seconds) {
    clearInterval(timer);
    const end = Date.now() + seconds * 1000;
    const draw = () => {
      const left = Math.ceil((end - Date.now()) / 1000);
      button.disabled = left > 0;
      button.textContent = left > 0 ? minutes(left) : again || label;
      if (left <= 0) clearInterval(timer);
    };
    draw();
    timer = setInterval(draw, 1000);
  }
}
