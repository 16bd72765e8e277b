// Lines of carts and orders, and what they come to, as people read them.
import { money } from "./format.js";
import { photo } from "./own.js";
import { addresses, el, t } from "./page.js";

const optionText = (options) => options.map(({ value }) => value).join(" · ");

/** A line that is only read: picture, name, options, price and quantity. */
export function readLine(line) {
  const about = el("div", { class: "line-about" }, el("a", { class: "line-name", href: addresses.product(line.product_id) }, line.name));
  if (line.options.length) about.append(el("p", { class: "muted line-options" }, optionText(line.options)));
  const price = el("p", { class: "line-price" }, money(line.unit_price), el("span", { class: "muted" }, ` × ${line.quantity}`));
  return el("li", { class: "line" }, el("span", { class: "line-photo" }, photo(line.picture_id, "5rem")), about, price);
}

/** Rows of amounts: `[label, amount, kind]`; a kind of "less" is taken off, "total" is what it comes to. */
export function sums(rows) {
  return el(
    "dl",
    { class: "sums" },
    ...rows.filter(Boolean).map(([label, amount, kind = ""]) => {
      const text = typeof amount === "string" ? amount : kind === "less" ? `−${money(amount)}` : money(amount);
      return el("div", { class: kind && `sum-${kind}` }, el("dt", {}, label), el("dd", {}, text));
    }),
  );
}

/** What a quote says of goods, discounts and freight. */
export function quoteRows({ goods, discounts, discount, freight, total }) {
  const off = discounts.length ? discounts.map(({ label, amount }) => [label || t("sum.discount"), amount, "less"]) : discount.amount ? [[t("sum.discount"), discount, "less"]] : [];
  return [[t("sum.goods"), goods], ...off, [t("sum.freight"), freight.amount ? freight : t("sum.free")], [t("sum.total"), total, "total"]];
}

/** The name of a shop, which leads there. */
export const shopLink = ({ id, name }) => el("a", { class: "shop-link", href: addresses.merchant(id) }, name);
export { optionText };
