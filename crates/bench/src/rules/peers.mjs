// Runs the rules of data.json in json-rules-engine and in zen-engine, one after the other, in this one process.
// Prints {"json_rules_engine": {"us": …, "matched": […]}, "zen": {…}}: mean microseconds for one message in the
// quickest round, and the ids of the rules that matched each message of the sample.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import rulesEngine from 'json-rules-engine';
import zen from '@gorules/zen-engine';

const { rules, messages, rounds, sample_json, sample_zen } = JSON.parse(readFileSync('data.json', 'utf8'));
const factsOf = (m) => ({ words: m.words, text: m.text, inbox: m.inbox, language: m.language ?? '', open: m.open });

async function measure(sample, decide) {
  for (const message of sample.slice(0, 5)) await decide(factsOf(message)); // warm
  let matched = [];
  let quickest = Infinity;
  for (let round = 0; round < rounds; round++) {
    matched = [];
    let spent = 0;
    for (const message of sample) {
      const facts = factsOf(message);
      const begin = performance.now();
      const found = await decide(facts);
      spent += performance.now() - begin;
      matched.push(found.sort());
    }
    quickest = Math.min(quickest, spent);
  }
  return { us: (quickest * 1000) / sample.length, matched };
}

function jsonRulesEngine() {
  const engine = new rulesEngine.Engine();
  engine.addOperator('says', (text, word) => text.includes(word));
  engine.addOperator('fits', (text, pattern) => pattern.test(text));
  for (const rule of rules) {
    const one = (fact, operator, value) => ({ fact, operator, value });
    const all = [];
    // The cheap questions first, as somebody who cares for speed would write it.
    if (rule.inboxes.length > 0) all.push(one('inbox', 'in', rule.inboxes));
    if (rule.language !== null) all.push(one('language', 'equal', rule.language));
    if (rule.open !== null) all.push(one('open', 'equal', rule.open));
    all.push({ any: rule.any_of.map((word) => one('words', 'says', ` ${word} `)) });
    if (rule.none_of.length > 0) {
      all.push({ not: { any: rule.none_of.map((word) => one('words', 'says', ` ${word} `)) } });
    }
    if (rule.pattern !== null) all.push(one('text', 'fits', new RegExp(rule.pattern, 'iu')));
    engine.addRule({ conditions: { all }, event: { type: rule.id } });
  }
  return async (facts) => (await engine.run(facts)).events.map((event) => event.type);
}

function zenEngine() {
  // A decision table whose one input column holds whole expressions; collect keeps every row that matches.
  const text = JSON.stringify;
  const table = rules.map((rule) => {
    const all = [];
    if (rule.inboxes.length > 0) all.push(`inbox in [${rule.inboxes.join(', ')}]`);
    if (rule.language !== null) all.push(`language == ${text(rule.language)}`);
    if (rule.open !== null) all.push(`open == ${rule.open}`);
    all.push(`some([${rule.any_of.map((word) => text(` ${word} `)).join(', ')}], contains(words, #))`);
    if (rule.none_of.length > 0) {
      all.push(`none([${rule.none_of.map((word) => text(` ${word} `)).join(', ')}], contains(words, #))`);
    }
    if (rule.pattern !== null) all.push(`matches(text, '(?i)${rule.pattern}')`);
    return { _id: rule.id, when: all.join(' and '), id: text(rule.id) };
  });
  const content = {
    nodes: [
      { id: 'in', name: 'in', type: 'inputNode', position: { x: 0, y: 0 } },
      {
        id: 'table',
        name: 'table',
        type: 'decisionTableNode',
        position: { x: 1, y: 0 },
        content: {
          hitPolicy: 'collect',
          inputs: [{ id: 'when', name: 'when', type: 'expression' }],
          outputs: [{ id: 'id', name: 'id', field: 'id', type: 'expression' }],
          rules: table,
        },
      },
      { id: 'out', name: 'out', type: 'outputNode', position: { x: 2, y: 0 } },
    ],
    edges: [
      { id: 'a', type: 'edge', sourceId: 'in', targetId: 'table' },
      { id: 'b', type: 'edge', sourceId: 'table', targetId: 'out' },
    ],
  };
  const decision = new zen.ZenEngine().createDecision(content);
  return async (facts) => (await decision.evaluate(facts)).result.map((row) => row.id);
}

process.stderr.write('zen-engine …\n');
const zenMeasured = await measure(messages.slice(0, sample_zen), zenEngine());
process.stderr.write('json-rules-engine …\n');
const jsonMeasured = await measure(messages.slice(0, sample_json), jsonRulesEngine());
console.log(JSON.stringify({ zen: zenMeasured, json_rules_engine: jsonMeasured }));
process.exit(0);
