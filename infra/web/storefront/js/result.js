// What became of a payment, for who comes back from paying: asked until it is known.
import { money } from "./format.js";
import { basket } from "./basket.js";
import { namedReason } from "./reasons.js";
import { draw, fill, forPeople, nothing } from "./own.js";
import { addresses, byId, el, icon, t } from "./page.js";
import { askAgain, named, read, tradeId } from "./payment.js";
import { poll } from "./poll.js";

const FIRST_MS = 1500;
// After so many answers without news the way back to paying is offered.
const PATIENCE = 4;
const root = byId("result");
let asked = 0;
let shown = "";

const to = (page, values, label, kind = "button") => el("a", { class: kind, href: addresses.own(page, values) }, label);

function paid(view) {
  const ways = tradeId
    ? [view.orders.length === 1 ? to("order", { id: view.orders[0].id }, t("result.order")) : to("orders", {}, t("result.orders")), el("a", { class: "button quiet", href: addresses.home }, t("result.on"))]
    : [to("wallet", {}, t("pay.to_wallet"))];
  draw(root, el("section", { class: "panel done" }, el("span", { class: "done-mark" }, icon("check")), el("h2", { class: "big" }, t("result.paid")), el("p", { class: "pay-due" }, money(view.total)), el("p", { class: "muted" }, tradeId ? t("result.paid_hint") : t("result.top_up_hint")), el("div", { class: "actions" }, ...ways)));
  basket().catch(() => {});
}

function cancelled(view) {
  draw(root, el("section", { class: "panel" }, nothing("warn", el("h2", { class: "big" }, t("pay.cancelled")), el("span", { class: "muted" }, namedReason(view.reason)), el("span", { class: "actions" }, tradeId ? to("orders", {}, t("orders.title")) : to("wallet", {}, t("pay.to_wallet"))))));
}

function unknown() {
  const state = asked >= PATIENCE ? "long" : "short";
  if (state === shown) return;
  shown = state;
  draw(root, el("section", { class: "panel wait", role: "status" }, el("span", { class: "spinner", "aria-hidden": "true" }), el("h2", { class: "big" }, t("result.asking")), el("p", { class: "muted" }, t("result.asking_hint")), state === "long" ? el("div", { class: "actions" }, to("pay", named, t("result.back"), "button quiet")) : ""));
}

async function follow() {
  let view = await read();
  if (view.stage === "awaiting_payment" && view.intent) {
    await askAgain(view.intent);
    view = await read();
  }
  if (view.stage === "paid") paid(view);
  else if (view.stage === "cancelled") cancelled(view);
  else {
    asked++;
    unknown();
    return asked < PATIENCE ? FIRST_MS : undefined;
  }
  return 0;
}

if (forPeople()) {
  await fill(root, async () => {
    const wait = await follow();
    if (wait === 0) return;
    let first = true;
    poll(() => (first ? ((first = false), wait) : follow()), FIRST_MS);
  });
}
