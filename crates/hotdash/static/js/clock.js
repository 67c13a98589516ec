// Time left, countdown rings, and times in the reader's own zone.

import { onShown } from "./page.js";

let ahead = 0;

/** The server's time: this machine's clock may be wrong. */
function now() {
  return Date.now() + ahead;
}

const pad = (n) => String(n).padStart(2, "0");

function duration(ms) {
  const s = Math.floor(Math.abs(ms) / 1000);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${pad(Math.floor((s % 3600) / 60))}`;
  return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
}

function tick() {
  for (const element of document.querySelectorAll("[data-due]")) {
    const left = Number(element.dataset.due) - now();
    const text = left < 0 ? `overdue by ${duration(left)}` : `${duration(left)} left`;
    if (element.textContent !== text) element.textContent = text;
    if (left < 0) element.classList.replace("soon", "late") || element.classList.replace("fine", "late");
  }
  for (const ring of document.querySelectorAll("[data-leaves]")) countDown(ring);
}

function countDown(ring) {
  const left = Number(ring.dataset.leaves) - now();
  const whole = (ring.dataset.whole ??= String(Math.max(left, 1)));
  const share = Math.max(0, Math.min(1, left / Number(whole)));
  ring.querySelector(".rest").setAttribute("stroke-dashoffset", String(100 - 100 * share));
  const words = ring.parentElement.querySelector("[data-leaving]");
  if (words) words.textContent = words.textContent.replace(/\bin \d+ s/, `in ${Math.max(0, Math.ceil(left / 1000))} s`);
  if (left <= 0) {
    delete ring.dataset.leaves;
    document.dispatchEvent(new CustomEvent("hotdash:left"));
  }
}

/** Where the reader's zone differs from the desk's, show the reader's and name the desk's. */
export function localize() {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (here === document.body.dataset.zone) return;
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
  for (const element of document.querySelectorAll("time[data-at]:not([data-local])")) {
    const at = new Date(Number(element.dataset.at));
    element.dataset.local = "";
    element.title = `${element.title} · here ${at.toLocaleString("en-GB")}`;
    element.textContent = element.textContent.replace(/\d\d:\d\d/, clock.format(at));
  }
}

onShown(() => {
  ahead = Number(document.body.dataset.now) - Date.now();
  localize();
  tick();
});
setInterval(tick, 250);
