// The worker of the installed shop: pages that were visited, and a page that says so when there is no network.
// `BUILD` is written by infra/web/build.py: {version, shell: [addresses kept from the start]}.
const { version, shell } = BUILD;
const SHELL = `shell-${version}`;
// A page belongs with its assets, so pages go when those do.
const PAGES = `pages-${version}`;
const PICTURES = "pictures";
const MOST = { [PAGES]: 40, [PICTURES]: 150 };

self.addEventListener("install", (event) => {
  event.waitUntil(fill().then(() => self.skipWaiting()));
});

/** One file that is missing must not leave the others out. */
async function fill() {
  const cache = await caches.open(SHELL);
  await Promise.allSettled(shell.map((address) => cache.add(address)));
}

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => ![SHELL, PAGES, PICTURES].includes(name)).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  // Prices, stock and everything else of the API are never answered from memory.
  if (request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/api/") || url.pathname.startsWith("/docs/")) return;
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(kept(event, SHELL));
  else if (url.pathname.startsWith("/media/p/")) event.respondWith(kept(event, PICTURES));
});

/** A page from the network; without one, as it was last seen, or the page that says that there is no network. */
async function page(event) {
  const plain = new URL(event.request.url);
  plain.search = "";
  try {
    const answer = await fetch(event.request);
    if (answer.ok && !answer.redirected) event.waitUntil(keep(PAGES, plain.href, answer.clone()));
    return answer;
  } catch {
    const home = plain.pathname.startsWith("/en/") ? "/en/" : "/";
    return (await caches.match(plain.href)) ?? (await caches.match(`${home}offline.html`)) ?? Response.error();
  }
}

/** What never changes under its address. */
async function kept(event, name) {
  const found = await caches.match(event.request);
  if (found) return found;
  const answer = await fetch(event.request);
  if (answer.ok) event.waitUntil(keep(name, event.request, answer.clone()));
  return answer;
}

async function keep(name, key, answer) {
  const cache = await caches.open(name);
  await cache.delete(key);
  await cache.put(key, answer);
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - (MOST[name] ?? keys.length))).map((old) => cache.delete(old)));
}
