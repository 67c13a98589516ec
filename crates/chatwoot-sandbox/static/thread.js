// The messages of one conversation as its customer reads them.
import { ask, dayOf, el, initials, moment, place, prose } from "./dom.js";

const RATINGS = [["1", "very unhappy"], ["2", "unhappy"], ["3", "neither"], ["4", "happy"], ["5", "very happy"]];

export class Thread {
  #messages = new Map();
  #days = new Map();

  /** `answer(id, values)` is called when the customer answers a survey. */
  constructor(list, answer) {
    this.list = list;
    this.answer = answer;
  }

  clear() {
    this.#messages.clear();
    this.list.replaceChildren();
  }

  toEnd() {
    this.list.scrollTop = this.list.scrollHeight;
  }

  /** Takes what the desk listed; only what is new or changed is drawn, so nothing jumps under the reader. */
  async take(listed, stillWanted = () => true) {
    const fresh = listed.filter((one) => JSON.stringify(one) !== this.#messages.get(one.id)?.seen);
    if (!fresh.length) return;
    const { html } = await ask("POST", "/_sandbox/markdown", { body: { texts: fresh.map((one) => one.content ?? "") } });
    if (!stillWanted()) return;
    fresh.forEach((one, n) => this.#messages.set(one.id, { ...one, html: html[n], seen: JSON.stringify(one) }));
    this.#draw();
  }

  #draw() {
    const atEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 80;
    const lines = [];
    let day = null;
    for (const one of [...this.#messages.values()].sort((a, b) => a.created_at - b.created_at || a.id - b.id)) {
      const today = dayOf(one.created_at);
      if (today !== day) lines.push(this.#dayLine((day = today)));
      lines.push(one.node ??= this.#line(one));
    }
    place(this.list, lines);
    if (atEnd) this.toEnd();
  }

  #dayLine(day) {
    if (!this.#days.has(day)) this.#days.set(day, el("li", { class: "day" }, day));
    return this.#days.get(day);
  }

  #line(one) {
    const mine = one.message_type === 0 || one.message_type === "incoming";
    if (mine) {
      const bubble = el("div", { class: "bubble", dir: "auto" }, one.content ?? "");
      return el("li", { class: "message mine", "data-id": one.id }, el("p", { class: "who" }, "You, ", moment(one.created_at)), bubble);
    }
    const name = one.sender?.available_name || one.sender?.name || "Hot Rodan";
    const survey = one.content_type === "input_csat";
    const bubble = el("div", { class: "bubble" }, survey ? this.#survey(one) : prose(one.html), attachments(one));
    const face = one.sender
      ? el("span", { class: "face", "aria-hidden": "true" }, initials(name))
      : el("img", { class: "face", src: "/_sandbox/static/mark.svg", alt: "" });
    return el("li", { class: "message theirs", "data-id": one.id }, el("p", { class: "who" }, `${name}, `, moment(one.created_at)), face, bubble);
  }

  #survey(one) {
    const given = one.content_attributes?.submitted_values?.csat_survey_response;
    const text = el("p", {}, one.content || "Please rate the conversation");
    if (given) {
      const [, words] = RATINGS[given.rating - 1] ?? ["", ""];
      return el("div", { class: "survey" }, text, el("p", { class: "quiet" }, `You answered ${given.rating} of 5: ${words}. Thank you.`));
    }
    const rate = (rating) => this.answer(one.id, { csat_survey_response: { rating: Number(rating), feedback_message: "" } });
    const buttons = RATINGS.map(([rating, words]) =>
      el("button", { type: "button", class: "button", title: words, "aria-label": `${rating} of 5, ${words}`, onclick: () => rate(rating) }, rating));
    return el("div", { class: "survey" }, text, el("div", { class: "stars", role: "group", "aria-label": "Rating" }, ...buttons),
      el("p", { class: "hint" }, "1 is very unhappy, 5 is very happy"));
  }
}

function attachments(one) {
  if (!one.attachments?.length) return null;
  const name = (file) => decodeURIComponent((file.data_url ?? "").split("/").pop() || "file");
  return el("ul", { class: "attachments" }, ...one.attachments.map((file) => el("li", {}, `Attached: ${name(file)}`)));
}
