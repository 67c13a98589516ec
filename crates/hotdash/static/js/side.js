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

document.addEventListener("click", (event) => {
  const toggle = event.target.closest?.("[data-toggles=side]");
  if (toggle) {
    const open = root.classList.toggle("side-open");
    try {
      localStorage.setItem("side", open ? "open" : "closed");
    } catch {
      // It works without being remembered.
    }
    tell();
    if (open) document.getElementById("side")?.focus();
  }
  const claim = event.target.closest?.(".claim");
  if (claim && !matchMedia("(max-width: 719px)").matches) {
    event.preventDefault();
    if (matchMedia("(max-width: 1199px)").matches && !root.classList.contains("side-open")) {
      document.querySelector("[data-toggles=side]")?.click();
    }
    light(claim.dataset.evidence, true);
  }
});

function tell() {
  const open = String(root.classList.contains("side-open"));
  document.querySelector("[data-toggles=side]")?.setAttribute("aria-expanded", open);
}

onShown(tell);
