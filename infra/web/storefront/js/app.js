// On every page: the search box, how much is in the cart, the language link, and the worker that keeps pages for when
// there is no network.
import { start as count } from "./count.js";
import { report } from "./loads.js";
import { byId } from "./page.js";
import { start } from "./search-box.js";

start();
count();
report();

// Another language shows the same search, filters and variant.
for (const link of document.querySelectorAll("a[hreflang]")) {
  link.addEventListener("click", () => {
    link.href = link.href.split("?")[0] + location.search;
  });
}

// A category's link inside the menu may lead to the page that is open already.
byId("menu").addEventListener("click", (event) => {
  if (event.target.closest("a")) byId("menu").hidePopover();
});

// The site's policy wants it said which addresses scripts are taken from.
const worker = globalThis.trustedTypes?.createPolicy("worker", { createScriptURL: () => "/sw.js" }).createScriptURL("") ?? "/sw.js";
if ("serviceWorker" in navigator) {
  const register = () => navigator.serviceWorker.register(worker).catch(() => {});
  // What the page itself needs goes first; the event may have been before this script.
  if (document.readyState === "complete") register();
  else addEventListener("load", register);
}
