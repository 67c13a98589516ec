// News from the server. Nothing that is being read moves: new drafts announce themselves and wait, a draft that was
// decided elsewhere says so where its buttons were.

import { freshen } from "./deliveries.js";
import { onShown, say } from "./page.js";
import { freshenBoard } from "./sla.js";

const SETTLE_MS = 300;
const pending = new Set();
let timer = 0;

function later(what) {
  pending.add(what);
  clearTimeout(timer);
  timer = setTimeout(refresh, SETTLE_MS);
}

async function refresh() {
  const wanted = new Set(pending);
  pending.clear();
  if (wanted.has("queue")) await announce();
  if (wanted.has("page")) await settle();
}

/** Many deliveries come at once: look once in a while, however many there were. */
const CALM_MS = 2000;
let calm = 0;

function inCalm() {
  calm ||= setTimeout(async () => {
    calm = 0;
    const fresh = await load(location.href).catch(() => null);
    if (!fresh) return;
    freshen(fresh);
    freshenBoard(fresh);
  }, CALM_MS);
}

async function load(url) {
  const answer = await fetch(url, { headers: { Accept: "text/html" }, credentials: "same-origin" });
  if (!answer.ok || answer.redirected) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

let waitingList = null;

/** Compare the list with the server's; say how many are new, mark what is gone, move nothing. */
async function announce() {
  const list = document.getElementById("items");
  if (!list) return;
  const fresh = await load(`/queue${location.search}`).catch(() => null);
  if (!fresh) return;
  const ids = (root) => new Set([...root.querySelectorAll(".item")].map((item) => item.dataset.draft));
  const [here, there] = [ids(document), ids(fresh)];
  for (const item of list.querySelectorAll(".item")) item.classList.toggle("gone", !there.has(item.dataset.draft));
  const count = fresh.querySelector("[data-count]");
  document.querySelector("#queue [data-count]")?.replaceWith(count);
  const total = document.querySelector("[data-waiting]");
  if (total) total.textContent = String(parseInt(count.textContent, 10));
  waitingList = fresh;
  const added = [...there].filter((id) => !here.has(id)).length;
  const nobodyReads = !document.querySelector("#draft");
  if (added && nobodyReads) return location.assign(location.href);
  const news = document.getElementById("news");
  if (!added) return void (news.hidden = true);
  news.textContent = `${added} new`;
  if (news.hidden) say(`${added} new in the queue`);
  news.hidden = false;
}

document.addEventListener("click", (event) => {
  if (event.target.id !== "news" || !waitingList) return;
  const current = document.querySelector(".item[aria-current=true]")?.dataset.draft;
  document.getElementById("items").replaceWith(waitingList.getElementById("items"));
  document.querySelector(".queue .none")?.remove();
  const item = current && document.querySelector(`.item[data-draft="${CSS.escape(current)}"]`);
  item?.setAttribute("aria-current", "true");
  event.target.hidden = true;
  document.querySelector("#items .item")?.focus();
});

/** The draft on the page, or the one decided before it, moved on: change the foot and the slim bar only. */
async function settle() {
  const draft = document.getElementById("draft");
  const url = new URL(location.href);
  if (draft && url.pathname === "/drafts") url.pathname = `/drafts/${draft.dataset.draft}`;
  const fresh = await load(url).catch(() => null);
  if (!fresh) return;
  swapOutcome(fresh);
  const next = fresh.getElementById("draft");
  if (!draft || !next || next.dataset.draft !== draft.dataset.draft || next.dataset.state === draft.dataset.state) return;
  const wasWriting = draft.dataset.state === "being written";
  draft.dataset.state = next.dataset.state;
  document.getElementById("decide").replaceWith(fresh.getElementById("decide"));
  document.getElementById("side")?.replaceWith(fresh.getElementById("side"));
  if (wasWriting) document.querySelector(".letter").replaceWith(fresh.querySelector(".letter"));
  document.querySelector(".letter > header .version")?.replaceWith(fresh.querySelector(".letter > header .version"));
  say(document.querySelector("#decide .standing p")?.textContent ?? "");
}

/** The bar may come or go; the text below it stays where the eye is. */
function swapOutcome(fresh) {
  const [old, next] = [document.getElementById("outcome"), fresh.getElementById("outcome")];
  if (!old || !next || old.textContent.replace(/\d+/g, "") === next.textContent.replace(/\d+/g, "")) return;
  const text = document.getElementById("text");
  const before = old.offsetHeight;
  old.replaceWith(next);
  if (text) text.scrollTop += next.offsetHeight - before;
}

document.addEventListener("hotdash:left", () => later("page"));

const LOST_AFTER_MS = 4000;
let source = null;
let wasOpen = false;
let lost = 0;
let staleSince = "";

/** A list that is not live any more says so, and since when. */
function showStale() {
  const place = document.querySelector("[data-stale]");
  if (place) place.textContent = staleSince && `as of ${staleSince}, offline`;
}

function lose() {
  if (source?.readyState === EventSource.CLOSED) {
    // The browser gives up after an answer it does not like, e.g. of a proxy while hotdash restarts. We do not.
    source = null;
    setTimeout(connect, LOST_AFTER_MS);
  }
  if (lost || staleSince) return;
  const since = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  lost = setTimeout(() => {
    staleSince = since;
    showStale();
    say(`hotdash cannot be reached since ${since}.`);
  }, LOST_AFTER_MS);
}

function regain() {
  clearTimeout(lost);
  lost = 0;
  staleSince = "";
  showStale();
}

// A browser allows few connections to one host. Tabs that nobody looks at, and pages left behind, give theirs back.
function connect() {
  const address = document.body.dataset.live;
  if (source || !address || document.hidden) return;
  source = new EventSource(address);
  source.addEventListener("message", (event) => hear(JSON.parse(event.data)));
  source.addEventListener("error", lose);
  source.addEventListener("open", () => {
    regain();
    if (wasOpen) {
      // What happened meanwhile is caught up with.
      later("queue");
      later("page");
      inCalm();
    }
    wasOpen = true;
  });
}

function disconnect() {
  clearTimeout(lost);
  lost = 0;
  source?.close();
  source = null;
}

function hear(news) {
  if (news.trouble || document.getElementById("deliveries") || (news.sla && document.getElementById("sla"))) inCalm();
  const draft = document.getElementById("draft")?.dataset;
  const isShown = news.draft
    ? [draft?.draft, new URLSearchParams(location.search).get("after")].includes(news.draft)
    : news.conversation !== undefined && String(news.conversation) === draft?.conversation;
  if (isShown) later("page");
  if (isShown || news.queue || news.draft) later("queue");
}

addEventListener("pagehide", disconnect);
addEventListener("pageshow", connect);
document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
connect();

onShown(() => {
  waitingList = null;
  showStale();
});
