// The agents' side. It reads through the sandbox's own door and acts through the desk's REST API
// with the chosen person's token, so whatever is done here is what an agent would have done.
import { ask, dayOf, el, exact, moment, place, poll, prose, span } from "./dom.js";

const $ = (id) => document.getElementById(id);
const NEXT = { online: "busy", busy: "offline", offline: "online" };
const CHOICE = "sandbox-desk-act-as";
const [rows, thread, problem, actAs, assignee, answer] = ["rows", "thread", "problem", "act-as", "assignee", "answer"].map($);
const rowOf = new Map();
let desk = null;
let shown = "open";
let chosen = Number(location.hash.slice(1)) || null;
let drawn = { id: null, seen: "", nodes: new Map() };
let said = { refused: null, silent: null };

const me = () => desk.users.find((one) => one.id === Number(actAs.value)) ?? desk.users[0];
const rest = (user, method, path, body) => ask(method, path, { body, headers: { "Api-Access-Token": user.access_token } });
const conversation = (path, body) =>
  rest(me(), "POST", `/api/v1/accounts/${desk.account.id}/conversations/${chosen}/${path}`, body);

/** A refused act stays visible until the next one, a silent desk only while it is silent. */
function complain({ refused = said.refused, silent = said.silent }) {
  said = { refused, silent };
  const text = silent ?? refused;
  problem.textContent = text ?? "";
  problem.hidden = !text;
}

/** Sets text, children or a value only when it changed: a poll must not disturb focus or reading. */
function settle(node, key, make) {
  const seen = JSON.stringify(key);
  if (node.dataset.seen === seen) return;
  node.dataset.seen = seen;
  make(node);
}

async function refresh() {
  try {
    desk = await ask("GET", `/_sandbox/desk/overview?show=${shown}`);
    drawTop();
    drawList();
    if (chosen) await refreshCase();
    complain({ silent: null });
  } catch (error) {
    complain({ silent: error.message });
  }
}

function drawTop() {
  $("account").textContent = `${desk.account.name} desk`;
  settle($("team"), desk.users.map(({ id, name, availability }) => [id, name, availability]), (node) =>
    node.replaceChildren(...desk.users.map(member)));
  settle(actAs, desk.users.map(({ id, name, role }) => [id, name, role]), (node) => {
    const kept = node.value || localStorage.getItem(CHOICE);
    node.replaceChildren(...desk.users.map((one) => el("option", { value: one.id }, one.role === "administrator" ? `${one.name} (administrator)` : one.name)));
    const agent = desk.users.find((one) => one.role === "agent" && one.availability === "online") ?? desk.users[0];
    node.value = desk.users.some((one) => String(one.id) === kept) ? kept : String(agent?.id ?? "");
  });
}

function member(user) {
  const next = NEXT[user.availability] ?? "online";
  const set = () => attempt(() =>
    rest(user, "POST", "/api/v1/profile/availability", { profile: { account_id: desk.account.id, availability: next } }));
  return el("button", { type: "button", class: "member", "data-is": user.availability, "data-user": user.id, title: `${user.name} is ${user.availability}: set to ${next}`, onclick: set },
    user.name.split(" ")[0], el("span", {}, user.availability));
}

function drawList() {
  $("count").textContent = `${desk.counts.open} open, ${desk.counts.waiting} waiting, ${desk.counts.all} in all`;
  document.querySelectorAll("[data-show]").forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.show === shown)));
  const items = desk.conversations.map((one) => {
    const kept = rowOf.get(one.id) ?? el("li");
    rowOf.set(one.id, kept);
    settle(kept, [one, one.id === chosen, Math.floor(desk.now / 30)], (node) => {
      const focused = node.contains(document.activeElement);
      node.replaceChildren(row(one));
      if (focused) node.firstChild.focus({ preventScroll: true });
    });
    return kept;
  });
  if (!items.length) items.push(el("li", { class: "none quiet" }, shown === "all" ? "No conversation yet. Write one in the customer's chat." : "Nothing here. Choose All to see the rest."));
  const focus = rows.contains(document.activeElement) ? document.activeElement : null;
  place(rows, items);
  focus?.focus({ preventScroll: true });
}

function row(one) {
  const current = one.id === chosen;
  const chips = [...(one.priority ? [el("span", { class: `chip ${one.priority}` }, one.priority)] : []),
    ...one.labels.map((label) => el("span", { class: "chip" }, label))];
  const state = one.waiting_since
    ? el("span", { class: "wait" }, `waiting ${span(desk.now - one.waiting_since)}`)
    : el("span", { class: one.status === "open" ? null : "settled" }, one.status);
  return el("button", { type: "button", class: "row", "data-id": one.id, "aria-current": current && "true", onclick: () => choose(one.id) },
    el("span", { class: "name", dir: "auto" }, one.contact.name), el("span", { class: "hint", title: exact(one.last_activity_at) }, ago(one.last_activity_at)),
    el("span", { class: "gist", dir: "auto" }, one.gist || "No message yet"),
    el("span", { class: "meta" }, state, el("span", {}, `#${one.id} ${one.inbox}`),
      el("span", {}, one.assignee ?? "unassigned"), ...chips));
}

const ago = (seconds) => span(desk.now - seconds);

function choose(id) {
  chosen = id;
  history.replaceState(null, "", id ? `#${id}` : location.pathname);
  document.body.classList.toggle("reading", Boolean(id));
  if (desk) drawList();
  now();
}

