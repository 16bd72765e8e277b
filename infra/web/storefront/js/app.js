// On every page: the search box, the language link, and the worker that keeps pages for when there is no network.
import { byId } from "./page.js";
import { start } from "./search-box.js";

start();

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
  addEventListener("load", () => navigator.serviceWorker.register(worker).catch(() => {}));
}
