// The wallet: what is in it, putting money in, its history, and the payment password.
import { minorUnits, money } from "./format.js";
import { codeButton, onSubmit } from "./forms.js";
import { goOn, page } from "./more.js";
import { el, addresses, byId, t } from "./page.js";
import { fill, forPeople, nothing, tell } from "./own.js";
import { own } from "./session.js";
import { moment } from "./times.js";

const PAGE = 20;
const KIND = { top_up: () => t("entry.top_up"), payment: () => t("entry.payment"), payment_returned: () => t("entry.returned"), refund: () => t("entry.refund"), adjustment: () => t("entry.adjustment") };
const topUp = byId("top-up");
const password = byId("payment-password");
let wallet = null;

async function read() {
  wallet = await own("GET", "/api/wallet");
  byId("balance").textContent = money(wallet.balance);
  const held = byId("held");
  held.textContent = wallet.held.amount ? t("wallet.held", { amount: money(wallet.held) }) : "";
  byId("password-state").textContent = wallet.password_set ? t("wallet.has_password") : t("wallet.no_password");
  const me = await own("GET", "/api/users/me");
  password.dataset.identifier = me.email ?? me.phone;
  byId("w-by-password").hidden = !me.has_password;
  byId("w-by-code").hidden = me.has_password;
  byId("password-part").inert = false;
}

function entry({ kind, amount, balance, at }) {
  const more = amount.amount > 0;
  return el("li", {}, el("span", {}, el("strong", {}, KIND[kind]?.() ?? kind), el("small", { class: "muted" }, moment(at))), el("span", { class: "entry-amount" }, el("strong", { class: more ? "is-more" : "" }, `${more ? "+" : "−"}${money({ ...amount, amount: Math.abs(amount.amount) })}`), el("small", { class: "muted" }, t("entry.after", { amount: money(balance) }))));
}

function entries() {
  const list = byId("entries");
  return goOn(byId("rest"), async (after) => {
    const { items, next } = await own("GET", "/api/wallet/entries", { params: page(PAGE, after) });
    list.append(...items.map(entry));
    list.removeAttribute("aria-busy");
    if (!list.children.length) list.replaceChildren(el("li", {}, nothing("wallet", t("wallet.nothing"))));
    return next;
  });
}

if (forPeople()) {
  for (const quick of topUp.querySelectorAll("[data-amount]")) {
    quick.addEventListener("click", () => {
      topUp.elements.amount.value = quick.dataset.amount;
      topUp.elements.amount.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
  onSubmit(topUp, async ({ amount }) => {
    const currency = wallet?.balance.currency ?? "CNY";
    const body = { amount: { amount: Math.round(Number(amount) * minorUnits(currency)), currency } };
    const payment = await own("POST", "/api/wallet/top-ups", { body, headers: { "Idempotency-Key": crypto.randomUUID() } });
    location.assign(addresses.own("pay", { payment: payment.id }));
  }, { WalletLimitReached: "amount", AmountNotOffered: "amount" });
  codeButton(password);
  onSubmit(password, async ({ new_password, login_password, code }) => {
    const proof = code === undefined ? { login_password } : { code };
    await own("PUT", "/api/wallet/password", { body: { password: new_password, ...proof } });
    password.reset();
    byId("password-part").open = false;
    tell(t("wallet.password_saved"));
    await read();
  }, { WrongCredentials: "login_password", WrongCode: "code", WeakPaymentPassword: "new_password" });
  await Promise.all([fill(byId("held"), read), entries()]);
}
