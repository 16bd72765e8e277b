// Products by their ids, as cards; what is no longer on sale says so.
import { get } from "./api.js";
import { card } from "./card.js";
import { el, locale, t } from "./page.js";

const RANK = ["in_stock", "low"];

/** The card that a product's own page would show in a list. */
export function cardOf(product) {
  const { skus } = product.offer;
  const cheapest = skus.toSorted((one, other) => one.price.amount - other.price.amount)[0];
  return card({
    ...product,
    picture_id: product.pictures[0],
    flags: Object.keys(product.flags).filter((flag) => Date.parse(product.flags[flag]) > Date.now()),
    list_price: cheapest?.list_price ?? null,
    stock_state: RANK.find((state) => skus.some((sku) => sku.state === state)) ?? "out",
  });
}

/** One `<li>` for each id, in their order. */
export const bring = (ids) =>
  Promise.all(
    ids.map(async (id) => {
      try {
        return cardOf(await get(`/api/products/${id}`, { locale }));
      } catch (error) {
        if (error.status !== 404 && error.status !== 410) throw error;
        return el("li", { class: "gone-card" }, el("p", {}, t("favourites.gone")));
      }
    }),
  );
