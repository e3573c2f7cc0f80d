-- Which limits were in force from which day of the plan on, as they stood at the end of that day:
-- what is over is judged by what was meant then.
CREATE TABLE limits_in_force (
  day  TEXT PRIMARY KEY,
  body TEXT NOT NULL
) STRICT;
