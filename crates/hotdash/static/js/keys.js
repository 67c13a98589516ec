// Single keys. Each has a visible button (data-key); a key presses it. No key acts while a field has the focus.

import { grade, takeBack } from "./grade.js";
import { say, visit } from "./page.js";
import { toSide } from "./side.js";

const PREFIX_LASTS_MS = 1200;
let prefixAt = 0;

function isField(element) {
  return Boolean(element?.matches?.('textarea, select, [contenteditable], input:not([type="radio"], [type="checkbox"])'));
}

function isVisible(element) {
  return element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null;
}

function press(key) {
  const button = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(isVisible);
  if (!button) return false;
  if (button.matches("input, section")) button.focus();
  else button.click();
  return true;
}

/** The list stays in its order; the marked line moves, and its draft opens. */
function step(by) {
  const items = [...document.querySelectorAll("#items .item:not(.gone)")];
  if (!items.length) return;
  const at = items.findIndex((item) => item.getAttribute("aria-current") === "true");
  const next = items[at < 0 ? 0 : at + by];
  if (!next) {
    say(by > 0 ? "This is the last one." : "This is the first one.");
    return;
  }
  visit(next.href);
}

function escape() {
  const open = document.querySelector("details.sheet[open]");
  if (isField(document.activeElement)) document.activeElement.blur();
  else if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  } else {
    const out = document.querySelector("[data-escape]") ?? document.querySelector(".head .back");
    if (out && isVisible(out)) out.click();
    else document.getElementById("text")?.focus();
  }
}

function afterG(key) {
  if (key === "q") visit("/drafts");
  if (key === "d") visit("/dashboard");
  if (key === "l") visit("/rules");
  if (key === "r") visit("/reports");
  return true;
}

function act(event) {
  const { key } = event;
  if (key === "Escape") return escape();
  if (Date.now() - prefixAt < PREFIX_LASTS_MS) {
    prefixAt = 0;
    return afterG(key);
  }
  if (key === "g") return (prefixAt = Date.now());
  const sheet = document.querySelector("#reject[open]");
  if (/^[1-9]$/.test(key) && sheet) return sheet.querySelector(`[data-choice="${key}"]`)?.click();
  if (/^[1-5]$/.test(key)) return grade(key);
  if (key === "Backspace") return takeBack();
  if (key === "j" || key === "k") return step(key === "j" ? 1 : -1);
  if (key === "Enter") return openMarked(event);
  if (key === "v") return toSide("side");
  if (key === "h") return toSide("history");
  if (!press(key)) return;
  event.preventDefault();
}

/** Enter on a link or button is the browser's own; elsewhere it opens the marked draft (on a phone: from the list). */
function openMarked(event) {
  if (event.target.closest("a, button, summary, input")) return;
  document.querySelector('#items .item[aria-current="true"]')?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open]")) return;
  if (isField(event.target) && event.key !== "Escape") return;
  act(event);
});

/* A sheet and its neighbour are never open together; the first thing in an opened one gets the focus. */
document.addEventListener("toggle", (event) => {
  const sheet = event.target;
  if (!sheet.matches?.("details.sheet") || !sheet.open) return;
  for (const other of document.querySelectorAll("details.sheet[open]")) if (other !== sheet) other.open = false;
  sheet.querySelector("[data-choice], input[type=checkbox]")?.focus();
}, true);

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
});
