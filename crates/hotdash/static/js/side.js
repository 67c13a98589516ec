// Evidence: a claim and its passage light up together; on a laptop the side is a drawer that stays as it was left.

import { onShown } from "./page.js";

const root = document.documentElement;

function light(number, on) {
  for (const element of document.querySelectorAll(`[data-evidence="${number}"]`)) element.classList.toggle("on", on);
  const card = document.getElementById(`evidence-${number}`);
  card?.classList.toggle("on", on);
  if (on && card) showWithin(card);
}

/** Scroll the side alone: scrollIntoView would move what is being read. */
function showWithin(card) {
  const side = card.closest(".side");
  if (!side || side.scrollHeight <= side.clientHeight) return;
  const [inner, outer] = [card.getBoundingClientRect(), side.getBoundingClientRect()];
  if (inner.top < outer.top) side.scrollTop -= outer.top - inner.top + 16;
  else if (inner.bottom > outer.bottom) side.scrollTop += inner.bottom - outer.bottom + 16;
}

for (const [kind, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
  document.addEventListener(kind, (event) => {
    const claim = event.target.closest?.(".claim");
    if (claim) light(claim.dataset.evidence, on);
  });
}

const isDrawer = () => matchMedia("(min-width: 720px) and (max-width: 1199px)").matches;

function setOpen(open) {
  root.classList.toggle("side-open", open);
  try {
    localStorage.setItem("side", open ? "open" : "closed");
  } catch {
    // It works without being remembered.
  }
  tell();
}

/** Keys `v` and `h`: to the side, or back from it. */
export function toSide(id) {
  const side = document.getElementById("side");
  if (!side) return;
  if (side.contains(document.activeElement) && document.activeElement.id === id) {
    if (isDrawer()) setOpen(false);
    document.getElementById("text").focus();
    return;
  }
  if (isDrawer()) setOpen(true);
  document.getElementById(id)?.focus();
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-toggles=side]")) {
    setOpen(!root.classList.contains("side-open"));
    if (root.classList.contains("side-open")) document.getElementById("side")?.focus();
  }
  const claim = event.target.closest?.(".claim");
  if (claim && !matchMedia("(max-width: 719px)").matches) {
    event.preventDefault();
    if (isDrawer()) setOpen(true);
    light(claim.dataset.evidence, true);
  }
});

function tell() {
  const open = String(root.classList.contains("side-open"));
  document.querySelector("[data-toggles=side]")?.setAttribute("aria-expanded", open);
}

onShown(tell);
