// What one looked at lately, by day.
import { goOn, page } from "./more.js";
import { asked, button, forPeople, nothing, tell } from "./own.js";
import { addresses, byId, el, icon, t } from "./page.js";
import { own } from "./session.js";
import { bring } from "./things.js";
import { dateOf } from "./times.js";

const PAGE = 20;
const days = byId("days");
const clear = byId("clear");

function placeOf(day) {
  const last = days.lastElementChild;
  if (last?.dataset.day === day) return last.querySelector("ul");
  const list = el("ul", { class: "grid own-grid" });
  days.append(el("section", { "data-day": day }, el("h2", { class: "day" }, day), list));
  return list;
}

function empty() {
  clear.hidden = true;
  byId("rest").replaceChildren();
  days.replaceChildren(nothing("clock", t("history.nothing"), el("a", { class: "button", href: addresses.home }, t("own.look_around"))));
}

async function show(after) {
  const { items, next } = await own("GET", "/api/users/me/views", { params: page(PAGE, after) });
  const entries = await bring(items.map((item) => item.product_id));
  entries.forEach((entry, n) => {
    const remove = async () => {
      await own("DELETE", `/api/users/me/views/${items[n].product_id}`);
      const section = entry.closest("section");
      entry.remove();
      if (!section.querySelector("li")) section.remove();
      if (!days.children.length) empty();
    };
    entry.append(button(icon("close"), remove, "icon-button take-out", { "aria-label": t("history.remove", { name: entry.querySelector("a")?.textContent ?? "" }) }));
    placeOf(dateOf(items[n].at)).append(entry);
  });
  days.removeAttribute("aria-busy");
  clear.hidden = !days.children.length;
  if (!days.children.length) empty();
  return next;
}

if (forPeople()) {
  clear.addEventListener("click", async () => {
    if (!(await asked(t("history.clear"), el("p", {}, t("history.sure")), t("history.clear")))) return;
    await own("DELETE", "/api/users/me/views");
    empty();
    tell(t("history.cleared"));
  });
  await goOn(byId("rest"), show);
}
