// Tells the mall how many pictures of a page the browser had kept, which no server can see: of one visit in ten, as two
// numbers, once the reader leaves.
const PICTURES = "/media/";
const SHARE = 0.1;

/** How many pictures the page loaded, and how many of them came out of the browser's own store. */
export function counted(entries) {
  const shown = entries.filter((one) => new URL(one.name).pathname.startsWith(PICTURES) && one.decodedBodySize > 0);
  return { loads: shown.length, kept: shown.filter((one) => one.transferSize === 0).length };
}

let reporting = false;

/** Report once, when the page is left or hidden; `chosen` says whether this visit is one that does. */
export function report(chosen = Math.random() < SHARE) {
  if (reporting || !chosen || !navigator.sendBeacon) return;
  reporting = true;
  // The browser keeps 250 entries, which a long list of products exceeds.
  performance.setResourceTimingBufferSize(1000);
  const send = () => {
    if (document.visibilityState !== "hidden") return;
    document.removeEventListener("visibilitychange", send);
    const found = counted(performance.getEntriesByType("resource"));
    if (found.loads) navigator.sendBeacon("/api/pictures/loads", new Blob([JSON.stringify(found)], { type: "application/json" }));
  };
  document.addEventListener("visibilitychange", send);
}
