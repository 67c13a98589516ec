// The page inside the widget's frame. It chats over the widget's HTTP interface, and talks with the script of the page
// around it in messages of its own form: "chatwoot-widget:" and JSON.
import { ask, poll } from "./dom.js";
import { Thread } from "./thread.js";

const PREFIX = "chatwoot-widget:";
const $ = (id) => document.getElementById(id);
const given = new URLSearchParams(location.search);
const website = given.get("website_token");
let auth = given.get("cw_conversation");
let locale = given.get("locale");
let opened = false;

const tell = (event, rest = {}) => window.parent.postMessage(PREFIX + JSON.stringify({ event, ...rest }), "*");
const door = (path) => `/api/v1/widget/${path}?website_token=${encodeURIComponent(website)}`;
const widget = (method, path, body) => ask(method, door(path), { body, headers: auth ? { "X-Auth-Token": auth } : {} });

const thread = new Thread($("thread"), (id, submitted_values) => attempt(async () => {
  await widget("PATCH", `messages/${id}`, { message: { submitted_values } });
  await now();
}));

async function attempt(task) {
  try {
    await task();
    $("problem").hidden = true;
  } catch (error) {
    $("problem").textContent = error.message;
    $("problem").hidden = false;
  }
}

/** Tells the page around what the desk refused. */
const orComplain = (errorType, task) => task().catch((error) => tell("error", { errorType, data: { status: error.status, message: error.message } }));

const ACTS = {
  "set-user": ({ identifier, user }) => orComplain("SET_USER_ERROR", async () => {
    const answer = await widget("PATCH", "contact/set_user", { ...user, identifier });
    if (answer.widget_auth_token) {
      auth = answer.widget_auth_token;
      thread.clear();
      tell("setAuthCookie", { authToken: auth });
    }
    tell("userSet");
    await now();
  }),
  "set-custom-attributes": ({ customAttributes }) => orComplain("SET_CUSTOM_ATTRIBUTES_ERROR", () => widget("PATCH", "contact", { custom_attributes: customAttributes })),
  "set-label": ({ label }) => orComplain("SET_LABEL_ERROR", () => widget("POST", "labels", { label })),
  "remove-label": ({ label }) => orComplain("REMOVE_LABEL_ERROR", () => widget("DELETE", `labels/${encodeURIComponent(label)}`)),
  "set-locale": (asked) => {
    locale = asked.locale;
    document.documentElement.lang = locale;
  },
  "opened": ({ referer }) => {
    $("text").focus();
    if (opened) return;
    opened = true;
    widget("POST", "events", { name: "webwidget.triggered", locale, event_info: { referer, initiated_at: { timestamp: new Date().toString() } } }).catch(() => {});
  },
};

window.addEventListener("message", ({ source, data }) => {
  if (source !== window.parent || typeof data !== "string" || !data.startsWith(PREFIX)) return;
  const message = JSON.parse(data.slice(PREFIX.length));
  ACTS[message.event]?.(message);
});

$("close").addEventListener("click", () => tell("closeWindow"));

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const content = $("text").value.trim();
  if (!content) return;
  attempt(async () => {
    await widget("POST", "messages", { message: { content, timestamp: new Date().toString(), referer_url: document.referrer } });
    $("text").value = "";
    thread.toEnd();
    await now();
  });
});

$("text").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("composer").requestSubmit();
});

async function refresh() {
  if (!auth) return;
  try {
    const asked = auth;
    const { payload } = await widget("GET", "messages");
    await thread.take(payload, () => asked === auth);
  } catch (error) {
    $("problem").textContent = error.message;
    $("problem").hidden = false;
  }
}

const now = poll(refresh, 1000);
await attempt(async () => {
  const { website_channel_config: config } = await widget("POST", "config", {});
  auth = config.auth_token;
  $("welcome").textContent = config.welcome_title || config.website_name;
  $("tagline").textContent = config.welcome_tagline ?? "";
  document.body.style.setProperty("--brand", config.widget_color);
  if (locale) document.documentElement.lang = locale;
  await now();
  tell("loaded", { config: { authToken: auth, channelConfig: { websiteToken: website, widgetColor: config.widget_color } } });
});
