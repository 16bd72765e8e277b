// One's orders: by status, with what may be done with each, kept up to date while the page is open.
import { money } from "./format.js";
import { optionText, shopLink } from "./lines.js";
import { page } from "./more.js";
import { actions, marks } from "./order-parts.js";
import { button, fill, forPeople, nothing, photo } from "./own.js";
import { addresses, byId, el, icon, locale, t } from "./page.js";
import { poll } from "./poll.js";
import { own } from "./session.js";
import { moment } from "./times.js";

const PAGE = 10;
const FRESH_MS = 20_000;
const list = byId("orders");
const rest = byId("rest");
const tabs = [...document.querySelectorAll("[data-status]")];
let status = new URLSearchParams(location.search).get("status") ?? "";
let watching = null;
let shown = 0;

// What people look for under one name may be two to the mall.
const OF = { shipped: ["partially_shipped", "shipped"], completed: ["completed", "closed"], cancelled: ["cancelling", "cancelled"] };

const ask = (after) => {
  const wanted = status ? (OF[status] ?? [status]).map((one) => ["status", one]) : [];
  return own("GET", "/api/orders", { params: [["locale", locale], ...Object.entries(page(PAGE, after)), ...wanted] });
};

function preview(lines) {
  if (lines.length > 1) return el("div", { class: "order-photos" }, ...lines.slice(0, 5).map((line) => el("span", { class: "line-photo" }, photo(line.picture_id, "4.5rem"))));
  const [line] = lines;
  const text = el("div", { class: "line-about" }, el("p", { class: "line-name" }, line.name), line.options.length ? el("p", { class: "muted line-options" }, optionText(line.options)) : "");
  return el("div", { class: "order-one" }, el("span", { class: "line-photo" }, photo(line.picture_id, "4.5rem")), text);
}

function card(order) {
  const pieces = order.lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const to = addresses.own("order", { id: order.id });
  return el(
    "li", { class: "panel order-card", id: `card-${order.id}`, "data-version": JSON.stringify([order.status, order.refund_status, order.actions]) },
    el("header", { class: "group-head" }, icon("shop"), shopLink(order.merchant), marks(order)),
    el("a", { class: "order-body", href: to, "aria-label": t("orders.open", { name: order.lines[0].name, when: moment(order.created_at) }) }, preview(order.lines), el("span", { class: "order-total" }, el("span", { class: "muted" }, pieces === 1 ? t("orders.piece") : t("orders.pieces", { n: pieces })), el("strong", {}, money(order.payable)))),
    el("footer", { class: "order-foot" }, el("span", { class: "muted" }, moment(order.created_at)), actions(order, () => show(), { short: true })),
  );
}

function offerMore(next) {
  const more = async () => {
    const found = await ask(next);
    list.append(...found.items.map(card));
    offerMore(found.next);
  };
  rest.replaceChildren(...(next ? [button(t("listing.more"), more, "button quiet more-button")] : []));
}

/** Take what changed of the newest orders into what is shown, without moving anything else. */
async function refresh() {
  const turn = shown;
  const { items } = await ask(null);
  if (turn !== shown) return 0;
  let gone = false;
  for (const order of items) {
    const fresh = card(order);
    const shown = byId(fresh.id);
    if (!shown) gone = true;
    else if (shown.dataset.version !== fresh.dataset.version && !shown.contains(document.activeElement)) shown.replaceWith(fresh);
  }
  if (gone) await show();
  return FRESH_MS;
}

function show() {
  watching?.stop();
  const turn = ++shown;
  for (const tab of tabs) {
    if (tab.dataset.status === status) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  return fill(list, async () => {
    const { items, next } = await ask(null);
    if (turn !== shown) return;
    list.replaceChildren(...(items.length ? items.map(card) : [el("li", {}, nothing("parcel", t("orders.none"), el("a", { class: "button", href: addresses.home }, t("own.look_around"))))]));
    offerMore(next);
    let first = true;
    watching = poll(() => (first ? ((first = false), FRESH_MS) : refresh()));
  });
}

if (forPeople()) {
  for (const tab of tabs) {
    tab.addEventListener("click", (event) => {
      event.preventDefault();
      ({ status } = tab.dataset);
      history.replaceState(null, "", status ? `?status=${status}` : location.pathname);
      list.replaceChildren();
      show();
    });
  }
  await show();
}
