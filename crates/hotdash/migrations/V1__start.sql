-- The first schema. Four column types only: BIGINT, DOUBLE PRECISION, TEXT and {{bytes}}; times are milliseconds since
-- 1970 (UTC), flags 0/1, JSON is TEXT. Ids made by hotdash are time-sortable UUIDs, so that a batch can name a row
-- before it exists.

CREATE TABLE desks (
    id {{id}},
    key TEXT NOT NULL,
    base_url TEXT NOT NULL,
    account BIGINT NOT NULL,
    -- the unguessable path for desks too old to sign
    url_token TEXT NOT NULL,
    -- how many turns the rotation has given out: its compare-and-set makes the rotation fair across replicas
    turn BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX desks_by_key ON desks (key, account);

-- Every webhook request that proved where it came from, as received.
CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    desk BIGINT NOT NULL,
    -- Chatwoot's own delivery id, where it sends one
    uid TEXT,
    -- of the body: a retry and a doubly registered hook bring the same bytes
    digest TEXT NOT NULL,
    proof TEXT NOT NULL,
    event TEXT,
    conversation BIGINT,
    -- received, processed, rejected (not JSON), dead
    state TEXT NOT NULL,
    reason TEXT,
    received_at BIGINT NOT NULL,
    settled_at BIGINT,
    -- how often the same came again
    repeats BIGINT NOT NULL DEFAULT 0,
    -- last: whoever counts need not read over it
    body {{bytes}} NOT NULL
);
CREATE UNIQUE INDEX deliveries_by_digest ON deliveries (desk, digest);
CREATE UNIQUE INDEX deliveries_by_uid ON deliveries (desk, uid);

-- Work to do, leased rather than locked. The head of a lane (its smallest id) goes first; a finished job is deleted.
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    desk BIGINT NOT NULL,
    lane TEXT NOT NULL,
    payload TEXT NOT NULL,
    -- ready, leased, dead
    state TEXT NOT NULL,
    -- when to try it; of a dead one: when it died
    run_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    leased_until BIGINT,
    leased_by TEXT,
    last_error TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX jobs_by_lane ON jobs (lane, id);
CREATE INDEX jobs_by_due ON jobs (run_at, id);

CREATE TABLE conversations (
    desk BIGINT NOT NULL,
    id BIGINT NOT NULL,
    contact BIGINT NOT NULL,
    status TEXT NOT NULL,
    -- a person; a bot is none
    assignee BIGINT,
    priority TEXT,
    -- Chatwoot's updated_at in microseconds: the newest payload wins
    seen BIGINT NOT NULL,
    -- of one updated_at: how far its consequences are told
    settled BIGINT NOT NULL,
    state TEXT NOT NULL,
    waiting_since BIGINT,
    last_activity_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (desk, id)
);
CREATE INDEX conversations_by_contact ON conversations (desk, contact);

CREATE TABLE messages (
    desk BIGINT NOT NULL,
    id BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    -- customer, human, ours, or other: who moved the thread
    mover TEXT NOT NULL,
    body TEXT NOT NULL,
    -- the order of its versions: how far it has come (what cannot be undone), updated_at of the conversation that was
    -- shown with it, and its own updated_at where that was told; both in microseconds
    progress BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    -- why the channel did not deliver it
    failure TEXT,
    -- 1: an event told us of it, and what follows from it was done; 0: it was only read on the desk
    told BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (desk, id)
);
CREATE INDEX messages_by_conversation ON messages (desk, conversation, id);

-- How far each desk was compared with what is here.
CREATE TABLE polls (
    desk BIGINT PRIMARY KEY,
    -- whatever was touched on the desk before was looked at
    covered_until BIGINT NOT NULL,
    polled_at BIGINT NOT NULL,
    -- how long the desk worked for the last poll, for how many conversations
    took_ms BIGINT NOT NULL,
    listed BIGINT NOT NULL
);

-- Which conversations were compared with the desk.
CREATE TABLE verified (
    desk BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    -- updated_at of the conversation then, in microseconds; negative: something was too new to be missed
    seen BIGINT NOT NULL,
    -- when to look once more: what happens to messages later does not touch their conversation
    again_at BIGINT,
    -- updated_at of the conversation when its whole thread was read, 0 = never
    whole BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (desk, conversation)
);
CREATE INDEX verified_by_again ON verified (desk, again_at) WHERE again_at IS NOT NULL;

-- The walk back through a desk's conversations: one for each desk, the last that was asked for.
CREATE TABLE backfills (
    desk BIGINT PRIMARY KEY,
    -- how far back
    since BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    -- the last page of the list that is wholly here, and the last activity of its last conversation
    page BIGINT NOT NULL,
    reached BIGINT NOT NULL,
    conversations BIGINT NOT NULL,
    messages BIGINT NOT NULL,
    surveys BIGINT NOT NULL,
    finished_at BIGINT
);

