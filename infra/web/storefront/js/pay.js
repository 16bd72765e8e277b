// Paying: how much, until when, and by which way; the page follows what becomes of it.
import { money } from "./format.js";
import { until } from "./clock.js";
import { get } from "./api.js";
import { namedReason } from "./reasons.js";
import { sums } from "./lines.js";
import { asked, button, draw, fill, forPeople, nothing, tell } from "./own.js";
import { addresses, byId, el, icon, t } from "./page.js";
import { askAgain, named, read, tradeId } from "./payment.js";
import { everySecond, poll } from "./poll.js";
import { drawing } from "./qr.js";

import { own } from "./session.js";
import { countdown, moment } from "./times.js";

const CHANNEL = { alipay: () => t("pay.alipay"), wechatpay: () => t("pay.wechatpay"), stripe: () => t("pay.stripe"), sandbox: () => t("pay.sandbox") };
const HINT = { alipay: () => t("pay.alipay_hint"), wechatpay: () => t("pay.wechatpay_hint"), stripe: () => t("pay.stripe_hint"), sandbox: () => t("pay.sandbox_hint") };
const PLACING_MS = 1000;
const WAITING_MS = 5000;
const root = byId("pay");
let channels = null;
let shown = "";
let stopClock = () => {};
let polling = null;

const result = () => location.replace(addresses.own("result", named));

function placing() {
  draw(root, el("section", { class: "panel wait", role: "status" }, el("span", { class: "spinner", "aria-hidden": "true" }), el("h2", { class: "big" }, t("pay.placing")), el("p", { class: "muted" }, t("pay.placing_hint"))));
}

function cancelled(view) {
  stopClock();
  const ways = tradeId
    ? [el("a", { class: "button", href: addresses.own("cart") }, t("buy.to_cart")), el("a", { class: "button quiet", href: addresses.own("orders") }, t("orders.title"))]
    : [el("a", { class: "button", href: addresses.own("wallet") }, t("pay.to_wallet"))];
  draw(root, el("section", { class: "panel" }, nothing("warn", el("h2", { class: "big" }, t("pay.cancelled")), el("span", { class: "muted" }, namedReason(view.reason)), el("span", { class: "actions" }, ...ways))));
}

// ── Ways to pay ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** The page of who is paid, or a code where there is none: on a desk WeChat is on the phone beside it. */
const desk = matchMedia("(hover: hover) and (pointer: fine)").matches;
const methodOf = ({ channel, methods }) => (methods.includes("qr") && (!methods.includes("page") || (desk && channel === "wechatpay")) ? "qr" : methods[0]);

function ways() {
  return el("ul", { class: "choices", role: "radiogroup", "aria-label": t("pay.how") }, ...channels.map((channel, n) => {
    const box = el("input", { type: "radio", name: "channel", id: `by-${channel.channel}`, value: channel.channel, checked: n === 0 });
    return el("li", { role: "none" }, el("label", { class: `choice way way-${channel.channel}` }, box, el("span", { class: "way-mark", "aria-hidden": "true" }, (CHANNEL[channel.channel]?.() ?? channel.channel).slice(0, 1)), el("span", {}, el("strong", {}, CHANNEL[channel.channel]?.() ?? channel.channel), el("span", { class: "muted" }, HINT[channel.channel]?.() ?? ""))));
  }));
}

async function pay(view) {
  const wanted = root.querySelector("[name=channel]:checked")?.value;
  const channel = channels.find((one) => one.channel === wanted);
  if (!channel) return tell(t("pay.no_way"));
  try {
    const attempt = await own("POST", `/api/payments/${view.intent}/attempts`, {
      body: { channel: channel.channel, method: methodOf(channel), return_path: addresses.own("result", named) },
      headers: { "Idempotency-Key": crypto.randomUUID() },
    });
    go(view, attempt);
  } catch (error) {
    if (error.code === "AlreadyPaid") return result();
    if (error.code === "IntentClosed") return cancelled({ reason: error.details.reason });
    throw error;
  }
}

