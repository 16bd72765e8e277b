// A product card from what the API answers, in the markup of the page's own template.
import { addresses, byId, t } from "./page.js";
import { money } from "./format.js";

/** Show a range of prices, and what it was before, in the element of a price. */
export function showPrice(place, from, to, before) {
  place.querySelector(".price-now").textContent = money(from);
  place.querySelector(".price-from").hidden = to.amount <= from.amount;
  const list = place.querySelector(".price-list");
  list.hidden = !before || before.amount <= from.amount;
  if (!list.hidden) list.lastElementChild.textContent = money(before);
}

/** The `<li>` of a card. */
export function card(item) {
  const made = byId("card-template").content.firstElementChild.cloneNode(true);
  const link = made.querySelector(".card-name a");
  link.href = addresses.product(item.id);
  link.textContent = item.name;
  const picture = made.querySelector("img");
  if (item.picture_id) {
    picture.srcset = [160, 480, 1080].map((size) => `${addresses.picture(item.picture_id, size)} ${size}w`).join(", ");
    picture.src = addresses.picture(item.picture_id, 480, "jpg");
  } else {
    picture.hidden = true;
  }
  showBadge(made, item);
  showPrice(made, item.price.from, item.price.to, item.list_price);
  made.querySelector(".card-shop").textContent = item.merchant.name;
  const entry = document.createElement("li");
  entry.append(made);
  return entry;
}

function showBadge(made, item) {
  const out = item.stock_state === "out";
  made.classList.toggle("is-out", out);
  const badges = { out: () => t("stock.out"), hot: () => t("flag.hot"), new: () => t("flag.new") };
  const shown = out ? "out" : ["hot", "new"].find((flag) => item.flags.includes(flag));
  const badge = made.querySelector(".badge");
  if (!shown) return badge.remove();
  badge.classList.add(`badge-${shown}`);
  badge.textContent = badges[shown]();
}
