-- The register of interests: what ties the clinician to what a post may mention.
CREATE TABLE interests (
  name TEXT PRIMARY KEY,
  body TEXT NOT NULL
) STRICT;
