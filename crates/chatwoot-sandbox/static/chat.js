// The customer's chat. It speaks only the website widget's own HTTP interface: what happens here
// is what the desk would see from any visitor of the shop.
import { ask, dayOf, el, initials, moment, place, poll, prose } from "./dom.js";

// Invented people: a fresh one is offered at every start, so a demo needs no typing.
const PEOPLE = [
  ["Ann Archer", "ann.archer@example.test"],
  ["Bruno Keller", "bruno.keller@example.test"],
  ["Carla Moreno", "carla.moreno@example.test"],
  ["Dag Solheim", "dag.solheim@example.test"],
  ["Edith Lambert", "edith.lambert@example.test"],
  ["Farid Haddad", "farid.haddad@example.test"],
];
const EXAMPLES = [
  ["order", "Ask about an order", "Hi, where is my order HR-20417? It was due on Monday and I have heard nothing since."],
  ["refund", "Demand a refund, angrily", "This is the second broken carburettor you sent me. I want a full refund today or my lawyer will sue you."],
  ["product", "Ask about a product", "Which spark plugs fit a 1969 Mustang with the 302 engine, and how long does shipping to Norway take?"],
];
const RATINGS = [["1", "very unhappy"], ["2", "unhappy"], ["3", "neither"], ["4", "happy"], ["5", "very happy"]];
const STORE = "hot-rodan-visitor";

const $ = (id) => document.getElementById(id);
const [start, thread, composer, problem, picker] = ["start", "thread", "composer", "problem", "inbox"].map($);
const messages = new Map();
const days = new Map();
let visitor = JSON.parse(sessionStorage.getItem(STORE) ?? "null");
let inboxes = [];
let said = { refused: null, silent: null };

const door = (path) => `/api/v1/widget/${path}?website_token=${encodeURIComponent(visitor.website)}`;
const widget = (method, path, body) => ask(method, door(path), { body, headers: { "X-Auth-Token": visitor.auth } });
const message = (content) => ({ content, timestamp: new Date().toString(), referer_url: location.href });

async function begin(name, email, content) {
  visitor = { website: picker.value };
  const config = await ask("POST", door("config"), { body: {} });
  visitor.auth = config.website_channel_config?.auth_token ?? config.auth_token;
  await widget("POST", "conversations", { contact: { name, email }, message: message(content) });
  visitor.started = true;
  sessionStorage.setItem(STORE, JSON.stringify(visitor));
}

function forget() {
  sessionStorage.removeItem(STORE);
  visitor = null;
  messages.clear();
  thread.replaceChildren();
}

function offerPerson() {
  const turn = Number(localStorage.getItem(`${STORE}-turn`) ?? 0);
  localStorage.setItem(`${STORE}-turn`, String(turn + 1));
  [$("name").value, $("email").value] = PEOPLE[turn % PEOPLE.length];
  $("first").value = "";
}

function show() {
  const talking = Boolean(visitor?.started);
  start.hidden = talking;
  thread.hidden = composer.hidden = $("start-over").hidden = !talking;
  const inbox = inboxes.find((one) => one.website_token === (visitor?.website ?? picker.value));
  $("welcome").textContent = inbox?.welcome_title || "Hot Rodan";
  $("tagline").textContent = inbox?.welcome_tagline || "Parts and people";
  $("inbox-field").hidden = inboxes.length < 2 || talking;
}

/** What stands above the thread: a refused act stays until the next one, a silent desk only while it is silent. */
function complain({ refused = said.refused, silent = said.silent }) {
  said = { refused, silent };
  const text = silent ?? refused;
  problem.textContent = text ?? "";
  problem.hidden = !text;
}

/** Reads the thread; only what is new or changed is drawn, so nothing jumps under the reader. */
async function refresh() {
  if (!visitor?.started) return;
  const asked = visitor;
  try {
    const { payload } = await widget("GET", "messages");
    if (asked !== visitor) return;
    const fresh = payload.filter((one) => JSON.stringify(one) !== messages.get(one.id)?.seen);
    await render(fresh);
    if (asked !== visitor) return;
    complain({ silent: null });
    if (fresh.length) draw();
  } catch (error) {
    if (error.status === 401 || error.status === 404) {
      forget();
      offerPerson();
      show();
      complain({ silent: null, refused: "The desk no longer knows this chat: it was probably started anew. Begin again below." });
    } else complain({ silent: error.message });
  }
}

async function render(fresh) {
  if (!fresh.length) return;
  const { html } = await ask("POST", "/_sandbox/markdown", { body: { texts: fresh.map((one) => one.content ?? "") } });
  fresh.forEach((one, n) => messages.set(one.id, { ...one, html: html[n], seen: JSON.stringify(one) }));
}

