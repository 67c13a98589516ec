// Small shared pieces: building elements, asking the server, and writing times.

/** Makes an element. Text children become text nodes, so nothing a person wrote can turn into markup. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Makes `nodes` the children of `parent`, touching only what differs, so that readers hear only what is new. */
export function place(parent, nodes) {
  nodes.forEach((node, n) => parent.children[n] === node || parent.insertBefore(node, parent.children[n] ?? null));
  while (parent.children.length > nodes.length) parent.lastElementChild.remove();
}

/** A block of Markdown that the server rendered and sanitised: the only place where markup is set from data. */
export function prose(html) {
  const node = el("div", { class: "prose", dir: "auto" });
  node.innerHTML = html;
  return node;
}

export class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

/** Sends JSON, gives JSON; a refusal becomes an error that says what the server said. */
export async function ask(method, path, { body, headers = {} } = {}) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: { Accept: "application/json", ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refused(0, "The desk does not answer. Is the sandbox still running?");
  }
  const text = await answer.text();
  let data = null;
  try {
    data = text ? JSON.parse(text) : null;
  } catch {
    // Some calls answer with an empty or plain body; only the status matters then.
  }
  if (!answer.ok) throw new Refused(answer.status, refusal(answer, data));
  return data;
}

function refusal(answer, data) {
  if (answer.status === 429) {
    const wait = answer.headers.get("Retry-After");
    return `The desk accepts no more requests for now (429). Try again ${wait ? `in ${wait} s` : "in a minute"}.`;
  }
  const said = data?.error ?? data?.message ?? data?.errors?.[0];
  return `The desk refused this (${answer.status})${said ? `: ${said}` : "."}`;
}

export function initials(name) {
  const words = (name ?? "").trim().split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return letters.map((word) => [...word][0].toUpperCase()).join("") || "?";
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

export function dayOf(seconds) {
  const date = new Date(seconds * 1000);
  return date.toDateString() === new Date().toDateString() ? "Today" : day.format(date);
}

/** A time of day as `<time>`, with the exact moment as its title. */
export function moment(seconds) {
  const date = new Date(seconds * 1000);
  return el("time", { datetime: date.toISOString(), title: full.format(date) }, clock.format(date));
}

export function exact(seconds) {
  return full.format(new Date(seconds * 1000));
}

/** `38 s`, `12 min`, `3 h 05`, `2 d 4 h`. */
export function span(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, "0")}`;
  return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
}

/** Runs a task now and then again after each pause; slower while nobody looks. A nudge runs it at once. */
export function poll(task, every) {
  let timer = null;
  let running = null;
  const round = () => {
    clearTimeout(timer);
    running ??= task().finally(() => {
      running = null;
      timer = setTimeout(round, document.hidden ? every * 5 : every);
    });
    return running;
  };
  document.addEventListener("visibilitychange", () => !document.hidden && round());
  round();
  return async () => {
    await running;
    await round();
  };
}
