// The customer's chat. It speaks only the website widget's own HTTP interface: what happens here
// is what the desk would see from any visitor of the shop.
import { ask, el, poll } from "./dom.js";
import { Thread } from "./thread.js";

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
const STORE = "hot-rodan-visitor";

const $ = (id) => document.getElementById(id);
const [start, thread, composer, problem, picker] = ["start", "thread", "composer", "problem", "inbox"].map($);
const written = new Thread(thread, (id, submitted_values) => attempt(async () => {
  await widget("PATCH", `messages/${id}`, { message: { submitted_values } });
  await now();
}));
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
  written.clear();
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
    await written.take(payload, () => asked === visitor);
    if (asked === visitor) complain({ silent: null });
  } catch (error) {
    if (error.status === 401 || error.status === 404) {
      forget();
      offerPerson();
      show();
      complain({ silent: null, refused: "The desk no longer knows this chat: it was probably started anew. Begin again below." });
    } else complain({ silent: error.message });
  }
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
    written.toEnd();
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
