#!/usr/bin/python3
"""Calendars by another parser: icalendar reads what rounds exports, and writes what it imports.

    calendar_model.py read              an .ics on standard input, its events as JSON
    calendar_model.py write SEED COUNT  a line of JSON for each calendar: its text, and what it means

What a calendar means is told by dateutil's recurrence rules on the clock of the event's own zone. A
local time that daylight saving skips counts from the offset before the jump, one that comes twice is
the first: RFC 5545, 3.3.5.
"""

import datetime as dt
import json
import random
import sys
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar, Event, vRecur

UTC = dt.timezone.utc
# The days in which the tests look: changes to and from summer time lie among them.
FROM, UNTIL = dt.date(2026, 3, 1), dt.date(2026, 6, 8)
PLAN = "Europe/London"
ZONES = [PLAN, "Europe/Madrid", "America/New_York", "America/St_Johns", "Asia/Kolkata",
         "Australia/Lord_Howe", "Pacific/Chatham", "America/Santiago", "Africa/Casablanca"]
TITLES = ["Journal club", "Chat; with commas, and more", 'The "big" one', "Back\\slash and\nline",
          "Sesión clínica de cardiología: ñ, ç, l·l", "会議 " * 12, "x" * 74, "é" * 60, "🩺 rounds"]
WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def instant(local, zone):
    return int(local.replace(tzinfo=UTC if zone == "UTC" else ZoneInfo(zone)).timestamp())


def rule(rng, begins, zone):
    """A rule as icalendar wants it; some of everything that calendars write."""
    freq = rng.choice(["DAILY", "WEEKLY", "WEEKLY", "MONTHLY", "YEARLY"])
    parts = {"FREQ": freq, "INTERVAL": rng.choice([1, 1, 1, 2, 3])}
    day = WEEKDAYS[begins.weekday()]
    if freq == "WEEKLY" and rng.random() < 0.6:
        parts["BYDAY"] = sorted({day, rng.choice(WEEKDAYS)}, key=WEEKDAYS.index)
        if rng.random() < 0.3:
            parts["WKST"] = rng.choice(["SU", "MO"])
    if freq == "MONTHLY":
        kind = rng.random()
        if kind < 0.4:
            parts["BYDAY"] = [rng.choice(["1", "2", "-1", "+3"]) + rng.choice(WEEKDAYS)]
        elif kind < 0.6:
            parts["BYMONTHDAY"] = [rng.choice([1, 15, 31, -1])]
        elif kind < 0.8:
            parts["BYDAY"], parts["BYSETPOS"] = ["MO", "TU", "WE", "TH", "FR"], [rng.choice([1, -1])]
    # What a rule means whose first date is not its own is undefined.
    begins = every(parts, begins)[0]
    ending = rng.random()
    if ending < 0.3:
        parts["COUNT"] = rng.randint(1, 40)
    elif ending < 0.6:
        local = begins + dt.timedelta(days=rng.randint(1, 120))
        # UNTIL is in UTC, where the event has a zone.
        parts["UNTIL"] = local if zone is None else dt.datetime.fromtimestamp(
            instant(local, zone), UTC)
    return parts, begins


def every(parts, begins):
    return rrulestr("RRULE:" + vRecur(parts).to_ical().decode(), dtstart=begins)


def dates_of(parts, begins, zone):
    """The local times of a rule up to the last of the days and a little further."""
    parts = dict(parts)
    until = parts.pop("UNTIL", None)
    last = dt.datetime.combine(UNTIL + dt.timedelta(days=3), dt.time())
    found = []
    for local in every(parts, begins):
        over = until is not None and (
            local > until if zone is None else instant(local, zone) > until.timestamp())
        if over or local > last:
            break
        found.append(local)
    return found


def with_time(event, name, local, zone):
    if zone is None:
        event.add(name, local)
    elif zone == "UTC":
        event.add(name, local.replace(tzinfo=UTC))
    else:
        event.add(name, local, parameters={"TZID": zone})