function draw() {
  const atEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 80;
  const lines = [];
  let day = null;
  for (const one of [...messages.values()].sort((a, b) => a.created_at - b.created_at || a.id - b.id)) {
    const today = dayOf(one.created_at);
    if (today !== day) lines.push(dayLine((day = today)));
    lines.push(one.node ??= line(one));
  }
  place(thread, lines);
  if (atEnd) thread.scrollTop = thread.scrollHeight;
}

function dayLine(day) {
  if (!days.has(day)) days.set(day, el("li", { class: "day" }, day));
  return days.get(day);
}

function line(one) {
  const mine = one.message_type === 0 || one.message_type === "incoming";
  if (mine) {
    const bubble = el("div", { class: "bubble", dir: "auto" }, one.content ?? "");
    return el("li", { class: "message mine", "data-id": one.id }, el("p", { class: "who" }, "You, ", moment(one.created_at)), bubble);
  }
  const name = one.sender?.available_name || one.sender?.name || "Hot Rodan";
  const survey = one.content_type === "input_csat";
  const bubble = el("div", { class: "bubble" }, survey ? surveyOf(one) : prose(one.html), attachmentsOf(one));
  const face = one.sender
    ? el("span", { class: "face", "aria-hidden": "true" }, initials(name))
    : el("img", { class: "face", src: "/_sandbox/static/mark.svg", alt: "" });
  return el("li", { class: "message theirs", "data-id": one.id }, el("p", { class: "who" }, `${name}, `, moment(one.created_at)), face, bubble);
}

function attachmentsOf(one) {
  if (!one.attachments?.length) return null;
  const name = (file) => decodeURIComponent((file.data_url ?? "").split("/").pop() || "file");
  return el("ul", { class: "attachments" }, ...one.attachments.map((file) => el("li", {}, `Attached: ${name(file)}`)));
}

function surveyOf(one) {
  const given = one.content_attributes?.submitted_values?.csat_survey_response;
  const text = el("p", {}, one.content || "Please rate the conversation");
  if (given) {
    const [, words] = RATINGS[given.rating - 1] ?? ["", ""];
    return el("div", { class: "survey" }, text, el("p", { class: "quiet" }, `You answered ${given.rating} of 5: ${words}. Thank you.`));
  }
  const rate = (rating) => attempt(async () => {
    const answer = { csat_survey_response: { rating: Number(rating), feedback_message: "" } };
    await widget("PATCH", `messages/${one.id}`, { message: { submitted_values: answer } });
    await now();
  });
  const buttons = RATINGS.map(([rating, words]) =>
    el("button", { type: "button", class: "button", title: words, "aria-label": `${rating} of 5, ${words}`, onclick: () => rate(rating) }, rating));
  return el("div", { class: "survey" }, text, el("div", { class: "stars", role: "group", "aria-label": "Rating" }, ...buttons),
    el("p", { class: "hint" }, "1 is very unhappy, 5 is very happy"));
}

/** Does one thing at a time: controls rest meanwhile, and a refusal is shown where the person looks. */
async function attempt(task) {
  const controls = document.querySelectorAll(".window button");
  controls.forEach((one) => (one.disabled = true));
  try {
    await task();
    complain({ refused: null });
  } catch (error) {
    if (!visitor?.started) visitor = null;
    complain({ refused: error.message });
  } finally {
    controls.forEach((one) => (one.disabled = false));
  }
}

const open = (content) => attempt(async () => {
  await begin($("name").value.trim(), $("email").value.trim(), content);
  show();
  await now();
  $("text").focus();
});

start.addEventListener("submit", (event) => {
  event.preventDefault();
  open($("first").value.trim());
});

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  const content = $("text").value.trim();
  if (!content) return;
  attempt(async () => {
    await widget("POST", "messages", { message: message(content) });
    $("text").value = "";
    thread.scrollTop = thread.scrollHeight;
    await now();
  }).then(() => $("text").focus());
});

$("text").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  composer.requestSubmit();
});

$("start-over").addEventListener("click", () => {
  forget();
  offerPerson();
  complain({ refused: null, silent: null });
  show();
  $("name").focus();
});

picker.addEventListener("change", show);

$("examples").append(...EXAMPLES.map(([key, title, text]) => {
  const send = () => ($("name").reportValidity() && $("email").reportValidity() ? open(text) : undefined);
  return el("button", { type: "button", class: "example", "data-example": key, onclick: send }, el("strong", {}, title), el("span", {}, text));
}));

try {
  inboxes = await ask("GET", "/_sandbox/chat/inboxes");
  picker.append(...inboxes.map((one) => el("option", { value: one.website_token }, one.name)));
  if (!inboxes.length) complain({ refused: "This desk has no website inbox, so there is nowhere to write. Create one over its REST API and reload." });
} catch (error) {
  complain({ refused: error.message });
}
if (!visitor?.started) offerPerson();
show();
const now = poll(refresh, 1000);