-- Survey answers as the desk lists them.
CREATE TABLE surveys (
    desk BIGINT NOT NULL,
    id BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    message BIGINT NOT NULL,
    agent BIGINT,
    rating BIGINT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (desk, id)
);

-- Agents, inboxes, teams and labels, each as the desk last listed it.
CREATE TABLE roster (
    desk BIGINT NOT NULL,
    -- agent, inbox, team, label
    kind TEXT NOT NULL,
    id BIGINT NOT NULL,
    body TEXT NOT NULL,
    read_at BIGINT NOT NULL,
    PRIMARY KEY (desk, kind, id)
);

-- What happened on the desk and no delivery told of.
CREATE TABLE gaps (
    id TEXT PRIMARY KEY,
    desk BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    -- NULL: the conversation itself
    message BIGINT,
    event TEXT NOT NULL,
    -- when the desk was read
    found_at BIGINT NOT NULL,
    repaired_at BIGINT
);
CREATE INDEX gaps_by_conversation ON gaps (desk, conversation, id);
CREATE INDEX gaps_by_time ON gaps (desk, id);
CREATE INDEX gaps_open ON gaps (desk) WHERE repaired_at IS NULL;

CREATE TABLE decisions (
    id TEXT PRIMARY KEY,
    desk BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    message BIGINT NOT NULL,
    -- message: it arrived; offer: nobody was there then, now somebody is; opening: a bot had it then, now people have
    cause TEXT NOT NULL,
    rulebook TEXT NOT NULL,
    analysis TEXT NOT NULL,
    body TEXT NOT NULL,
    decided_at BIGINT NOT NULL,
    -- what it saw, to make it again: the customer's words and name are in it, and must go when they are to be erased
    seen TEXT NOT NULL
);
CREATE INDEX decisions_by_time ON decisions (desk, id);
-- A message is decided once, however often its delivery is replayed.
CREATE UNIQUE INDEX decisions_by_message ON decisions (desk, message, cause) WHERE cause <> 'offer';
CREATE INDEX decisions_of_message ON decisions (desk, message);
CREATE INDEX decisions_by_conversation ON decisions (desk, conversation, id);

-- The rotation: which turn each agent got last.
CREATE TABLE turns (
    desk BIGINT NOT NULL,
    agent BIGINT NOT NULL,
    turn BIGINT NOT NULL,
    PRIMARY KEY (desk, agent)
);

-- Changes wanted on the desk, stored before they are tried.
CREATE TABLE effects (
    id TEXT PRIMARY KEY,
    desk BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    decision TEXT,
    draft TEXT,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    -- pending, sending, done, refused, dropped
    state TEXT NOT NULL,
    outcome TEXT,
    desk_message BIGINT,
    created_at BIGINT NOT NULL,
    tried_at BIGINT,
    settled_at BIGINT
);
CREATE INDEX effects_by_draft ON effects (draft);
CREATE INDEX effects_by_conversation ON effects (desk, conversation, id);
CREATE INDEX effects_by_message ON effects (desk, desk_message);

CREATE TABLE drafts (
    id TEXT PRIMARY KEY,
    desk BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    -- the last customer message it answers
    answers BIGINT NOT NULL,
    -- queued, drafting, ready, held, approved, sending, sent, rejected, superseded, expired,
    -- failed
    state TEXT NOT NULL,
    -- needs two different people
    hold BIGINT NOT NULL,
    version BIGINT NOT NULL,
    -- the drafter's own words; text is what a person made of them
    drafted TEXT NOT NULL,
    text TEXT NOT NULL,
    -- of text, recipient and channel: what exactly was approved
    text_hash TEXT NOT NULL,
    author TEXT NOT NULL,
    -- language, evidence, findings, gaps
    body TEXT NOT NULL,
    reason TEXT,
    note_message BIGINT,
    claimed_by BIGINT,
    created_at BIGINT NOT NULL,
    ready_at BIGINT,
    decided_at BIGINT,
    settled_at BIGINT
);
CREATE INDEX drafts_by_conversation ON drafts (desk, conversation, id);
-- One draft for a conversation that is being made or waits; one that is being sent does not hinder the next.
CREATE UNIQUE INDEX drafts_living ON drafts (desk, conversation)
    WHERE state IN ('queued', 'drafting', 'ready', 'held', 'approved');

