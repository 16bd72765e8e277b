// Keeping a page up to date without reloading it: asked again after a while, sooner when somebody comes back to it.
const LONGEST_MS = 60_000;
const GROWTH = 1.5;

/**
 * Call `ask()` now and again. It answers after how many milliseconds to ask again: 0 ends it, nothing leaves it to us.
 * While the page is hidden nobody is asked. A failure is asked again later; `stop()` ends it.
 */
export function poll(ask, first = 2000) {
  let wait = first;
  let timer = 0;
  let over = false;
  let asking = false;
  let sooner = false;

  async function turn() {
    clearTimeout(timer);
    if (over || document.hidden) return;
    // One question at a time: what is asked for meanwhile comes right after it.
    sooner = asking;
    if (asking) return;
    asking = true;
    try {
      const after = await ask();
      if (after === 0) return stop();
      wait = after ?? Math.min(wait * GROWTH, LONGEST_MS);
    } catch (error) {
      if (error.status === 401 || error.status === 404) return stop();
      wait = Math.max(error.seconds * 1000 || 0, Math.min(wait * GROWTH, LONGEST_MS));
    }
    asking = false;
    if (!over) timer = setTimeout(turn, sooner ? 0 : wait);
  }

  const seen = () => {
    if (document.hidden) return;
    wait = first;
    turn();
  };
  function stop() {
    over = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", seen);
    removeEventListener("online", seen);
  }
  document.addEventListener("visibilitychange", seen);
  addEventListener("online", seen);
  turn();
  return { stop, soon: seen };
}

/** Draw a time that runs out, every second, until it is over. */
export function everySecond(draw) {
  const turn = () => {
    if (draw() === false) clearInterval(timer);
  };
  const timer = setInterval(turn, 1000);
  turn();
  return () => clearInterval(timer);
}
