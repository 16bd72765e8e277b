// The banners: arrows for those who have a mouse. Fingers push them, and the arrow keys scroll them.
import { byId } from "./page.js";

const track = byId("banners");
const buttons = [...document.querySelectorAll("[data-turn]")];

function turn(step) {
  const width = track.firstElementChild.getBoundingClientRect().width;
  track.scrollBy({ left: step * width, behavior: "smooth" });
}

function update() {
  const end = track.scrollWidth - track.clientWidth;
  for (const button of buttons) {
    button.disabled = Number(button.dataset.turn) < 0 ? track.scrollLeft < 4 : track.scrollLeft > end - 4;
  }
}

for (const button of buttons) button.addEventListener("click", () => turn(Number(button.dataset.turn)));
track.addEventListener("scroll", update, { passive: true });
update();