def hours(rng, uid):
    """An event of some hours, with whatever may belong to it; the events of the file, its dates."""
    zone = rng.choice(ZONES + ["UTC", None, None])
    clock = zone or PLAN
    begins = dt.datetime(2026, rng.randint(1, 5), rng.randint(1, 28), rng.choice([0, 1, 2, 8, 18, 23]),
                         rng.choice([0, 15, 30]))
    length = dt.timedelta(minutes=rng.choice([15, 45, 60, 90, 600]))
    title = rng.choice(TITLES)
    parts = None
    if rng.random() < 0.75:
        parts, begins = rule(rng, begins, zone)
    event = Event()
    event.add("uid", uid)
    event.add("summary", title)
    event.add("dtstamp", dt.datetime(2026, 1, 1, tzinfo=UTC))
    with_time(event, "dtstart", begins, zone)
    if rng.random() < 0.5:
        event.add("duration", length)
    else:
        ends = dt.datetime.fromtimestamp(instant(begins, clock), UTC) + length
        zoned = ends.astimezone(UTC if clock == "UTC" else ZoneInfo(clock)).replace(tzinfo=None)
        # An end that a change of the clock makes ambiguous or odd would be another length.
        if instant(zoned, clock) == ends.timestamp():
            with_time(event, "dtend", zoned, zone)
        else:
            event.add("duration", length)
    dates = {begins}
    if parts:
        dates = set(dates_of(parts, begins, zone))
        event.add("rrule", vRecur(parts))
    found = {local: length for local in dates}
    if rng.random() < 0.3:
        more = begins + dt.timedelta(days=rng.randint(1, 90), hours=1)
        with_time(event, "rdate", more, zone)
        found[more] = length
    for local in rng.sample(sorted(dates), min(len(dates), rng.choice([0, 0, 1, 3]))):
        if len(found) > 1:
            with_time(event, "exdate", local, zone)
            found.pop(local, None)
    events = [event]
    for local in rng.sample(sorted(found), min(max(len(found) - 1, 0), rng.choice([0, 0, 1, 2]))):
        if not parts:
            break
        moved = Event()
        moved.add("uid", uid)
        moved.add("summary", title)
        moved.add("dtstamp", dt.datetime(2026, 1, 2, tzinfo=UTC))
        if zone is not None and rng.random() < 0.5:
            moved.add("recurrence-id", dt.datetime.fromtimestamp(instant(local, zone), UTC))
        else:
            with_time(moved, "recurrence-id", local, zone)
        found.pop(local)
        to = local + dt.timedelta(days=1, minutes=5)
        with_time(moved, "dtstart", to, zone)
        moved.add("duration", dt.timedelta(minutes=30))
        if rng.random() < 0.4:
            moved.add("status", "CANCELLED")
        else:
            found[to] = dt.timedelta(minutes=30)
        events.append(moved)
    lengths = {instant(local, clock): int(length.total_seconds()) for local, length in found.items()}
    rng.shuffle(events)
    return events, {"uid": uid, "title": title, "hours": sorted(lengths.items())}


def days(rng, uid):
    first = FROM + dt.timedelta(days=rng.randint(0, 80))
    count = rng.choice([1, 1, 3, 5])
    event = Event()
    event.add("uid", uid)
    event.add("summary", title := rng.choice(TITLES))
    event.add("dtstart", first)
    if count > 1 or rng.random() < 0.5:
        event.add("dtend", first + dt.timedelta(days=count))
    last = first + dt.timedelta(days=count - 1)
    return [event], {"uid": uid, "title": title, "days": [str(first), str(last)]}


def dressed(rng, text):
    """The same calendar as other programs would write it: line ends, folds, letters."""
    whole = text.replace("\r\n ", "")
    width = rng.choice([0, 0, 20, 60])
    lines = []
    for line in whole.split("\r\n"):
        name, colon, rest = line.partition(":")
        if rng.random() < 0.1 and ";" not in name and name not in ("BEGIN", "END"):
            line = name.capitalize() + colon + rest
        while width and len(line) > width:
            lines.append(line[:width])
            line = rng.choice(" \t") + line[width:]
        lines.append(line)
    end = rng.choice(["\r\n", "\r\n", "\n"])
    text = end.join(lines) if width else text.replace("\r\n", end)
    return rng.choice(["", "", "\ufeff"]) + text


def write(seed, count):
    for number in range(count):
        rng = random.Random(seed * 100_000 + number)
        calendar = Calendar()
        calendar.add("prodid", "-//other//EN")
        calendar.add("version", "2.0")
        means = []
        for event in range(rng.randint(1, 4)):
            uid = f"{number}-{event}@{'other' * rng.choice([1, 30])}"
            events, meaning = (days if rng.random() < 0.2 else hours)(rng, uid)
            means.append(meaning)
            for one in events:
                calendar.add_component(one)
        text = dressed(rng, calendar.to_ical().decode())
        print(json.dumps({"ics": text, "means": means}))


def read():
    data = sys.stdin.buffer.read()
    long = [line for line in data.split(b"\r\n") if len(line) > 75]
    bare = data.replace(b"\r\n", b"").count(b"\n")
    calendar = Calendar.from_ical(data)
    events = []
    for event in calendar.walk("VEVENT"):
        told = {"uid": str(event["uid"]), "title": str(event["summary"])}
        for name in ("dtstart", "dtend"):
            value = event.decoded(name)
            told[name] = int(value.timestamp()) if isinstance(value, dt.datetime) else str(value)
        events.append(told)
    print(json.dumps({"events": events, "long": len(long), "bare": bare}))


if __name__ == "__main__":
    if sys.argv[1:] == ["read"]:
        read()
    else:
        write(int(sys.argv[2]), int(sys.argv[3]))
