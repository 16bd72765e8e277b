// The checkout: where to, what, what is taken off, what the wallet pays, and the order itself, which is placed once.
import { openAddress } from "./address-form.js";
import { changeList, namesOf } from "./changes.js";
import { minorUnits, money } from "./format.js";
import { check, refuse } from "./forms.js";
import { keepHere, keptHere } from "./kept.js";
import { quoteRows, readLine, shopLink, sums } from "./lines.js";
import { button, draw, fill, forPeople, nothing } from "./own.js";
import { addresses, byId, el, icon, locale, t } from "./page.js";
import { own, sendOwn } from "./session.js";

const ATTEMPT = "order-attempt";
const now = new URLSearchParams(location.search).get("buy") === "now";
const form = byId("checkout");
const { elements } = form;
const part = (name) => byId(`checkout-${name}`);
let quote = null;
let wallet = null;
let book = [];
let address = null;

const lines = () => (now ? JSON.parse(keptHere("buy-now") ?? "[]") : null);

async function bringQuote() {
  const wanted = lines();
  if (wanted && !wanted.length) return null;
  return own("POST", "/api/quotes", { params: { locale }, body: wanted ? { lines: wanted } : {} });
}

// ── Where to ─────────────────────────────────────────────────────────────────────────────────────────────────────────

async function bringBook() {
  book = (await own("GET", "/api/users/me/addresses")).items;
  address = book.find(({ id }) => id === address?.id) ?? book[0] ?? null;
  showBook();
}

function showBook() {
  const choices = book.map((one) => {
    const box = el("input", { type: "radio", name: "address", id: `to-${one.id}`, value: one.id, checked: one.id === address?.id });
    box.addEventListener("change", () => (address = one));
    const label = el("label", { class: "choice" }, box, el("span", {}, el("strong", {}, `${one.recipient} ${one.phone}`), el("span", {}, one.written)));
    return el("li", {}, label, button(t("address.change"), () => write(one), "link", { id: `edit-${one.id}`, "aria-label": t("address.change_of", { name: one.recipient }) }));
  });
  const add = button([icon("plus"), t("address.add")], () => write(null), "button quiet", { id: "add-address" });
  draw(part("address"), el("ul", { class: "choices" }, ...choices), el("p", { class: "field-error", id: "no-address", hidden: true }, t("checkout.no_address")), add);
}

async function write(one) {
  const saved = await openAddress(one);
  if (saved) address = saved;
  if (saved) await bringBook();
}

// ── What ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

function showLines() {
  draw(
    part("lines"),
    quote.groups.map((group) => {
      const id = `note-${group.merchant.id}`;
      const before = elements.namedItem(id)?.value ?? group.note;
      const note = el("input", { id, name: id, maxlength: 200, value: before, placeholder: t("checkout.note_example"), "aria-describedby": `${id}-error` });
      return el(
        "section", { class: "group", "aria-label": group.merchant.name },
        el("header", { class: "group-head" }, icon("shop"), shopLink(group.merchant)),
        el("ul", { class: "lines" }, ...group.lines.map(readLine)),
        el("div", { class: "field note" }, el("label", { for: id }, t("checkout.note")), note, el("p", { class: "field-error", id: `${id}-error`, hidden: true })),
        el("p", { class: "group-foot" }, el("span", { class: "muted" }, t("checkout.freight"), " ", group.freight.amount ? money(group.freight) : t("sum.free")), el("strong", {}, money(group.payable))),
      );
    }),
  );
}

function showProblems(changes) {
  draw(part("problems"), changes.length ? [changeList(changes, namesOf(quote)), quote.can_order ? "" : el("p", {}, el("a", { class: "button quiet", href: addresses.own("cart") }, t("checkout.to_cart")))] : []);
}

// ── What the wallet pays ─────────────────────────────────────────────────────────────────────────────────────────────

const most = () => Math.min(wallet?.balance.amount ?? 0, quote.total.amount);
const unit = () => minorUnits(quote.currency);

function fromWallet() {
  if (!elements.use_wallet?.checked) return 0;
  return Math.min(most(), Math.max(0, Math.round(Number(elements.wallet_amount.value) * unit()) || 0));
}

