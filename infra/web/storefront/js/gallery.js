// The pictures of a product: pushed sideways, chosen by their thumbnails, enlarged on a press.
import { byId } from "./page.js";

const track = byId("gallery");
const thumbs = [...document.querySelectorAll("[data-show]")];

/** Bring a picture into view; one that is not among them changes nothing. */
export function showPicture(id) {
  const place = track.querySelector(`[data-picture="${CSS.escape(id)}"]`);
  if (place) track.scrollTo({ left: place.offsetLeft - track.offsetLeft });
}

const shown = () => track.children[Math.round(track.scrollLeft / Math.max(1, track.clientWidth))];

export function start() {
  for (const thumb of thumbs) thumb.addEventListener("click", () => showPicture(thumb.dataset.show));
  track.addEventListener(
    "scroll",
    () => {
      for (const thumb of thumbs) {
        if (thumb.dataset.show === shown()?.dataset.picture) thumb.setAttribute("aria-current", "true");
        else thumb.removeAttribute("aria-current");
      }
    },
    { passive: true },
  );

  const box = byId("lightbox");
  byId("zoom")?.addEventListener("click", () => {
    const picture = shown().querySelector("img[srcset]");
    const large = box.querySelector("img");
    large.srcset = picture.srcset;
    large.src = picture.src;
    large.alt = picture.alt;
    box.showModal();
  });
  box.addEventListener("click", () => box.close());
}
