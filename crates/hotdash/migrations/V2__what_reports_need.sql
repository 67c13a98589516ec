-- What a model used for a draft, as it told; NULL where none was asked or it did not tell. The model may be another one than
-- the draft's author: an answer that was not used costs as much.
ALTER TABLE drafts ADD COLUMN model TEXT;
ALTER TABLE drafts ADD COLUMN prompt_tokens BIGINT;
ALTER TABLE drafts ADD COLUMN completion_tokens BIGINT;

-- What customers wrote about in messages that were only read on the desk: nothing is decided about those. A message that is
-- about nothing in particular has no row.
CREATE TABLE read_categories (
    desk BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    message BIGINT NOT NULL,
    -- names, each with how sure the analysis was
    categories TEXT NOT NULL,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (desk, conversation, message)
);

-- An alert as it was when it was found: what reports tell, so that they stay the same.
ALTER TABLE alerts ADD COLUMN found TEXT NOT NULL DEFAULT '';
UPDATE alerts SET found = body;
