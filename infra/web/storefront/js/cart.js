// The cart: what is in it by shop, how much of it, what of it is bought now, and what that comes to.
import { basket } from "./basket.js";
import { changeList, namesOf, said } from "./changes.js";
import { money } from "./format.js";
import { optionText, quoteRows, shopLink, sums } from "./lines.js";
import { asked, button, draw, fill, nothing, photo, tell } from "./own.js";
import { addresses, byId, el, icon, t } from "./page.js";
import { explain } from "./refusals.js";

const PAUSE_MS = 350;
const STATES = { low: () => t("stock.low"), out: () => t("stock.out"), off_sale: () => t("cart.off_sale"), gone: () => t("cart.gone") };
const root = byId("cart");
let cart = null;
// Changes are made one after the other, in the order in which they were asked for.
let last = Promise.resolve();
// How many of a line somebody wants, from the press until the cart says so: drawing the cart does not take it back.
const wanted = new Map();

const all = () => cart.groups.flatMap(({ lines }) => lines);
const buyable = (line) => line.max_quantity > 0;
const path = (line) => `/lines/${encodeURIComponent(line.sku_id)}`;

/** Change the cart and draw it as it then is; what is refused is said, and the cart drawn as it was. */
function change(method, where, body, said = "", done = () => {}) {
  last = last.then(async () => {
    root.setAttribute("aria-busy", "true");
    try {
      const found = await basket(method, where, body);
      cart = method === "DELETE" && !where ? await basket() : found;
      if (said) tell(said);
    } catch (error) {
      tell(error.code === "NotEnoughStock" || error.code === "SoldOut" ? t("buy.sold_out") : explain(error));
      if (error.status === 404 || error.status === 409) cart = await basket().catch(() => cart);
    }
    root.removeAttribute("aria-busy");
    done();
    show();
  });
  return last;
}

// ── Lines ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function tick(id, checked, label, act, disabled = false) {
  const box = el("input", { type: "checkbox", id, checked, disabled, "aria-label": label });
  box.addEventListener("change", () => act(box.checked));
  return el("label", { class: "pick" }, box);
}

function stepper(line) {
  const shown = wanted.get(line.sku_id)?.quantity ?? line.quantity;
  const input = el("input", { type: "number", inputmode: "numeric", id: `n-${line.sku_id}`, min: 1, max: line.max_quantity, value: shown, "aria-label": t("cart.quantity_of", { name: line.name }) });
  const set = (given, at) => {
    clearTimeout(wanted.get(line.sku_id)?.timer);
    const quantity = Math.min(Math.max(1, Math.round(given) || 1), Math.max(1, line.max_quantity));
    input.value = quantity;
    wanted.set(line.sku_id, { quantity, timer: setTimeout(() => order(line, quantity), at) });
  };
  const step = (by, drawing, label, stop) => {
    const made = el("button", { type: "button", id: `n${by}-${line.sku_id}`, "aria-label": label, disabled: stop }, icon(drawing));
    made.addEventListener("click", () => set(input.valueAsNumber + by, PAUSE_MS));
    return made;
  };
  input.addEventListener("change", () => set(input.valueAsNumber, 0));
  return el("span", { class: "stepper" }, step(-1, "minus", t("cart.less_of", { name: line.name }), shown <= 1), input, step(1, "plus", t("cart.more_of", { name: line.name }), shown >= line.max_quantity));
}

/** Have as many of a line as somebody wants, once the cart is as it was asked to be before. */
async function order(line, quantity) {
  // Another number may be wanted meanwhile.
  const done = () => wanted.get(line.sku_id)?.quantity === quantity && wanted.delete(line.sku_id);
  await last;
  const now = all().find(({ sku_id }) => sku_id === line.sku_id)?.quantity ?? quantity;
  if (now === quantity) done();
  else change("PATCH", path(line), { quantity }, "", done);
}

