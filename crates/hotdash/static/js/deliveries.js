// The deliveries page while it is open. Figures follow the desk; lists that somebody may be reading wait to be asked.

import { localize } from "./clock.js";
import { say } from "./page.js";

const ids = (root) => [...root.querySelectorAll("#deliveries [data-row]")].map((row) => row.dataset.row).join(" ");

/** Take over what a fresh page knows better. */
export function freshen(fresh) {
  for (const what of ["#figures", "#compared", "[data-trouble]"]) {
    const [old, next] = [document.querySelector(what), fresh.querySelector(what)];
    if (old && next && !old.contains(document.activeElement)) old.replaceWith(next);
  }
  localize();
  const news = document.getElementById("deliveries-news");
  if (!news || !news.hidden || ids(document) === ids(fresh)) return;
  news.href = location.href;
  news.hidden = false;
  say("There is news about deliveries");
}