function go(view, { action, channel }) {
  if (action.kind !== "qr") {
    if (!/^https?:/.test(action.url ?? "")) return tell(t("refusal.other"));
    location.assign(action.url);
    return;
  }
  const code = drawing(action.url) ?? el("a", { class: "button", href: action.url }, CHANNEL[channel]?.() ?? channel);
  const done = button(t("pay.done"), async () => {
    await askAgain(view.intent);
    polling.soon();
  }, "button", { id: "paid-it" });
  const dialog = el("dialog", { class: "dialog scan-dialog", "aria-labelledby": "scan-title" }, el("h2", { id: "scan-title" }, t("pay.scan", { name: CHANNEL[channel]?.() ?? channel })), code, el("p", { class: "scan-amount" }, money(view.due)), el("div", { class: "actions" }, button(t("pay.other_way"), () => dialog.close(), "button quiet"), done));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  polling.soon();
}

// ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────────

async function postpone(view) {
  if (!(await asked(t("act.postpone_pay"), el("p", {}, t("pay.postpone_sure")), t("act.postpone")))) return;
  await own("POST", `/api/trades/${view.id}/postpone`);
  tell(t("act.postponed"));
  polling.soon();
}

async function cancel(view) {
  if (!(await asked(t("pay.cancel"), el("p", {}, t("pay.cancel_sure")), t("pay.cancel")))) return;
  await own("POST", `/api/trades/${view.id}/cancel`, { body: {} });
  polling.soon();
}

function waiting(view) {
  const state = JSON.stringify([view.due, view.deadline, view.actions]);
  if (state === shown) return;
  shown = state;
  const may = (name) => view.actions.some((action) => action.name === name && action.allowed);
  const clock = el("strong", { class: "countdown", role: "timer" });
  const other = [
    may("postpone_pay") ? button(t("act.postpone_pay"), () => postpone(view), "button quiet", { id: "postpone" }) : "",
    may("cancel") ? button(t("pay.cancel"), () => cancel(view), "button quiet", { id: "cancel" }) : "",
  ];
  const chosen = root.querySelector("[name=channel]:checked")?.value;
  draw(
    root,
    el("section", { class: "panel pay-head" }, el("h2", { class: "big" }, tradeId ? t("pay.title") : t("pay.top_up")), el("p", { class: "pay-due" }, money(view.due)), el("p", { class: "pay-time" }, icon("clock"), el("span", {}, t("pay.within")), clock, el("span", { class: "hush" }, t("pay.until", { when: moment(view.deadline) })))),
    el("section", { class: "panel", "aria-labelledby": "how" }, el("h2", { id: "how" }, t("pay.how")), channels.length ? ways() : el("p", { class: "notice warn" }, t("pay.no_channels")), button(t("pay.now", { amount: money(view.due) }), () => pay(view), "button pay-now", { id: "pay-now", disabled: !channels.length })),
    tradeId ? el("section", { class: "panel", "aria-labelledby": "what" }, el("h2", { id: "what" }, t("pay.what")), sums([...view.orders.map(({ merchant, payable }) => [merchant.name, payable]), view.wallet_amount?.amount ? [t("checkout.by_wallet"), view.wallet_amount, "less"] : null, [t("checkout.due"), view.due, "total"]]), el("p", {}, el("a", { class: "link", href: addresses.own("orders") }, t("pay.orders")))) : "",
    el("div", { class: "actions" }, ...other),
  );
  const box = chosen && byId(`by-${chosen}`);
  if (box) box.checked = true;
  stopClock();
  stopClock = everySecond(() => {
    const left = until(view.deadline);
    clock.textContent = countdown(left);
    clock.classList.toggle("is-late", left < 5 * 60_000);
    if (left > 0) return true;
    polling?.soon();
    return false;
  });
}

async function follow() {
  const view = await read();
  if (view.stage === "paid") {
    result();
    return 0;
  }
  if (view.stage === "cancelled") {
    cancelled(view);
    return 0;
  }
  if (view.stage === "placing" || !view.intent) {
    placing();
    return Math.max(view.seconds * 1000, PLACING_MS);
  }
  // What the wallet pays in full is confirmed without anybody's doing.
  if (!view.due.amount) {
    placing();
    return PLACING_MS;
  }
  channels ??= (await get("/api/payments/channels", { currency: view.due.currency })).items;
  waiting(view);
  return WAITING_MS;
}

if (forPeople()) {
  await fill(root, async () => {
    const wait = await follow();
    if (wait === 0) return;
    let first = true;
    polling = poll(() => (first ? ((first = false), wait) : follow()));
  });
}