-- Who decided what about exactly which text, and when.
CREATE TABLE reviews (
    id TEXT PRIMARY KEY,
    draft TEXT NOT NULL,
    desk BIGINT NOT NULL,
    reviewer BIGINT NOT NULL,
    -- approve, edit, reject
    verdict TEXT NOT NULL,
    version BIGINT NOT NULL,
    text_hash TEXT NOT NULL,
    drafted_text TEXT NOT NULL,
    final_text TEXT NOT NULL,
    -- share of the drafted text that the reviewer changed, 0…1000
    changed_permille BIGINT NOT NULL,
    tone BIGINT,
    accuracy BIGINT,
    policy BIGINT,
    reason TEXT,
    reviewed_at BIGINT NOT NULL,
    undone_at BIGINT
);
CREATE INDEX reviews_by_draft ON reviews (draft, id);

CREATE TABLE users (
    id {{id}},
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_by_email ON users (email);

-- At which desks a person works, and as what.
CREATE TABLE members (
    user_id BIGINT NOT NULL,
    desk BIGINT NOT NULL,
    -- lead, reviewer, viewer
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, desk)
);

-- One-time links; only their digest is kept.
CREATE TABLE sign_in_links (
    digest TEXT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    data TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Figures ------------------------------------------------------------------------------------------------------------

-- What deliveries told of a conversation's past: its state and its messages do not show it any more. Never changed, only
-- added to.
CREATE TABLE told (
    desk BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    -- microseconds
    at BIGINT NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (desk, conversation, at, what)
);

-- What was measured of each conversation. Made of what is above and of nothing else, so it can be made anew.
CREATE TABLE facts (
    desk BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    -- how often something changed that it is made of, and how often of these it was made
    wanted BIGINT NOT NULL,
    made BIGINT NOT NULL,
    body TEXT,
    -- counted up, and when, with each change of what figures see: facts, clocks, drafts, categories
    version BIGINT NOT NULL DEFAULT 0,
    changed_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (desk, conversation)
);
CREATE INDEX facts_outdated ON facts (desk) WHERE made < wanted;
CREATE INDEX facts_by_change ON facts (desk, changed_at, conversation);

-- Rules.

-- What people changed in hotdash, version by version: the layer above the shipped rules and the team's files.
CREATE TABLE rule_versions (
    desk BIGINT NOT NULL,
    number BIGINT NOT NULL,
    -- whose text it has: its own number, or that of the version it went back to; 0 = nothing was edited yet
    origin BIGINT NOT NULL,
    -- of all layers together, when it became active
    hash TEXT NOT NULL,
    text TEXT NOT NULL,
    author TEXT NOT NULL,
    note TEXT NOT NULL,
    active BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (desk, number)
);
CREATE UNIQUE INDEX rule_versions_active ON rule_versions (desk) WHERE active = 1;

-- Rulebooks and hours that decided, each once: with them and with what it saw, any decision can be made again.
CREATE TABLE rule_texts (
    desk BIGINT NOT NULL,
    hash TEXT NOT NULL,
    body TEXT NOT NULL,
    kept_at BIGINT NOT NULL,
    PRIMARY KEY (desk, hash)
);

-- Which decisions a rule matched in.
CREATE TABLE rule_matches (
    desk BIGINT NOT NULL,
    rule TEXT NOT NULL,
    decision TEXT NOT NULL,
    conversation BIGINT NOT NULL,
    PRIMARY KEY (desk, rule, decision)
);

-- A candidate that decides beside the active rules and changes nothing on the desk.
CREATE TABLE rule_shadows (
    desk BIGINT PRIMARY KEY,
    hash TEXT NOT NULL,
    text TEXT NOT NULL,
    author TEXT NOT NULL,
    started_at BIGINT NOT NULL
);

-- What a candidate would have decided otherwise; what it decided alike is only counted.
CREATE TABLE shadow_decisions (
    desk BIGINT NOT NULL,
    hash TEXT NOT NULL,
    decision TEXT NOT NULL,
    conversation BIGINT NOT NULL,
    -- a list of changes; empty = the same
    changes TEXT NOT NULL,
    decided_at BIGINT NOT NULL,
    PRIMARY KEY (desk, hash, decision)
);

-- SLA clocks -----------------------------------------------------------------------------------------------------------

-- What the clocks of a conversation are computed from.
CREATE TABLE sla_histories (
    desk BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    history TEXT NOT NULL,
    -- of the targets and hours its clocks were computed with
    policy TEXT NOT NULL,
    -- counted up with each change: whoever writes must have read the last
    version BIGINT NOT NULL,
    PRIMARY KEY (desk, conversation)
);

-- The clocks as they follow from that, one of a kind.
CREATE TABLE sla_clocks (
    desk BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    -- first_response, next_response, resolution
    kind TEXT NOT NULL,
    start BIGINT NOT NULL,
    -- running, paused, met, breached, stopped; the last three are over
    state TEXT NOT NULL,
    -- when all of the time is up; NULL while it stands still before that, and when it ended before
    due_at BIGINT,
    -- the next warning that was not given yet
    next_at BIGINT,
    next_share BIGINT,
    body TEXT NOT NULL,
    PRIMARY KEY (desk, conversation, kind)
);
CREATE INDEX sla_clocks_by_next ON sla_clocks (desk, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX sla_clocks_by_due ON sla_clocks (desk, due_at) WHERE state IN ('running', 'paused');

-- Warnings that were given. A clock that begins anew has another start, so each is given once.
CREATE TABLE sla_warnings (
    desk BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    kind TEXT NOT NULL,
    start BIGINT NOT NULL,
    -- percent of the target's time
    share BIGINT NOT NULL,
    -- when that share was up, and when it was noticed
    due_at BIGINT NOT NULL,
    given_at BIGINT NOT NULL,
    -- 1: hotdash was not there in time
    late BIGINT NOT NULL,
    because TEXT NOT NULL,
    -- what it asked for, with rule and reason
    actions TEXT NOT NULL,
    PRIMARY KEY (desk, conversation, kind, start, share)
);
CREATE INDEX sla_warnings_by_time ON sla_warnings (desk, given_at);

-- Automations: what rules did, will do, or must not do by themselves. Once for each rule, conversation and cause.
CREATE TABLE automations (
    id TEXT PRIMARY KEY,
    desk BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    rule TEXT NOT NULL,
    -- message:12, wait:12, conversation, period:1795350000, day:1795305600
    cause TEXT NOT NULL,
    -- waiting, done, cancelled, refused
    state TEXT NOT NULL,
    outcome TEXT,
    body TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    -- the last message that was known when it ended: a wait that was cancelled begins anew with a later one
    seen BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    settled_at BIGINT
);
CREATE UNIQUE INDEX automations_by_cause ON automations (desk, conversation, rule, cause);

-- Assignment ------------------------------------------------------------------------------------------------------------

-- What people have to do.
CREATE INDEX conversations_by_assignee ON conversations (desk, assignee)
    WHERE assignee IS NOT NULL AND status IN ('open', 'pending');
-- What was just given to them, and whether they got it.
CREATE INDEX effects_assigning ON effects (desk, id) WHERE kind = 'assign_agent';

-- Conversations for which nobody was available: whoever came first is first.
CREATE TABLE waiting (
    desk BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    -- the customer's last message
    message BIGINT NOT NULL,
    since BIGINT NOT NULL,
    because TEXT NOT NULL,
    PRIMARY KEY (desk, conversation)
);
CREATE INDEX waiting_by_time ON waiting (desk, since, conversation);

-- Alerts: what is not as usual. One that goes on is one row.
CREATE TABLE alerts (
    id TEXT PRIMARY KEY,
    desk BIGINT NOT NULL,
    -- what is watched, and which way it went
    series TEXT NOT NULL,
    -- hours since 1970 on the desk's clocks: the first that shows it, and the last that was looked at
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    body TEXT NOT NULL,
    found_at BIGINT NOT NULL,
    -- it was as usual for a day
    ended_at BIGINT,
    seen_by BIGINT,
    seen_at BIGINT
);
-- However many look, it is found once.
CREATE UNIQUE INDEX alerts_open ON alerts (desk, series) WHERE ended_at IS NULL;
CREATE INDEX alerts_by_time ON alerts (desk, found_at);

-- What customers write about, as it was last learned: the names of one time are those of the next.
CREATE TABLE topics (
    desk BIGINT PRIMARY KEY,
    body TEXT NOT NULL,
    learned_at BIGINT NOT NULL
);

-- Reports --------------------------------------------------------------------------------------------------------------

-- One for each desk, kind and period, whoever asks for it and however often.
CREATE TABLE reports (
    id TEXT PRIMARY KEY,
    desk BIGINT NOT NULL,
    -- daily, weekly, period
    kind TEXT NOT NULL,
    -- seconds
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    -- the instant of the schedule it was made for; NULL: a person asked for it
    run_at BIGINT,
    -- 1: when it is made it is mailed to whoever the settings name
    mailed BIGINT NOT NULL,
    -- NULL until it is made; never changed afterwards
    body TEXT,
    made_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX reports_by_period ON reports (desk, kind, since, until);
CREATE INDEX reports_by_run ON reports (desk, kind, run_at) WHERE run_at IS NOT NULL;

-- To whom a report was mailed, each once.
CREATE TABLE report_letters (
    id TEXT PRIMARY KEY,
    desk BIGINT NOT NULL,
    report TEXT NOT NULL,
    recipient TEXT NOT NULL,
    -- pending, sending, sent, refused, unclear
    state TEXT NOT NULL,
    outcome TEXT,
    tried_at BIGINT,
    settled_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX report_letters_by_recipient ON report_letters (report, recipient);
