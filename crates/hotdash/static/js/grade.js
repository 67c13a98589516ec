// Three digits grade and approve. Nothing is graded beforehand.

import { onShown } from "./page.js";

const axes = () => [...document.querySelectorAll("#decision .axis")];
const chosen = (axis) => axis.querySelector("input:checked");

function mark() {
  const all = axes();
  const next = all.find((axis) => !chosen(axis));
  for (const axis of all) {
    axis.classList.toggle("next", axis === next);
    axis.querySelector("[data-word]").textContent = chosen(axis)?.dataset.word ?? "";
  }
}

/** One digit: the next axis. The third one sends, where no check stands against it. */
export function grade(digit) {
  const all = axes();
  if (!all.length) return false;
  let axis = all.find((axis) => !chosen(axis));
  if (!axis) {
    for (const each of all) chosen(each).checked = false;
    axis = all[0];
  }
  axis.querySelector(`input[value="${digit}"]`).checked = true;
  mark();
  if (axis === all.at(-1)) sendIfClear();
  return true;
}

export function takeBack() {
  const last = axes().findLast(chosen);
  if (!last) return;
  chosen(last).checked = false;
  mark();
}

function sendIfClear() {
  const form = document.getElementById("decision");
  const send = form.querySelector("[data-send]");
  if (form.hasAttribute("data-one-click") && send) form.requestSubmit(send);
  else document.querySelector('#decide [data-key="e"]')?.focus();
}

document.addEventListener("change", (event) => {
  if (event.target.closest?.(".axis")) mark();
});
onShown(mark);
