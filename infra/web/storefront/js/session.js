// Who is signed in. The refresh token is a cookie that no script can read; the access token is in memory only, and
// renewed when it is about to expire. All tabs share one session: one of them renews it at a time, and tells the rest.
import { ask, send } from "./api.js";
import { keep, kept } from "./kept.js";

const MARK = "signed-in";
// What else this browser keeps of who is signed in.
const OWN = [MARK, "cart-count", "favourites"];
const MARGIN_MS = 60_000;
const TRIES = 6;
let token = "";
let expires = 0;

const tabs = "BroadcastChannel" in globalThis ? new BroadcastChannel("session") : null;
tabs?.addEventListener("message", ({ data }) => {
  if (data.token) ({ token, expires } = data);
  else end();
});

/** Whether somebody is signed in here, as far as this browser knows; the mall is not asked. */
export const signedIn = () => Boolean(kept(MARK));

/** Whose session it is, "" for nobody's. */
export const userId = () => kept(MARK) ?? "";

/** Take the tokens of a sign-in, a registration or a renewal. */
export function take(tokens) {
  token = tokens.access_token;
  expires = Date.now() + tokens.expires_in * 1000;
  keep(MARK, tokens.user_id);
  tabs?.postMessage({ token, expires });
}

/** Nobody is signed in here any more. */
export function drop() {
  for (const key of OWN) keep(key, null);
  tabs?.postMessage({ over: true });
  end();
}

function end() {
  token = "";
  dispatchEvent(new Event("signed-out"));
}

const fresh = () => Boolean(token) && expires - Date.now() > MARGIN_MS;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const LOCK = "session";
// How long the news of what another tab got may take.
const NEWS_MS = 1000;
let renewing = null;

/** Renew the token, once for everything that this page asks meanwhile. */
const renewed = () => (renewing ??= alone().finally(() => (renewing = null)));

/** Renew the token unless another tab has just done so: one at a time, in all tabs. */
async function alone() {
  if (!navigator.locks) return renew();
  // How long a lock takes says nothing: on a slow device one that is free takes as long as one that is not.
  const first = await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (lock) await renew();
    return Boolean(lock);
  });
  if (first) return;
  await navigator.locks.request(LOCK, async () => {
    // Another tab was first: what it got is about to be told.
    const news = performance.now() + NEWS_MS;
    while (!fresh() && signedIn() && performance.now() < news) await pause(10);
    await renew();
  });
}

async function renew() {
  for (let tries = 1; !fresh(); tries++) {
    try {
      // An answer that came after the page is gone would leave the browser with a token that is used up.
      take(await ask("POST", "/api/sessions/refresh", { body: { cookie: true }, keepalive: true }));
    } catch (error) {
      // Another tab, or the page before this one, was first: its cookie is about to arrive.
      if (error.code === "RefreshedAlready" && tries < TRIES) await pause(150 * tries);
      else {
        if (error.status === 401) drop();
        throw error;
      }
    }
  }
}

/** Ask as the person who is signed in, like `send`. */
export async function sendOwn(method, path, options = {}) {
  if (!signedIn()) throw Object.assign(new Error("nobody is signed in"), { status: 401, code: "SignedOut", details: {} });
  for (let again = true; ; again = false) {
    if (!fresh()) await renewed();
    const used = token;
    try {
      // Past the browser's store, where a question waits for an earlier one of the same words.
      return await send(method, path, { ...options, cache: "no-store", headers: { ...options.headers, Authorization: `Bearer ${used}` } });
    } catch (error) {
      if (!(again && error.status === 401 && error.code === "Unauthenticated")) throw error;
      // Another tab may have told a better one meanwhile.
      if (token === used) token = "";
    }
  }
}

/** The JSON of an answer to the person who is signed in. */
export const own = async (method, path, options) => (await sendOwn(method, path, options)).data;

/** Sign out on this device. */
export async function signOut() {
  try {
    await own("DELETE", "/api/sessions/current");
  } catch (error) {
    // A session that is over already is what was wanted.
    if (error.status !== 401) throw error;
  }
  drop();
}
