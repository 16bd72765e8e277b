// What orders look like in lists and on their own pages: how they stand, and what may be done with them.
import { basket } from "./basket.js";
import { asked, button, tell } from "./own.js";
import { addresses, el, locale, t } from "./page.js";
import { reasonText } from "./reasons.js";
import { own } from "./session.js";
import { moment } from "./times.js";

const STATUS = {
  pending_payment: () => t("status.pending_payment"), paid: () => t("status.paid"), cancelling: () => t("status.cancelling"), cancelled: () => t("status.cancelled"),
  partially_shipped: () => t("status.partially_shipped"), shipped: () => t("status.shipped"), completed: () => t("status.completed"), closed: () => t("status.closed"),
};
const TONE = { pending_payment: "red", cancelling: "amber", cancelled: "quiet", closed: "quiet" };
const REFUND = { refunding: () => t("refund.refunding"), partial: () => t("refund.partial"), refunded: () => t("refund.refunded"), failed: () => t("refund.failed") };

export const statusText = (status) => STATUS[status]?.() ?? status;

/** What becomes of an order's money where some of it goes back. */
export function refundMark(order) {
  const said = REFUND[order.refund_status];
  return said ? el("span", { class: "mark amber" }, said()) : "";
}

/** How an order stands. */
export const marks = (order) => el("span", { class: "marks" }, el("span", { class: `mark ${TONE[order.status] ?? ""}` }, statusText(order.status)), refundMark(order));

// ── What may be done ─────────────────────────────────────────────────────────────────────────────────────────────────

const day = (moment) => new Date(moment).toISOString().slice(0, 10);

function field(name, label, attributes = {}, hint = "") {
  return el("div", { class: "field" }, el("label", { for: `ask-${name}` }, label), el("input", { id: `ask-${name}`, name, ...attributes }), hint ? el("p", { class: "hint" }, hint) : "");
}

function choice(name, label, values) {
  return el("div", { class: "field" }, el("label", { for: `ask-${name}` }, label), el("select", { id: `ask-${name}`, name }, ...values.map(([text, value = text]) => el("option", { value }, text))));
}

const why = () => choice("reason", t("act.cancel_why"), [[t("act.why_mind")], [t("act.why_wrong")], [t("act.why_address")], [t("act.why_late")], [t("act.why_other")]]);
const post = (order, act, body = {}) => own("POST", `/api/orders/${order.id}/${act}`, { params: { locale }, body });