function showWallet() {
  const place = part("wallet");
  if (!wallet || wallet.balance.currency !== quote.currency || !most()) return draw(place, el("p", { class: "muted" }, t("checkout.wallet_empty")));
  if (!wallet.password_set) return draw(place, el("p", { class: "muted" }, t("checkout.wallet_no_password", { amount: money(wallet.balance) }), " "), el("a", { class: "link", href: addresses.own("wallet") }, t("checkout.wallet_set")));
  if (elements.use_wallet) {
    elements.wallet_amount.max = most() / unit();
    if (fromWallet() > most()) elements.wallet_amount.value = most() / unit();
    return undefined;
  }
  const use = el("input", { type: "checkbox", role: "switch", name: "use_wallet", id: "use-wallet" });
  const amount = el("input", { type: "number", name: "wallet_amount", id: "wallet-amount", required: true, min: 1 / unit(), max: most() / unit(), step: 1 / unit(), inputmode: "decimal", value: most() / unit(), "aria-describedby": "wallet-amount-error", "data-problem": t("checkout.wallet_amount_problem") });
  const password = el("input", { type: "password", name: "payment_password", id: "payment-password", required: true, inputmode: "numeric", pattern: "\\d{6}", maxlength: 6, autocomplete: "off", "aria-describedby": "payment-password-error", "data-problem": t("wallet.password_problem") });
  const field = (control, label) => el("div", { class: "field" }, el("label", { for: control.id }, label), control, el("p", { class: "field-error", id: `${control.id}-error`, hidden: true }));
  const more = el("div", { class: "two", hidden: true }, field(amount, t("checkout.wallet_amount")), field(password, t("wallet.password")));
  use.addEventListener("change", () => {
    more.hidden = !use.checked;
    if (use.checked) password.focus();
    showSums();
  });
  amount.addEventListener("input", showSums);
  draw(place, el("label", { class: "toggle" }, el("span", {}, t("checkout.wallet_use"), el("small", { class: "muted" }, t("checkout.wallet_has", { amount: money(wallet.balance) }))), use), more);
}

function showSums() {
  const used = { amount: fromWallet(), currency: quote.currency };
  const rows = quoteRows(quote);
  const due = { amount: quote.total.amount - used.amount, currency: quote.currency };
  if (used.amount) rows.push([t("checkout.by_wallet"), used, "less"], [t("checkout.due"), due, "total"]);
  draw(part("sums"), sums(rows));
  byId("due").textContent = money(due);
  byId("place").disabled = !quote.can_order;
}

// ── The order ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** One key for one order, however often it is sent; another order is another key. */
async function keyOf(body) {
  const bytes = new TextEncoder().encode(JSON.stringify({ ...body, payment_password: undefined }));
  const print = [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const before = JSON.parse(keptHere(ATTEMPT) ?? "{}");
  if (before.print === print) return before.key;
  const key = crypto.randomUUID();
  keepHere(ATTEMPT, JSON.stringify({ print, key }));
  return key;
}

function order() {
  const notes = {};
  for (const { merchant } of quote.groups) {
    const note = elements.namedItem(`note-${merchant.id}`).value.trim();
    if (note) notes[merchant.id] = note;
  }
  const used = fromWallet();
  return {
    ...(now ? { source: "lines", lines: lines() } : { source: "cart", cart_version: quote.cart_version }),
    address_id: address.id,
    expected_total: quote.total,
    notes,
    ...(used ? { wallet_amount: { amount: used, currency: quote.currency }, payment_password: elements.payment_password.value } : {}),
    ...(elements.delivery_date.value ? { delivery_date: elements.delivery_date.value } : {}),
  };
}

async function place() {
  const body = order();
  try {
    const { data: trade } = await sendOwn("POST", "/api/orders", { params: { locale }, body, headers: { "Idempotency-Key": await keyOf(body) } });
    keepHere(ATTEMPT, null);
    if (now) keepHere("buy-now", null);
    location.replace(addresses.own("pay", { trade: trade.id }));
    // Nothing more is sent from a page that is being left.
    await new Promise(() => {});
  } catch (error) {
    if (error.code !== "CartChanged" && error.code !== "SoldOut") throw error;
    // The order that is placed after this is another one, at another price.
    await bring();
    showProblems(error.details.changes ?? (error.details.skus ?? []).map(({ sku_id, available }) => ({ sku_id, kind: "stock", now: available })));
    part("problems").scrollIntoView({ block: "center" });
    throw Object.assign(new Error(error.message), { status: 409, code: error.code, details: {} });
  }
}

const FIELDS = { PaymentPasswordWrong: "payment_password", PaymentPasswordMissing: "payment_password", WalletTooLow: "wallet_amount", DeliveryDate: "delivery_date" };

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (form.getAttribute("aria-busy") === "true" || !quote) return;
  const lost = byId("no-address");
  if (lost) lost.hidden = Boolean(address);
  if (!address) byId("add-address").focus();
  if (!check(form) || !address) return;
  form.querySelector(".form-error").hidden = true;
  form.setAttribute("aria-busy", "true");
  byId("place").disabled = true;
  try {
    await place();
  } catch (error) {
    refuse(form, error, FIELDS);
    byId("place").disabled = !quote?.can_order;
  } finally {
    form.removeAttribute("aria-busy");
  }
});

async function bring() {
  quote = await bringQuote();
  if (!quote?.groups.length) {
    quote = null;
    draw(byId("checkout-page"), nothing("cart", t("checkout.nothing"), el("a", { class: "button", href: addresses.own("cart") }, t("buy.to_cart"))));
    return;
  }
  showLines();
  showProblems(quote.problems);
  showWallet();
  showSums();
}

if (forPeople()) {
  const day = (ahead) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
  Object.assign(elements.delivery_date, { min: day(1), max: day(30) });
  const wait = byId("checkout-wait");
  await fill(wait, async () => {
    const [money] = await Promise.all([own("GET", "/api/wallet").catch(() => null), bringBook()]);
    wallet = money;
    await bring();
    wait.remove();
    form.hidden = false;
  });
}
