// Moves between drafts without loading the frame again. Everything is an ordinary link or form: where this fails or
// scripts are off, the browser does the same thing by itself.

const work = () => document.getElementById("work");

/** Say something to those who listen instead of look. */
export function say(text) {
  const said = document.getElementById("said");
  if (said) said.textContent = text;
}

/** Where an answer is put. Whoever draws something of their own on the page asks to be told. */
const listeners = [];
export function onShown(listener) {
  listeners.push(listener);
  listener();
}

let latest = 0;

/** Fetch a page and put its content in place of this one's. */
export async function visit(url, options = {}) {
  const turn = ++latest;
  document.body.classList.add("busy");
  try {
    const answer = await fetch(url, {
      method: options.body ? "POST" : "GET",
      body: options.body,
      headers: { Accept: "text/html" },
      credentials: "same-origin",
    });
    const text = await answer.text();
    if (turn !== latest) return;
    const shown = new DOMParser().parseFromString(text, "text/html");
    const next = shown.getElementById("work");
    // Another frame (sign-in, an error page): let the browser show it whole.
    if (!next || !next.classList.contains("work") || !work()?.classList.contains("work")) {
      if (options.body && !answer.redirected) throw new Error(`answer ${answer.status}`);
      location.assign(answer.url);
      return;
    }
    show(shown, next, answer.url, options);
  } catch {
    if (turn === latest) failed(options);
  } finally {
    if (turn === latest) document.body.classList.remove("busy");
  }
}

function show(shown, next, url, { push = true, keepFocus = false }) {
  const listAt = document.getElementById("queue")?.scrollTop ?? 0;
  work().replaceWith(next);
  document.title = shown.title;
  document.body.dataset.now = shown.body.dataset.now;
  const waiting = shown.querySelector("[data-waiting]");
  const count = document.querySelector("[data-waiting]");
  if (waiting && count) count.textContent = waiting.textContent;
  else if (count && !waiting) count.remove();
  else if (waiting) document.querySelector(".rail .place")?.append(waiting);
  const trouble = shown.querySelector("[data-trouble]");
  if (trouble) document.querySelector("[data-trouble]")?.replaceWith(trouble);
  if (push) history.pushState(null, "", url);
  else history.replaceState(null, "", url);
  const list = document.getElementById("queue");
  if (list) list.scrollTop = listAt;
  list?.querySelector("[aria-current=true].item")?.scrollIntoView({ block: "nearest" });
  for (const listener of listeners) listener();
  if (keepFocus) return;
  const first = ["[autofocus]", ".problem", "#customer"].map((what) => next.querySelector(what)).find(Boolean);
  if (first?.matches(".problem")) first.tabIndex = -1;
  (first ?? next).focus({ preventScroll: true });
  restoreReading(next);
  const said = next.querySelector("#outcome .bar a");
  if (said) say(said.textContent);
}

/** The newest words and the draft are what a person came for: start where both are seen. */
function restoreReading(page) {
  const text = page.querySelector("#text");
  const target = page.querySelector(".problem") ?? page.querySelector(".thread > .msg, .letter");
  if (text && target) text.scrollTop = Math.max(0, target.offsetTop - text.offsetTop - 60);
}

function failed({ body }) {
  const page = document.querySelector("#text .col");
  if (!page) return;
  page.querySelector(".unreachable")?.remove();
  const box = document.createElement("div");
  box.className = "problem unreachable";
  box.setAttribute("role", "alert");
  box.textContent = body
    ? "hotdash could not be reached, so it is not known whether this was kept. Reload the page to see how it stands."
    : "hotdash cannot be reached. Try again in a moment.";
  page.prepend(box);
  box.scrollIntoView({ block: "nearest" });
  for (const button of document.querySelectorAll("button[disabled]")) button.disabled = false;
}

function isOurs(link) {
  return link.origin === location.origin && !link.target && /^\/drafts(\/|$)/.test(link.pathname);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (!isOurs(link) || link.hash || !work()?.classList.contains("work")) return;
  event.preventDefault();
  visit(link.href);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || !form.closest("#work.work")) return;
  const button = event.submitter;
  const data = new FormData(form, button ?? undefined);
  if (form.hasAttribute("data-with-grades")) addGrades(data);
  event.preventDefault();
  const target = new URL(button?.getAttribute("formaction") ?? form.getAttribute("action"), location.href);
  if (form.method !== "post") {
    target.search = new URLSearchParams(data).toString();
    visit(target);
    return;
  }
  if (button) button.disabled = true;
  visit(target, { body: new URLSearchParams(data) });
});

/** Grades already given say something about a rejected draft too. */
function addGrades(data) {
  const given = document.querySelectorAll(".axis input:checked");
  if (given.length === 3) for (const input of given) data.set(input.name, input.value);
}

addEventListener("popstate", () => visit(location.href, { push: false }));
