// Having an order sent to another address: one of the book, or one that is written now.
import { openAddress } from "./address-form.js";
import { asked, tell } from "./own.js";
import { el, icon, locale, t } from "./page.js";
import { own } from "./session.js";

const same = (one, other) => ["recipient", "phone", "written"].every((name) => one[name] === other?.[name]);

function choice(id, checked, ...about) {
  const box = el("input", { type: "radio", name: "address", id: `ask-${id || "new"}`, value: id, checked });
  return el("li", { role: "none" }, el("label", { class: "choice" }, box, el("span", {}, ...about)));
}

/** The addresses of the book, the order's present one chosen, and at the end a new one. */
function choices(book, present) {
  const chosen = book.find((one) => same(one, present)) ?? book[0];
  const known = book.map((one) => choice(one.id, one === chosen, el("strong", {}, `${one.recipient} ${one.phone}`), el("span", {}, one.written)));
  return el("ul", { class: "choices", role: "radiogroup", "aria-label": t("act.address_to") }, ...known, choice("", false, el("strong", {}, icon("plus"), " ", t("act.address_new"))));
}

/** Which address somebody wants; "" for none. */
async function wanted(order) {
  const { items } = await own("GET", "/api/users/me/addresses");
  const form = items.length ? await asked(t("act.address"), choices(items, order.address), t("act.address_send")) : null;
  if (items.length && !form) return "";
  return form?.elements.address.value || ((await openAddress())?.id ?? "");
}

/** What can be done with an order on its own page only. */
export const MORE = {
  modify_address: {
    label: () => t("act.address"),
    quiet: true,
    do: async (order) => {
      const id = await wanted(order);
      if (!id) return false;
      await own("PUT", `/api/orders/${order.id}/address`, { params: { locale }, body: { address_id: id } });
      tell(t("act.address_changed"));
      return true;
    },
  },
};
