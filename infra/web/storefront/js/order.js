// One order: how it stands and what happened, what may be done, where it goes, what it came to, and what goes back.
import { money } from "./format.js";
import { readLine, shopLink, sums } from "./lines.js";
import { MORE } from "./order-address.js";
import { actions, dues, notNow, refundMark, statusText } from "./order-parts.js";
import { button, draw, fill, forPeople, tell } from "./own.js";
import { addresses, byId, el, icon, locale, t } from "./page.js";
import { poll } from "./poll.js";
import { own } from "./session.js";
import { moment } from "./times.js";

const FRESH_MS = 15_000;
// Nothing changes any more, or rarely.
const CALM_MS = 60_000;
const id = new URLSearchParams(location.search).get("id") ?? "";
const root = byId("order");
const STEPS = ["placed", "paid", "shipped", "completed"];
const STEP = { placed: () => t("step.placed"), paid: () => t("step.paid"), shipped: () => t("step.shipped"), completed: () => t("step.completed") };
const AT = { placed: "created_at", paid: "paid_at", shipped: "shipped_at", completed: "completed_at" };
const REFUND = { requested: () => t("refund.step_requested"), refunding: () => t("refund.step_sent"), success: () => t("refund.step_done"), failed: () => t("refund.step_failed") };
const REFUND_STEPS = ["requested", "refunding", "success"];
let shown = "";
let begun = 0;
let newest = 0;

function progress(order) {
  if (["cancelled", "cancelling"].includes(order.status)) return "";
  const reached = STEPS.filter((step) => order[AT[step]]).length;
  return el("ol", { class: "steps" }, ...STEPS.map((step, n) => {
    const at = order[AT[step]];
    return el("li", { class: at ? "is-done" : "", "aria-current": n === reached - 1 ? "step" : null }, el("span", { class: "step-dot" }, at ? icon("check") : ""), el("span", {}, STEP[step]()), at ? el("small", { class: "muted" }, moment(at)) : "");
  }));
}

const EVENT = {
  place: () => t("event.place"), pay: () => t("event.pay"), cancel: () => t("event.cancel"), agree_cancel: () => t("event.agree_cancel"), refuse_cancel: () => t("event.refuse_cancel"), withdraw_cancel: () => t("event.withdraw_cancel"),
  finish_cancel: () => t("event.finish_cancel"), postpone_pay: () => t("event.postpone_pay"), modify_price: () => t("event.modify_price"), modify_address: () => t("event.modify_address"), postpone_ship: () => t("event.postpone_ship"),
  postpone_delivery: () => t("event.postpone_delivery"), ship: () => t("event.ship"), mark_overdue: () => t("event.overdue"), postpone_receipt: () => t("event.postpone_receipt"), confirm_receipt: () => t("event.confirm_receipt"),
  close: () => t("event.close"), note_refund: () => t("event.refund"), request_invoice: () => t("event.invoice"),
};

function timeline(events = []) {
  const known = events.filter(({ act }) => EVENT[act]).toReversed();
  if (!known.length) return "";
  return el("section", { class: "panel", "aria-labelledby": "timeline" }, el("h2", { id: "timeline" }, t("order.timeline")), el("ol", { class: "timeline" }, ...known.map(({ at, act, note }) => el("li", {}, el("time", { class: "muted", datetime: at }, moment(at)), el("span", {}, EVENT[act]()), note ? el("span", { class: "muted" }, note) : ""))));
}

function refundPart(refunds) {
  if (!refunds.length) return "";
  return el("section", { class: "panel", "aria-labelledby": "refunds" }, el("h2", { id: "refunds" }, t("refund.title")), ...refunds.map((refund) => {
    const reached = refund.state === "failed" ? 1 : REFUND_STEPS.indexOf(refund.state);
    const steps = REFUND_STEPS.map((step, n) => {
      const name = n === 1 && refund.state === "failed" ? "failed" : step;
      return el("li", { class: n <= reached ? (name === "failed" ? "is-late" : "is-done") : "", "aria-current": n === reached ? "step" : null }, el("span", { class: "step-dot" }, n <= reached && name !== "failed" ? icon("check") : ""), el("span", {}, REFUND[name]()));
    });
    return el("div", { class: "refund" }, el("p", {}, el("strong", {}, money(refund.amount)), " ", el("span", { class: "muted" }, moment(refund.created_at))), el("ol", { class: "steps" }, ...steps));
  }));
}

function copyId(order) {
  return button(t("order.copy"), async () => {
    await navigator.clipboard.writeText(order.id);
    tell(t("order.copied"));
  }, "link", { "aria-label": t("order.copy_of", { id: order.id }) });
}

function show(order, refunds) {
  const state = JSON.stringify([order, refunds]);
  if (state === shown) return;
  shown = state;
  document.title = `${statusText(order.status)} · ${t("site.name")}`;
  const { address } = order;
  draw(
    root,
    el("header", { class: "panel order-head" }, el("div", { class: "own-head" }, el("h2", { class: "big" }, statusText(order.status)), refundMark(order)), ...dues(order), progress(order), actions(order, (name) => (name === "delete" ? location.replace(addresses.own("orders")) : bring()), { more: MORE }), notNow(order, MORE)),
    refundPart(refunds),
    address ? el("section", { class: "panel", "aria-labelledby": "to" }, el("h2", { id: "to" }, t("order.to")), el("p", {}, el("strong", {}, address.recipient), " ", el("span", { class: "muted" }, address.phone)), el("p", {}, address.written), order.delivery_date ? el("p", { class: "muted" }, t("order.not_before", { date: order.delivery_date })) : "") : "",
    el("section", { class: "panel group", "aria-label": order.merchant.name }, el("header", { class: "group-head" }, icon("shop"), shopLink(order.merchant)), el("ul", { class: "lines" }, ...order.lines.map(readLine)), order.note ? el("p", { class: "muted" }, t("cart.note", { note: order.note })) : "", sums([[t("sum.goods"), order.goods], order.discount.amount ? [t("sum.discount"), order.discount, "less"] : null, [t("sum.freight"), order.freight.amount ? order.freight : t("sum.free")], [t("sum.total"), order.payable, "total"]])),
    el("section", { class: "panel", "aria-labelledby": "about-order" }, el("h2", { id: "about-order" }, t("order.about")), el("dl", { class: "facts-list" }, el("div", {}, el("dt", {}, t("order.number")), el("dd", {}, order.id, " ", copyId(order))), el("div", {}, el("dt", {}, t("step.placed")), el("dd", {}, moment(order.created_at))), order.paid_at ? el("div", {}, el("dt", {}, t("step.paid")), el("dd", {}, moment(order.paid_at))) : "")),
    timeline(order.events),
  );
}

async function bring() {
  const turn = ++begun;
  const order = await own("GET", `/api/orders/${encodeURIComponent(id)}`, { params: { locale } });
  const refunds = order.refund_status === "none" ? [] : (await own("GET", `/api/orders/${order.id}/refunds`)).items;
  // An answer that was overtaken by a later one is old.
  if (turn > newest) show(order, refunds);
  newest = Math.max(turn, newest);
  return ["completed", "closed", "cancelled"].includes(order.status) && !refunds.some(({ state }) => state !== "success") ? CALM_MS : FRESH_MS;
}

if (forPeople()) {
  await fill(root, async () => {
    const wait = await bring();
    let first = true;
    poll(() => (first ? ((first = false), wait) : bring()));
  });
}
