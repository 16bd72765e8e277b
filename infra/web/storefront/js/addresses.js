// The address book.
import { openAddress } from "./address-form.js";
import { asked, button, draw, fill, forPeople, nothing, tell } from "./own.js";
import { byId, el, t } from "./page.js";
import { explain } from "./refusals.js";
import { own } from "./session.js";

const list = byId("addresses");

async function show() {
  const { items } = await own("GET", "/api/users/me/addresses");
  draw(list, items.length ? items.map(tile) : el("li", { class: "all" }, nothing("pin", t("address.none"))));
}

function tile(address) {
  const head = el("p", { class: "tile-head" }, el("strong", {}, address.recipient), el("span", { class: "muted" }, address.phone));
  if (address.default) head.append(el("span", { class: "mark" }, t("address.is_default")));
  if (address.label) head.append(el("span", { class: "mark quiet" }, address.label));
  const change = button(t("address.change"), () => edit(address), "button quiet", { id: `change-${address.id}`, "aria-label": t("address.change_of", { name: address.recipient }) });
  const remove = button(t("address.remove"), () => takeOut(address), "button quiet", { "aria-label": t("address.remove_of", { name: address.recipient }) });
  return el("li", { class: "panel tile" }, head, el("p", {}, address.written), el("div", { class: "actions" }, change, remove));
}

async function edit(address) {
  if (!(await openAddress(address))) return;
  tell(t("form.saved"));
  await show();
}

async function takeOut(address) {
  if (!(await asked(t("address.remove"), el("p", {}, t("address.sure", { name: address.recipient, place: address.written })), t("address.remove")))) return;
  await own("DELETE", `/api/users/me/addresses/${address.id}`);
  tell(t("address.removed"));
  await show();
}

if (forPeople()) {
  byId("add").addEventListener("click", () => edit(null).catch((error) => tell(explain(error))));
  byId("add").inert = false;
  await fill(list, show);
}
