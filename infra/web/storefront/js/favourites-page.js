// What one marked as a favourite: products as cards, merchants by name.
import { get } from "./api.js";
import { setFavourite } from "./favourites.js";
import { goOn, page } from "./more.js";
import { button, forPeople, nothing, tell } from "./own.js";
import { addresses, byId, el, icon, locale, t } from "./page.js";
import { own } from "./session.js";
import { bring } from "./things.js";

const PAGE = 20;
const list = byId("things");
const kind = () => document.querySelector("[name=kind]:checked").value;

async function merchants(ids) {
  return Promise.all(
    ids.map(async (id) => {
      const shop = await get(`/api/merchants/${id}`, { locale }).catch((error) => (error.status === 404 ? null : Promise.reject(error)));
      if (!shop) return el("li", { class: "gone-card" }, el("p", {}, t("favourites.gone_shop")));
      return el("li", {}, el("a", { class: "sold-by", href: addresses.merchant(id) }, el("span", { class: "sign" }, el("span", { "aria-hidden": "true" }, shop.name.slice(0, 1))), el("strong", {}, shop.name)));
    }),
  );
}

function removable(entry, of, id) {
  const name = entry.querySelector("a")?.textContent || entry.textContent;
  const remove = async () => {
    await own("DELETE", `/api/users/me/favourites/${of}/${id}`);
    if (of === "product") setFavourite(id, false);
    entry.remove();
    tell(t("favourites.removed"));
    if (!list.children.length) show();
  };
  entry.append(button(icon("close"), remove, "icon-button take-out", { "aria-label": t("favourites.remove", { name }) }));
  return entry;
}

let shown = 0;

function show() {
  const wanted = kind();
  const turn = ++shown;
  list.replaceChildren();
  list.className = wanted === "product" ? "grid own-grid" : "tiles";
  return goOn(byId("rest"), async (after) => {
    const { items, next } = await own("GET", "/api/users/me/favourites", { params: { kind: wanted, ...page(PAGE, after) } });
    const ids = items.map(({ id }) => id);
    const entries = await (wanted === "product" ? bring(ids) : merchants(ids));
    if (turn !== shown) return null;
    if (wanted === "product") for (const id of ids) setFavourite(id, true);
    list.append(...entries.map((entry, n) => removable(entry, wanted, ids[n])));
    list.removeAttribute("aria-busy");
    if (!list.children.length) list.replaceChildren(el("li", { class: "all" }, nothing("heart", t("favourites.nothing"), el("a", { class: "button", href: addresses.home }, t("own.look_around")))));
    return next;
  });
}

if (forPeople()) {
  byId("kinds").addEventListener("change", show);
  await show();
}
