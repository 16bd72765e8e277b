// The cart of whoever is here: one's own, or that of the guest token which this browser keeps.
import { ask } from "./api.js";
import { showCount } from "./count.js";
import { keep, kept } from "./kept.js";
import { locale } from "./page.js";
import { own, signedIn } from "./session.js";

const GUEST = "cart-token";
// An empty cart says nothing in any language.
const paramsOf = (method, path) => (method === "DELETE" && !path ? {} : { locale });
const EMPTY = { count: 0, groups: [], saved: [], changes: [], quote: null };

/** Ask for the cart, or change it; `path` is what comes after /api/cart. The cart as it then is. */
export async function basket(method = "GET", path = "", body = undefined) {
  if (!signedIn()) return asGuest(method, path, body);
  try {
    return shown((await own(method, `/api/cart${path}`, { params: paramsOf(method, path), body })) ?? EMPTY);
  } catch (error) {
    // The session ended: what is put in now is kept for the guest, and merged at the next sign-in.
    if (error.status === 401 && !signedIn()) return asGuest(method, path, body);
    throw error;
  }
}

async function asGuest(method, path, body) {
  const token = kept(GUEST);
  // Who never put anything in has an empty cart, and nobody needs to be asked.
  if (!token && method === "GET") return shown(EMPTY);
  let found;
  try {
    found = await ask(method, `/api/cart${path}`, { params: paramsOf(method, path), body, headers: token ? { "Cart-Token": token } : {} });
  } catch (error) {
    if (error.code !== "CartTokenRefused" || !token) throw error;
    // A token that leads to no cart (any more): the guest begins anew.
    keep(GUEST, null);
    return asGuest(method, path, body);
  }
  if (found?.guest_token) keep(GUEST, found.guest_token);
  return shown(found ?? EMPTY);
}

function shown(cart) {
  showCount(cart.count);
  return cart;
}

/** After a sign-in: what the guest had put in is the person's own now. */
export async function merge() {
  const token = kept(GUEST);
  if (!token) return basket().catch(() => null);
  try {
    const cart = await own("POST", "/api/cart/merge", { params: { locale }, body: { guest_token: token } });
    keep(GUEST, null);
    return shown(cart);
  } catch (error) {
    // A token that the mall refuses will never be taken; anything else is tried at the next sign-in.
    if (error.status >= 400 && error.status < 500 && error.status !== 429) keep(GUEST, null);
    return null;
  }
}
