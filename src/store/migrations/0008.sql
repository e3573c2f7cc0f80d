-- Slots that are let pass are asked for by their time.
CREATE INDEX skipped_by_time ON skipped_slots (slot);

-- Of the answers for an account the newest to each question counts; there is a new one every few
-- weeks, for years.
CREATE INDEX account_answers_by_item
  ON account_answers (account, json_extract(body, '$.item'), id);
