// What the pages about the visitor have in common: who may see them, what they show while they wait, and when they fail.
import { addresses, byId, el, icon, t } from "./page.js";
import { explain } from "./refusals.js";
import { signedIn } from "./session.js";

/** Go to sign in, and come back here. */
export function toSignIn() {
  location.replace(addresses.own("sign-in", { next: location.pathname + location.search }));
}

/** Show the page to who is signed in only; everybody else signs in first. Whether to go on. */
export function forPeople() {
  addEventListener("signed-out", toSignIn);
  if (!signedIn()) toSignIn();
  document.querySelector(".account-nav [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
  return signedIn();
}

const filling = new WeakMap();

/** Fill `place` with what `bring` draws; while it does not, say why, and offer to try again. The last one counts. */
export async function fill(place, bring) {
  filling.set(place, bring);
  place.setAttribute("aria-busy", "true");
  let problem = null;
  try {
    await bring();
  } catch (error) {
    problem = failed(error, () => fill(place, bring));
  }
  if (filling.get(place) !== bring) return;
  if (problem) place.replaceChildren(problem);
  place.removeAttribute("aria-busy");
}

/** What went wrong, with a button that tries `again`. */
export function failed(error, again) {
  return el("p", { class: "failed", role: "alert" }, el("span", {}, explain(error)), " ", button(t("own.again"), again, "button quiet"));
}

/** A button that does `act` once at a time. */
export function button(label, act, kind = "button", attributes = {}) {
  const made = el("button", { type: "button", class: kind, ...attributes }, ...[label].flat());
  made.addEventListener("click", async () => {
    if (made.getAttribute("aria-busy") === "true") return;
    made.setAttribute("aria-busy", "true");
    try {
      await act();
    } catch (error) {
      tell(explain(error));
    } finally {
      made.removeAttribute("aria-busy");
    }
  });
  return made;
}

let telling = 0;
/** Say something that passes. */
export function tell(text) {
  const place = byId("toast");
  place.textContent = text;
  clearTimeout(telling);
  telling = setTimeout(() => (place.textContent = ""), 5000);
}

/** Nothing is here yet; what to do about it. */
export const nothing = (drawing, text, ...actions) => el("div", { class: "nothing" }, icon(drawing), el("p", {}, text), ...actions);

/** Replace what is in `place`, and leave the focus on what had it. */
export function draw(place, ...parts) {
  const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
  place.replaceChildren(...parts.flat().filter(Boolean));
  if (focused) byId(focused)?.focus({ preventScroll: true });
}

/** A picture of a product, or the drawing that stands for one. */
export function photo(id, sizes) {
  const place = el("span", { class: "photo" });
  if (!id) place.append(icon("picture"));
  else {
    const srcset = [160, 480].map((size) => `${addresses.picture(id, size)} ${size}w`).join(", ");
    place.append(el("img", { srcset, src: addresses.picture(id, 160, "jpg"), sizes, width: 160, height: 160, alt: "", decoding: "async", loading: "lazy" }));
  }
  return place;
}

/** Ask before something that cannot be undone, in a dialog; `parts` may hold a form's controls. The form, or null. */
export function asked(title, parts, label) {
  const { promise, resolve } = Promise.withResolvers?.() ?? later();
  const form = el("form", { method: "dialog", class: "form" }, ...[parts].flat());
  const no = el("button", { type: "button", class: "button quiet" }, t("own.no"));
  const yes = el("button", { type: "submit", class: "button" }, label);
  form.append(el("div", { class: "actions" }, no, yes));
  const dialog = el("dialog", { class: "dialog", "aria-label": title }, el("h2", {}, title), form);
  let given = null;
  no.addEventListener("click", () => dialog.close());
  form.addEventListener("submit", () => (given = form));
  dialog.addEventListener("close", () => {
    dialog.remove();
    resolve(given);
  });
  document.body.append(dialog);
  dialog.showModal();
  return promise;
}

function later() {
  const made = {};
  made.promise = new Promise((resolve) => (made.resolve = resolve));
  return made;
}
