// What is no longer as somebody saw it: one sentence a change.
import { money } from "./format.js";
import { el, icon, t } from "./page.js";

const SAID = {
  price: ({ before, now }) => t("change.price", { before: money(before), now: money(now) }),
  total: ({ before, now }) => t("change.total", { before: money(before), now: money(now) }),
  stock: ({ now }) => (now ? t("change.stock", { n: now }) : t("change.sold_out")),
  limit: ({ now }) => t("change.limit", { n: now }),
  on_sale: () => t("change.on_sale"),
  off_sale: () => t("change.off_sale"),
  merchant: () => t("change.merchant"),
  gone: () => t("change.gone"),
  promotion: ({ before }) => t("change.promotion", { name: before }),
  cart: () => t("change.cart"),
};

/** One sentence. */
export const said = (change) => SAID[change.kind]?.(change) ?? t("change.cart");

/** All of them; `names` has what each SKU is called. */
export function changeList(changes, names) {
  const entries = changes.map((change) => {
    const name = names.get(change.sku_id);
    return el("li", {}, name ? el("strong", {}, name) : "", name ? " " : "", said(change));
  });
  return el("div", { class: "notice warn changes", role: "status" }, icon("warn"), el("ul", {}, ...entries));
}

/** What the SKUs of a cart or quote are called. */
export const namesOf = ({ groups, saved = [] }) => new Map([...groups.flatMap(({ lines }) => lines), ...saved].map(({ sku_id, name }) => [sku_id, name]));
