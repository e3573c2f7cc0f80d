-- What Crossref and PubMed said of papers, with the date; nothing about who asked or why.
CREATE TABLE papers (
  id   TEXT PRIMARY KEY,       -- a DOI, or "PMID 123"
  body TEXT NOT NULL
) STRICT;