function entry(line) {
  const about = el("div", { class: "line-about" }, el("a", { class: "line-name", href: addresses.product(line.product_id) }, line.name));
  if (line.options.length) about.append(el("p", { class: "muted line-options" }, optionText(line.options)));
  if (STATES[line.state]) about.append(el("p", { class: `line-state is-${line.state}` }, STATES[line.state]()));
  for (const one of line.changes) about.append(el("p", { class: "line-change" }, said(one)));
  const price = el("p", { class: "line-price" }, el("strong", {}, money(line.unit_price)));
  if (line.list_price) price.append(" ", el("s", { class: "muted" }, el("span", { class: "hush" }, t("price.before"), " "), money(line.list_price)));
  const remove = button([icon("bin"), el("span", {}, t("cart.remove"))], () => change("DELETE", path(line), undefined, t("cart.removed")), "link line-remove", { id: `x-${line.sku_id}`, "aria-label": t("cart.remove_of", { name: line.name }) });
  const save = line.saved
    ? button(t("cart.back"), () => change("PATCH", path(line), { saved: false }), "link", { id: `s-${line.sku_id}`, "aria-label": t("cart.back_of", { name: line.name }) })
    : button(t("cart.save"), () => change("PATCH", path(line), { saved: true }, t("cart.is_saved")), "link", { id: `s-${line.sku_id}`, "aria-label": t("cart.save_of", { name: line.name }) });
  const amount = line.saved || !buyable(line) ? "" : stepper(line);
  const pick = line.saved ? "" : tick(`p-${line.sku_id}`, line.selected && buyable(line), t("cart.select_of", { name: line.name }), (selected) => change("PATCH", path(line), { selected }), !buyable(line));
  return el("li", { class: `line cart-line${buyable(line) ? "" : " is-out"}` }, pick, el("span", { class: "line-photo" }, photo(line.picture_id, "6rem")), about, price, el("div", { class: "line-acts" }, amount, save, remove));
}

function group({ merchant, lines, note, payable, discount }) {
  const some = lines.filter(buyable);
  const pick = tick(`m-${merchant.id}`, some.length > 0 && some.every(({ selected }) => selected), t("cart.select_shop", { name: merchant.name }), (selected) => change("PUT", "/selection", { selected, merchant_id: merchant.id }), !some.length);
  const head = el("header", { class: "group-head" }, pick, icon("shop"), shopLink(merchant));
  const foot = el("p", { class: "group-foot muted" }, discount.amount ? t("cart.shop_off", { amount: money(discount) }) : "", " ", payable.amount ? t("cart.shop_total", { amount: money(payable) }) : "");
  return el("section", { class: "panel group", "aria-label": merchant.name }, head, el("ul", { class: "lines" }, ...lines.map(entry)), note ? el("p", { class: "muted" }, t("cart.note", { note })) : "", foot);
}

// ── What it comes to ─────────────────────────────────────────────────────────────────────────────────────────────────

function bar() {
  const picked = all().filter((line) => line.selected && buyable(line));
  const pieces = picked.reduce((sum, { quantity }) => sum + quantity, 0);
  const some = all().filter(buyable);
  const every = el("span", { class: "bar-all" }, tick("select-all", some.length > 0 && some.every(({ selected }) => selected), t("cart.select_all"), (selected) => change("PUT", "/selection", { selected }), !some.length), el("span", { "aria-hidden": "true" }, t("cart.all")));
  const go = el("a", { class: "button", id: "to-checkout", href: addresses.own("checkout"), "aria-disabled": picked.length ? null : "true" }, pieces ? t("cart.checkout_n", { n: pieces }) : t("cart.checkout"));
  go.addEventListener("click", async (event) => {
    // What cannot be bought any more is not taken along, or nothing could be ordered.
    const lost = all().filter((line) => line.selected && !buyable(line));
    if (picked.length && !lost.length) return;
    event.preventDefault();
    if (!picked.length) return tell(t("cart.select_first"));
    await change("PUT", "/selection", { selected: false, sku_ids: lost.map((line) => line.sku_id) });
    if (!all().some((line) => line.selected && !buyable(line))) location.assign(go.href);
  });
  return el("aside", { class: "panel summary", "aria-label": t("sum.title") }, el("h2", {}, t("sum.title")), sums(quoteRows(cart.quote)), el("div", { class: "bar" }, every, el("strong", { class: "bar-total" }, money(cart.quote.total)), go));
}

function show() {
  const { groups, saved, count, changes } = cart;
  byId("clear").hidden = !count;
  if (!groups.length && !saved.length) {
    draw(root, nothing("cart", t("cart.empty"), el("a", { class: "button", href: addresses.home }, t("own.look_around"))));
    return;
  }
  const main = el("div", { class: "cart-main" }, changes.length ? changeList(changes, namesOf(cart)) : "", ...groups.map(group));
  if (!groups.length) main.append(nothing("cart", t("cart.empty")));
  if (saved.length) main.append(el("section", { class: "panel group", "aria-labelledby": "saved" }, el("h2", { id: "saved" }, t("cart.saved", { n: saved.length })), el("ul", { class: "lines" }, ...saved.map(entry))));
  draw(root, el("div", { class: "buying" }, main, groups.length ? bar() : ""));
}

addEventListener("signed-out", () => change("GET", ""));
byId("clear").addEventListener("click", async () => {
  if (await asked(t("cart.clear"), el("p", {}, t("cart.clear_sure")), t("cart.clear"))) change("DELETE", "", undefined, t("cart.cleared"));
});
await fill(root, async () => {
  cart = await basket();
  show();
});
