//! Usage: spans of the sensor, logged intervals, amounts of a day.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, Row, params};

use super::super::{Result, millis};
use super::{Sqlite, at, from_column};
use crate::attention::usage::{Amount, Doing, Interval, Source, Usage};
use crate::plan::Activity;

const fn source_name(source: Source) -> &'static str {
    match source {
        Source::Sensor => "sensor",
        Source::Log => "log",
        Source::Import => "import",
    }
}

fn doing(row: &Row<'_>, site: usize, activity: usize) -> rusqlite::Result<Doing> {
    let activity: String = row.get(activity)?;
    Ok(Doing {
        site: row.get(site)?,
        activity: activity.parse::<Activity>().unwrap_or_default(),
    })
}

fn interval(row: &Row<'_>) -> rusqlite::Result<Interval> {
    let source: String = row.get(4)?;
    Ok(Interval {
        from: from_column(row.get(0)?),
        until: from_column(row.get(1)?),
        doing: doing(row, 2, 3)?,
        source: match source.as_str() {
            "sensor" => Source::Sensor,
            "import" => Source::Import,
            _ => Source::Log,
        },
    })
}

fn amount(row: &Row<'_>) -> rusqlite::Result<Amount> {
    let day: String = row.get(0)?;
    Ok(Amount {
        day: day.parse().unwrap_or_default(),
        time: Duration::from_millis(row.get(1)?),
        doing: doing(row, 2, 3)?,
    })
}

pub(super) fn add_interval(connection: &Connection, interval: &Interval) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO intervals (from_at, until_at, site, activity, source)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (from_at) WHERE source = 'sensor'
         DO UPDATE SET until_at = excluded.until_at, site = excluded.site,
                       activity = excluded.activity",
    )?;
    statement.execute(params![
        at(interval.from),
        at(interval.until),
        interval.doing.site,
        interval.doing.activity.name(),
        source_name(interval.source),
    ])?;
    Ok(())
}

pub(super) fn add_amount(connection: &Connection, amount: &Amount) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO amounts (day, time, site, activity) VALUES (?1, ?2, ?3, ?4)",
        params![
            amount.day.to_string(),
            millis(amount.time),
            amount.doing.site,
            amount.doing.activity.name()
        ],
    )?;
    Ok(())
}

impl Sqlite {
    pub(in crate::store) fn usage(
        &self,
        (from, until): (Timestamp, Timestamp),
        (first, last): (Date, Date),
    ) -> Result<Usage> {
        let read = || {
            let mut statement = self.connection.prepare_cached(
                "SELECT from_at, until_at, site, activity, source FROM intervals
                 WHERE until_at > ?1 AND from_at < ?2",
            )?;
            let intervals = statement.query_map([at(from), at(until)], interval)?;
            let intervals = intervals.collect::<rusqlite::Result<_>>()?;
            let mut statement = self.connection.prepare_cached(
                "SELECT day, time, site, activity FROM amounts WHERE day >= ?1 AND day <= ?2",
            )?;
            let days = [first.to_string(), last.to_string()];
            let amounts = statement.query_map(days, amount)?;
            Ok(Usage {
                intervals,
                amounts: amounts.collect::<rusqlite::Result<_>>()?,
            })
        };
        read().map_err(|error: rusqlite::Error| self.explain(&error))
    }

    pub(in crate::store) fn save_span(&mut self, interval: &Interval) -> Result<()> {
        self.lightly(|transaction| add_interval(transaction, interval))
    }

    pub(in crate::store) fn add_interval(&mut self, interval: &Interval) -> Result<()> {
        self.in_transaction(|transaction| add_interval(transaction, interval))
    }

    pub(in crate::store) fn add_amount(&mut self, amount: &Amount) -> Result<()> {
        self.in_transaction(|transaction| add_amount(transaction, amount))
    }

    pub(in crate::store) fn erase_usage(
        &mut self,
        (from, until): (Timestamp, Timestamp),
        (first, last): (Date, Date),
    ) -> Result<usize> {
        self.in_transaction(|transaction| {
            let range = [at(from), at(until)];
            // What reaches over both edges leaves a piece behind the range.
            let mut touched = transaction.execute(
                "INSERT INTO intervals (from_at, until_at, site, activity, source)
                 SELECT ?2, until_at, site, activity, source FROM intervals
                 WHERE from_at < ?1 AND until_at > ?2",
                range,
            )?;
            touched += transaction.execute(
                "UPDATE intervals SET until_at = ?1 WHERE from_at < ?1 AND until_at > ?1",
                [at(from)],
            )?;
            touched += transaction.execute(
                "DELETE FROM intervals WHERE from_at >= ?1 AND until_at <= ?2",
                range,
            )?;
            touched += transaction.execute(
                "UPDATE intervals SET from_at = ?2 WHERE from_at >= ?1 AND from_at < ?2",
                range,
            )?;
            touched += transaction.execute(
                "DELETE FROM amounts WHERE day >= ?1 AND day <= ?2",
                [first.to_string(), last.to_string()],
            )?;
            Ok(touched)
        })
    }
}
