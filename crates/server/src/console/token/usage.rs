//! The tab *Usage*: how often a token was used on each of the last days, as a picture and as a table.

use super::{
    callers::{CallerRow, callers},
    gone::or_gone,
    head::{Head, Tab},
    subject::Subject,
};
use crate::{
    console::{
        moment::Moment,
        page::{Page, Place, send},
        refused::Refused,
        texts::grouped,
        visitor::Visitor,
    },
    path::Path,
};
use askama::Template;
use axum::response::Response;
use domain::time::Timestamp;
use std::time::Duration;
use store::query::UsageDay;

/// How many days are shown.
const DAYS: i64 = 30;
/// The picture's size, and the room that its bars have in it.
const WIDTH: i64 = 760;
const HEIGHT: i64 = 200;
const LEFT: i64 = 56;
const TOP: i64 = 12;
const BOTTOM: i64 = 172;
/// How much of its day's room a bar leaves free.
const GAP: i64 = 6;
/// Every how many days the picture names one.
const NAMED: i64 = 7;
/// For how long callers are shown.
const CALLERS: Duration = Duration::from_hours(24 * 30);

#[derive(Template)]
#[template(path = "console/token/usage.html")]
struct UsageTab {
    page: Page,
    head: Head,
    chart: Chart,
    callers: Vec<CallerRow>,
}

/// The picture.
pub struct Chart {
    /// How wide it is.
    pub width: i64,
    /// How high.
    pub height: i64,
    /// Where its left edge is.
    pub left: i64,
    /// Where its upper edge is.
    pub top: i64,
    /// Where bars stand.
    pub bottom: i64,
    /// A bar for each day, the oldest first.
    pub bars: Vec<Bar>,
    /// The number at its upper edge.
    pub most: String,
    /// How many uses there were in all these days.
    pub total: u64,
    /// The first and the last day.
    pub days: (String, String),
}

/// A day.
pub struct Bar {
    /// The day, as `2026-11-23`.
    pub day: String,
    /// The same without its year, where the picture has room to name it.
    pub label: Option<String>,
    /// How often.
    pub count: String,
    /// Where it stands.
    pub x: i64,
    /// Where it ends above.
    pub y: i64,
    /// How wide it is.
    pub width: i64,
    /// How high.
    pub height: i64,
}

/// Shows it.
pub async fn show(visitor: Visitor, Path(id): Path<String>) -> Response {
    let made = usage(&visitor, &id).await;
    or_gone(&visitor, made).await
}

async fn usage(visitor: &Visitor, id: &str) -> Result<Response, Refused> {
    let subject = Subject::find(visitor, id).await?;
    let days = visitor.server.authority.token_usage(&visitor.caller, subject.id()).await?;
    Ok(send(&UsageTab {
        page: visitor.page(subject.name(), Place::Tokens),
        head: Head::new(visitor, &subject).at(Tab::Usage),
        chart: Chart::new(&days, subject.now),
        callers: callers(visitor, &subject, CALLERS).await?,
    }))
}

impl Chart {
    fn new(used: &[UsageDay], now: Timestamp) -> Self {
        let first = now.day() - DAYS + 1;
        let count = |day: i64| used.iter().filter(|used| used.day == day).map(|used| used.count).sum::<u64>();
        let counts: Vec<_> = (first..=now.day()).map(|day| (day, count(day))).collect();
        let most = rounded(counts.iter().map(|(_, count)| *count).max().unwrap_or_default());
        let room = (WIDTH - LEFT) / DAYS;
        let bars = counts.iter().zip(0_i64..).map(|((day, count), place)| {
            // A day with any use at all has a bar that can be seen.
            let share = i128::from(*count) * i128::from(BOTTOM - TOP) / i128::from(most);
            let height = i64::try_from(share).unwrap_or(0).max(i64::from(*count > 0) * 2);
            let day = date(*day);
            let is_named = (DAYS - 1 - place) % NAMED == 0;
            Bar {
                label: is_named.then(|| day.get(day.len().saturating_sub(5)..).unwrap_or_default().to_owned()),
                day,
                count: grouped(*count),
                x: LEFT + place * room + GAP / 2,
                y: BOTTOM - height,
                width: room - GAP,
                height,
            }
        });
        Self {
            width: WIDTH,
            height: HEIGHT,
            left: LEFT,
            top: TOP,
            bottom: BOTTOM,
            bars: bars.collect(),
            most: grouped(most),
            total: counts.iter().map(|(_, count)| count).sum(),
            days: (date(first), date(now.day())),
        }
    }
}

/// The next number that people like to read at the edge of a picture: one, two or five with zeros behind.
fn rounded(most: u64) -> u64 {
    let mut step: u64 = 1;
    loop {
        for factor in [1, 2, 5] {
            let edge = step.saturating_mul(factor);
            if edge >= most {
                return edge;
            }
        }
        step = step.saturating_mul(10);
    }
}

fn date(day: i64) -> String {
    Moment::new(Timestamp::of_day(day)).date
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_day_reaches_the_edge_that_is_written_there() {
        let now = Timestamp::from_milliseconds(1_800_000_000_000);
        let used = [UsageDay { day: now.day(), count: 20 }, UsageDay { day: now.day() - 29, count: 1 }];
        let chart = Chart::new(&used, now);
        assert_eq!((chart.bars.len(), chart.total, chart.most.as_str()), (30, 21, "20"));
        assert_eq!((chart.bars[29].y, chart.bars[29].day.as_str()), (TOP, "2027-01-15"));
        assert!(chart.bars[0].height >= 2 && chart.bars[1].height == 0);
        assert!(chart.bars.iter().all(|bar| bar.x >= LEFT && bar.x + bar.width <= WIDTH));
    }

    #[test]
    fn edges_are_round_and_never_too_low() {
        for (most, edge) in [(0, 1), (1, 1), (3, 5), (6, 10), (11, 20), (999, 1_000)] {
            assert_eq!(rounded(most), edge);
        }
        assert_eq!(rounded(u64::MAX), u64::MAX);
    }
}
