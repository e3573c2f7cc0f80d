"""What a plan will do, worked out a second time: a model for `rounds plan forecast`.

Written from the contract alone with Python's standard library (tomllib, zoneinfo), sharing no code
with the program. Reads JSON lines {"plan": text of plan.toml, "from": day, "to": day, "forecast":
what the program says} from standard input; prints each difference; exit 1 if there is any.
"""

import datetime as dt
import json
import sys
import tomllib
from bisect import bisect_right
from zoneinfo import ZoneInfo

UTC = dt.timezone.utc
DAY = dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)
WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


class Clock:
    """Local times of one zone as instants in UTC."""

    def __init__(self, name):
        self.zone = ZoneInfo(name)

    def instant(self, local):
        """The first instant at which the clock shows `local` or has jumped over it."""
        early, late = (local.replace(tzinfo=self.zone, fold=fold) for fold in (0, 1))
        if early.utcoffset() == late.utcoffset():
            return early.astimezone(UTC)
        early, late = early.astimezone(UTC), late.astimezone(UTC)
        if self.shown(early) == local or self.shown(late) == local:
            return min(at for at in (early, late) if self.shown(at) == local)
        # Skipped. The clock shows less than `local` on one side of the jump and more on the other.
        low, high = min(early, late), max(early, late)
        assert self.shown(low) < local < self.shown(high)
        while high - low > SECOND:
            middle = low + (high - low) // 2
            middle = middle.replace(microsecond=0)
            if self.shown(middle) < local:
                low = middle
            else:
                high = middle
        return high

    def shown(self, at):
        return at.astimezone(self.zone).replace(tzinfo=None, fold=0)

    def written(self, at):
        return at.astimezone(self.zone).isoformat(timespec="seconds")


def numbers(field, least, most, names=(), first_name=0):
    """The numbers that one field of a crontab allows."""

    def number(word):
        return names.index(word.lower()[:3]) + first_name if word[0].isalpha() else int(word)

    allowed = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        if span == "*":
            low, high = least, most
        elif "-" in span:
            low, high = map(number, span.split("-"))
            if high == 0 and names is WEEKDAYS:
                high = 7  # a week may end with Sunday by name: Sat-Sun
        else:
            low = high = number(span)
        allowed |= set(range(low, high + 1, int(step or 1)))
    return allowed


class Cron:
    def __init__(self, text):
        minute, hour, day, month, weekday = text.split()
        self.times = [
            dt.time(h, m)
            for h in sorted(numbers(hour, 0, 23))
            for m in sorted(numbers(minute, 0, 59))
        ]
        self.days = numbers(day, 1, 31)
        self.months = numbers(month, 1, 12, MONTHS, 1)
        self.weekdays = {number % 7 for number in numbers(weekday, 0, 7, WEEKDAYS)}
        self.either = day[0] != "*" and weekday[0] != "*"

    def on(self, date):
        if date.month not in self.months:
            return False
        by_day = date.day in self.days
        by_weekday = date.isoweekday() % 7 in self.weekdays
        return by_day or by_weekday if self.either else by_day and by_weekday


def seconds(text):
    units = {"h": 3600, "m": 60, "s": 1, "d": 86400}
    total, digits = 0, ""
    for letter in text:
        if letter.isdigit():
            digits += letter
        else:
            total += int(digits) * units[letter]
            digits = ""
    return total


