// The SLA board while it is open. Figures follow; the order of what somebody may be reading waits to be asked for.

import { localize } from "./clock.js";
import { say } from "./page.js";

const MARKS = "#sla [data-clock], #sla [data-warning]";
const rows = (root) => [...root.querySelectorAll(MARKS)].map((row) => row.dataset.clock ?? row.dataset.warning).join("|");

/** Take over what a fresh page knows better. */
export function freshenBoard(fresh) {
  const [old, next] = [document.getElementById("sla-figures"), fresh.getElementById("sla-figures")];
  if (old && next) old.replaceWith(next);
  localize();
  const news = document.getElementById("sla-news");
  if (!news || !news.hidden || rows(document) === rows(fresh)) return;
  news.href = location.href;
  news.hidden = false;
  say("There is news about clocks");
}
