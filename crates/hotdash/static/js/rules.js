// The rule editor says what is wrong while one types. The Check button does the same without scripts.

const PAUSE_MS = 400;
let timer = 0;
let turn = 0;

function words(tag, text, className = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  element.className = className;
  return element;
}

function line(problem) {
  const item = document.createElement("li");
  if (problem.line) item.append(words("b", `line ${problem.line}`), " ");
  if (problem.file) item.append(words("b", problem.file), " ");
  if (problem.rule) item.append(`rule ${problem.rule}, `);
  item.append(words("code", problem.key), `: ${problem.message}`);
  if (problem.nearest) item.append(" Did you mean ", words("b", problem.nearest), "?");
  return item;
}

function listed(problems, title, kind, className = "") {
  const list = document.createElement("ol");
  list.className = className;
  list.append(...problems.map(line));
  return [words("p", title, kind), list];
}

function show({ problems, warnings, rules }) {
  const findings = document.getElementById("findings");
  if (!findings) return;
  const count = problems.length === 1 ? "One thing" : `${problems.length} things`;
  const first = problems.length
    ? listed(problems, `${count} to mend:`, "amiss")
    : [words("p", `Nothing to mend: ${rules} rules in all.`, "fine")];
  findings.replaceChildren(...first, ...(warnings.length ? listed(warnings, "Worth a look:", "doubt", "doubts") : []));
}

async function check(field) {
  const mine = ++turn;
  const answer = await fetch(field.dataset.check, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ text: field.value }),
    credentials: "same-origin",
  }).catch(() => null);
  if (mine === turn && answer?.ok) show(await answer.json());
}

document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.matches?.("[data-check]")) return;
  clearTimeout(timer);
  timer = setTimeout(() => check(field), PAUSE_MS);
});

// Whoever was faster than this script has typed already.
const field = document.querySelector("[data-check]");
if (field && field.value !== field.defaultValue) check(field);