/** By name: what it is called, and what it does; it answers whether something changed. */
const ACTS = {
  cancel: {
    label: () => t("act.cancel"),
    quiet: true,
    do: async (order) => {
      const paid = order.pay_status === "paid";
      const form = await asked(t("act.cancel"), [el("p", {}, paid ? t("act.cancel_paid") : t("act.cancel_sure")), why()], t("act.cancel"));
      if (!form) return false;
      await post(order, "cancel", { reason: form.elements.reason.value });
      tell(paid ? t("act.cancel_asked") : t("act.cancelled"));
      return true;
    },
  },
  withdraw_cancel: {
    label: () => t("act.withdraw_cancel"),
    do: async (order) => {
      await post(order, "withdraw-cancel");
      return true;
    },
  },
  postpone_delivery: {
    label: () => t("act.postpone_delivery"),
    quiet: true,
    do: async (order) => {
      const dates = { type: "date", required: true, min: day(Date.now() + 86_400_000), max: day(Date.now() + 30 * 86_400_000), value: order.delivery_date };
      const form = await asked(t("act.postpone_delivery"), field("date", t("act.delivery_date"), dates, t("act.delivery_hint")), t("act.postpone"));
      if (!form) return false;
      await post(order, "postpone-delivery", { delivery_date: form.elements.date.value });
      tell(t("act.postponed"));
      return true;
    },
  },
  postpone_receipt: {
    label: () => t("act.postpone_receipt"),
    quiet: true,
    do: async (order) => {
      if (!(await asked(t("act.postpone_receipt"), el("p", {}, t("act.receipt_later")), t("act.postpone")))) return false;
      await post(order, "postpone-receipt");
      tell(t("act.postponed"));
      return true;
    },
  },
  confirm_receipt: {
    label: () => t("act.confirm_receipt"),
    do: async (order) => {
      if (!(await asked(t("act.confirm_receipt"), el("p", {}, t("act.receipt_sure")), t("act.confirm_receipt")))) return false;
      await post(order, "confirm-receipt");
      tell(t("act.received"));
      return true;
    },
  },
  request_invoice: {
    label: () => t("act.invoice"),
    quiet: true,
    do: async (order) => {
      const kind = choice("kind", t("act.invoice_kind"), [[t("act.invoice_personal"), "personal"], [t("act.invoice_company"), "company"]]);
      const tax = field("tax_number", t("act.invoice_tax"), { maxlength: 20, pattern: "[0-9A-Z]{15}|[0-9A-Z]{18}|[0-9A-Z]{20}", autocapitalize: "characters" }, t("act.invoice_tax_hint"));
      tax.hidden = true;
      kind.querySelector("select").addEventListener("change", ({ target }) => {
        tax.hidden = target.value !== "company";
        tax.querySelector("input").required = !tax.hidden;
      });
      const title = field("title", t("act.invoice_title"), { required: true, maxlength: 100, autocomplete: "organization" });
      const email = field("email", t("act.invoice_email"), { type: "email", maxlength: 254, autocomplete: "email" });
      const form = await asked(t("act.invoice"), [kind, title, tax, email], t("act.invoice"));
      if (!form) return false;
      const { elements } = form;
      const company = elements.kind.value === "company";
      await post(order, "invoice", { kind: elements.kind.value, title: elements.title.value.trim(), email: elements.email.value.trim(), ...(company ? { tax_number: elements.tax_number.value.trim() } : {}) });
      tell(t("act.invoice_asked"));
      return true;
    },
  },
  buy_again: {
    label: () => t("act.buy_again"),
    quiet: true,
    do: async (order) => {
      const { items } = await own("POST", `/api/orders/${order.id}/buy-again`, { body: {}, headers: { "Idempotency-Key": crypto.randomUUID() } });
      if (items.every(({ problem }) => problem)) {
        tell(t("act.nothing_again"));
        return false;
      }
      await basket();
      location.assign(addresses.own("cart"));
      return false;
    },
  },
  delete: {
    label: () => t("act.delete"),
    quiet: true,
    do: async (order) => {
      if (!(await asked(t("act.delete"), el("p", {}, t("act.delete_sure")), t("act.delete")))) return false;
      await own("DELETE", `/api/orders/${order.id}`);
      return true;
    },
  },
};
const PAY = "pending_payment";

// What lists offer; the rest is on the order's own page.
const IN_LISTS = ["cancel", "withdraw_cancel", "confirm_receipt", "buy_again"];

/** The buttons of what the mall allows now, and `more` can do. `changed(name)` is called after something was done. */
export function actions(order, changed, { short = false, more = {} } = {}) {
  const made = [];
  if (order.status === PAY) made.push(el("a", { class: "button", href: addresses.own("pay", { trade: order.trade_id }) }, t("act.pay")));
  for (const { name, allowed } of order.actions) {
    const act = ACTS[name] ?? more[name];
    if (!act || !allowed || (short && !IN_LISTS.includes(name))) continue;
    const press = async () => (await act.do(order)) && changed(name);
    made.push(button(act.label(), press, act.quiet ? "button quiet" : "button", { id: `${name}-${order.id}` }));
  }
  return el("div", { class: "actions order-acts" }, ...made);
}

/** What the mall does not allow now and people would look for, with why. */
export function notNow(order, more = {}) {
  const acts = { ...ACTS, ...more };
  const rows = order.actions.filter(({ name, allowed, reason }) => !allowed && ["cancel", "modify_address", "postpone_delivery", "postpone_receipt"].includes(name) && acts[name] && reasonText(reason));
  if (!rows.length) return "";
  return el("details", {}, el("summary", {}, t("order.not_now")), el("ul", { class: "reasons" }, ...rows.map(({ name, reason }) => el("li", {}, el("strong", {}, acts[name].label()), " ", reasonText(reason)))));
}

const DUE = { pay: (when) => t("due.pay", { when }), agree: (when) => t("due.agree", { when }), ship: (when) => t("due.ship", { when }), receipt: (when) => t("due.receipt", { when }), aftersale: (when) => t("due.aftersale", { when }) };

/** Until when something will have happened. */
export const dues = (order) => (order.deadlines ?? []).filter(({ kind }) => DUE[kind]).map(({ kind, due_at: at }) => el("p", { class: "due" }, DUE[kind](moment(at))));

