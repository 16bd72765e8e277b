// After somebody signed in: their cart is merged, and they go on where they were.
import { merge } from "./basket.js";
import { addresses } from "./page.js";
import { take } from "./session.js";

const next = new URLSearchParams(location.search).get("next");

/** Where to go on: an address of this site, or `otherwise`. */
export function onward(otherwise) {
  try {
    const wanted = new URL(next ?? "", location.origin);
    if (next && wanted.origin === location.origin && wanted.protocol === location.protocol) return wanted.href;
  } catch {
    // What is no address leads nowhere.
  }
  return otherwise;
}

/** Take the tokens, and go on. */
export async function enter(tokens, otherwise) {
  take(tokens);
  await merge();
  // Who got a one-time password may do nothing before they have one of their own.
  location.replace(tokens.must_change_password ? addresses.own("account/security") : onward(otherwise));
}

/** The ways between signing in and registering keep where somebody wanted to go. */
export function keepNext() {
  if (!next) return;
  for (const link of document.querySelectorAll("[data-keep-next]")) link.search = new URLSearchParams({ next });
}