def later(date, age):
    """`date` and so many years, months, weeks or days."""
    if age.endswith("mo"):
        months = int(age[:-2])
    elif age.endswith("y"):
        months = 12 * int(age[:-1])
    else:
        return date + DAY * int(age[:-1]) * {"w": 7, "d": 1}[age[-1]]
    index = date.year * 12 + date.month - 1 + months
    for day in range(date.day, 0, -1):
        try:
            return dt.date(index // 12, index % 12 + 1, day)
        except ValueError:
            continue


class Model:
    def __init__(self, plan):
        self.plan = plan
        self.periods = {}
        self.clock = Clock(plan["timezone"])
        self.day_starts = dt.time.fromisoformat(plan.get("day_starts", "04:00"))
        self.week_starts = WEEKDAYS.index(plan.get("week_starts", "monday")[:3])
        self.stages = {a["name"]: self.stages_of(a) for a in plan.get("accounts", [])}

    def starts_period(self, per, date):
        if per == "week":
            return date.isoweekday() % 7 == self.week_starts
        return per == "day" or date.day == 1

    def period(self, per, date):
        if (per, date) not in self.periods:
            first = last = date
            while not self.starts_period(per, first):
                first -= DAY
            while not self.starts_period(per, last + DAY):
                last += DAY
            for number in range((last - first).days + 1):
                self.periods[per, first + DAY * number] = (first, last)
        return self.periods[per, date]

    def stages_of(self, account):
        """(the day on which it takes over, per, min, max) of each stage."""
        stages = []
        for stage in account.get("cadence", []):
            count, per = stage["posts"].split(" per ")
            least, _, most = count.partition("-")
            if not stages:
                begun = date = stage["from"]
            else:
                date = stage["from"] if "from" in stage else later(begun, stage["after"])
                while not self.starts_period(per, date):
                    date += DAY
            stages.append((date, per, int(least), int(most or least)))
        return stages

    def limits(self, date):
        for limit in self.plan.get("limits", []):
            first, last = self.period(limit["per"], date)
            time = limit["time"]
            for override in limit.get("overrides", []):
                if not (override["until"] < first or last < override["from"]):
                    time = override["time"]
            yield {"of": limit["of"], "per": limit["per"], "limit_s": seconds(time)}
        for conference in self.plan.get("conferences", []):
            if conference["from"] <= date <= conference["until"]:
                time = seconds(conference["time"])
                yield {"of": "activity:conference", "per": "day", "limit_s": time}

    def cadence(self, date):
        for account in self.plan.get("accounts", []):
            held = [stage for stage in self.stages[account["name"]] if stage[0] <= date]
            if held:
                _, per, least, most = held[-1]
                yield {
                    "account": account["name"],
                    "period": per,
                    "target_min": least,
                    "target_max": most,
                }

    def instants(self, patterns, first, last):
        """Every instant of some patterns on local dates around a range, each once."""
        found = set()
        crons = [Cron(pattern) for pattern in patterns]
        for number in range(-2, (last - first).days + 4):
            date = first + DAY * number
            for cron in crons:
                if cron.on(date):
                    for time in cron.times:
                        found.add(self.clock.instant(dt.datetime.combine(date, time)))
        return sorted(found)

    def forecast(self, first, last):
        dates = [first + DAY * number for number in range((last - first).days + 1)]
        starts = [
            self.clock.instant(dt.datetime.combine(date, self.day_starts))
            for date in [*dates, last + DAY]
        ]
        days = [
            {
                "date": date.isoformat(),
                "limits": list(self.limits(date)),
                "slots": [],
                "engagements": [],
                "cadence": list(self.cadence(date)),
            }
            for date in dates
        ]

        def put(key, entries):
            # Entries of one instant stay in the order of the plan.
            for at, entry in sorted(entries, key=lambda pair: pair[0]):
                number = bisect_right(starts, at) - 1
                if 0 <= number < len(days):
                    days[number][key].append(entry)

        put("slots", [
            (at, {"account": account["name"], "at": self.clock.written(at)})
            for account in self.plan.get("accounts", [])
            for at in self.instants(account.get("slots", []), first, last)
        ])
        put("engagements", [
            (at, {
                "name": engagement["name"],
                "from": self.clock.written(at),
                "until": self.clock.written(at + SECOND * seconds(engagement["length"])),
            })
            for engagement in self.plan.get("engagements", [])
            for at in self.instants([engagement["cron"]], first, last)
        ])
        return days


def compare(case):
    """Says what differs, at most ten lines of it, and how many days were compared."""
    plan = tomllib.loads(case["plan"])
    first, last = map(dt.date.fromisoformat, (case["from"], case["to"]))
    expected = Model(plan).forecast(first, last)
    found = case["forecast"]["days"]
    differences = [
        f"{plan['timezone']} {want['date']} {key}:\n  model   {want[key]}\n  program {got.get(key)}"
        for want, got in zip(expected, found)
        for key in want
        if want[key] != got.get(key)
    ]
    if len(expected) != len(found):
        differences.append(f"{plan['timezone']}: {len(expected)} days, the program {len(found)}")
    slots = sum(len(day["slots"]) for day in expected)
    return differences, len(expected), slots


def main():
    cases = days = slots = 0
    wrong = []
    for line in sys.stdin:
        differences, more_days, more_slots = compare(json.loads(line))
        wrong += differences
        cases, days, slots = cases + 1, days + more_days, slots + more_slots
    print("\n".join(wrong[:10]))
    print(f"{cases} plans, {days} days, {slots} slots: {len(wrong)} differences")
    sys.exit(1 if wrong or not cases else 0)


if __name__ == "__main__":
    main()
