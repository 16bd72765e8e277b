// Lists that go on: a button brings the next page, by the cursor of the one before.
import { fill, button } from "./own.js";
import { t } from "./page.js";

/** `bring(after)` shows a page and returns the cursor of the next; the button that asks for it is put into `place`. */
export function goOn(place, bring) {
  const step = async (after) => {
    const next = await bring(after);
    place.replaceChildren(...(next ? [button(t("listing.more"), () => step(next), "button quiet more-button")] : []));
  };
  return fill(place, () => step(null));
}

/** The parameters of a page of a list. */
export const page = (limit, after) => (after ? { limit, after } : { limit });