function leave() {
  choose(null);
  $("case").hidden = true;
  $("empty").hidden = false;
}

async function refreshCase() {
  const id = chosen;
  const one = await ask("GET", `/_sandbox/desk/conversations/${id}`).catch((error) => {
    if (error.status !== 404) throw error;
    return null;
  });
  if (id !== chosen) return;
  if (!one) return leave();
  $("empty").hidden = true;
  $("case").hidden = false;
  $("contact").textContent = one.contact.name;
  $("facts").textContent = [`#${one.id}`, one.inbox, one.status, one.contact.email, one.contact.phone_number,
    one.team && `team ${one.team}`, one.waiting_since && `waiting ${ago(one.waiting_since)}`].filter(Boolean).join(" · ");
  settle($("labels"), [one.priority, one.labels], (node) => node.replaceChildren(
    ...(one.priority ? [el("span", { class: `chip ${one.priority}` }, `priority ${one.priority}`)] : []),
    ...one.labels.map((label) => el("span", { class: "chip" }, label))));
  settle(assignee, [id, one.assignee_id, desk.users.map((user) => [user.id, user.name])], (node) => {
    node.replaceChildren(el("option", { value: "0" }, "nobody"), ...desk.users.map((user) => el("option", { value: user.id }, user.name)));
    node.value = String(one.assignee_id ?? 0);
  });
  $("resolve").textContent = one.status === "resolved" ? "Reopen" : "Resolve";
  $("resolve").dataset.status = one.status === "resolved" ? "open" : "resolved";
  drawThread(one);
}

function drawThread(one) {
  const seen = JSON.stringify(one.messages);
  if (drawn.id === one.id && drawn.seen === seen) return;
  const atEnd = drawn.id !== one.id || thread.scrollHeight - thread.scrollTop - thread.clientHeight < 80;
  const kept = drawn.id === one.id ? drawn.nodes : new Map();
  drawn = { id: one.id, seen, nodes: new Map() };
  const keep = (key, make) => {
    const node = kept.get(key) ?? make();
    drawn.nodes.set(key, node);
    return node;
  };
  const lines = [];
  let day = null;
  for (const message of one.messages) {
    const today = dayOf(message.created_at);
    if (today !== day) lines.push(keep((day = today), () => el("li", { class: "day" }, today)));
    lines.push(keep(JSON.stringify(message), () => line(message)));
  }
  if (!one.messages.length) lines.push(el("li", { class: "day" }, "No message yet"));
  place(thread, lines);
  if (atEnd) thread.scrollTop = thread.scrollHeight;
}

function line(message) {
  const attributes = { "data-id": message.id };
  if (message.kind === "activity") return el("li", { ...attributes, class: "activity" }, `${message.content}, `, moment(message.created_at));
  const side = message.kind === "incoming" ? "theirs" : "ours";
  const whose = message.private ? `Private note by ${message.sender ?? "nobody"}` : message.kind === "template" ? "Sent by the desk itself" : message.sender ?? "Unknown";
  const survey = message.rating ? el("p", { class: "more" }, `Answered ${message.rating} of 5`) : null;
  return el("li", { ...attributes, class: `message ${side} ${message.kind}${message.private ? " private" : ""}` },
    el("p", { class: "who" }, `${whose}, `, moment(message.created_at), message.status === "failed" ? " (not delivered)" : null),
    el("div", { class: "bubble" }, message.subject ? el("p", { class: "subject", dir: "auto" }, message.subject) : null, prose(message.html), survey,
      message.attachments ? el("p", { class: "more" }, message.attachments === 1 ? "1 file attached" : `${message.attachments} files attached`) : null));
}

/** Does one act, then shows what became of it. */
async function attempt(task) {
  let refused = null;
  $("send").disabled = $("resolve").disabled = true;
  try {
    await task();
  } catch (error) {
    refused = error.message;
  }
  $("send").disabled = $("resolve").disabled = false;
  complain({ refused });
  await now();
  return !refused;
}

function hint() {
  const note = answer.elements.kind.value === "note";
  answer.classList.toggle("private", note);
  $("text-label").textContent = note ? "Private note" : "Reply";
  $("text").placeholder = note ? "Only agents see this. Markdown works." : "The customer sees this. Markdown works.";
  $("send").textContent = note ? "Add the note" : "Send the reply";
  $("send-hint").textContent = "Ctrl and Enter sends";
}

document.querySelectorAll("[data-show]").forEach((one) => one.addEventListener("click", () => {
  shown = one.dataset.show;
  now();
}));
actAs.addEventListener("change", () => localStorage.setItem(CHOICE, actAs.value));
$("back").addEventListener("click", leave);
assignee.addEventListener("change", () => {
  delete assignee.dataset.seen;
  attempt(() => conversation("assignments", { assignee_id: Number(assignee.value) }));
});
$("resolve").addEventListener("click", () => attempt(() => conversation("toggle_status", { status: $("resolve").dataset.status })));
answer.addEventListener("change", hint);
answer.addEventListener("submit", async (event) => {
  event.preventDefault();
  const content = $("text").value.trim();
  if (!content) return;
  const done = await attempt(() => conversation("messages", { content, private: answer.elements.kind.value === "note" }));
  if (done) $("text").value = "";
  $("text").focus();
});
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) answer.requestSubmit();
});
addEventListener("hashchange", () => choose(Number(location.hash.slice(1)) || null));

hint();
document.body.classList.toggle("reading", Boolean(chosen));
const now = poll(refresh, 1500);
