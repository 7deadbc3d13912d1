//! What is read from the parts of the server only when somebody asks for it.

use authority::Authority;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
    registry::Unit,
};
use std::{fmt, sync::Arc};

/// Reads the figures of an authority.
pub(super) struct Readings(Arc<Authority>);

impl Readings {
    pub(super) fn new(authority: Arc<Authority>) -> Self {
        Self(authority)
    }
}

impl fmt::Debug for Readings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Readings")
    }
}

impl Collector for Readings {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let authority = &self.0;
        let size = authority.index().size();
        let writer = authority.store().writer_figures();
        let gauges = [
            ("journal_position", "Position of the last journal entry in the index", authority.index().position().0),
            ("index_secrets", "Secrets in the index, of live and deleted tokens", whole(size.secrets)),
            ("index_bytes", "Memory of the index", whole(size.bytes)),
            ("index_open", "1 while the index answers", u64::from(authority.index().is_open())),
            ("usage_waiting", "Tokens whose last use waits to be written", whole(authority.usage().waiting())),
            ("writer_waiting", "Changes that wait for the writer of the store", whole(writer.waiting)),
            ("denials_unwritten", "Denials that are not in the denials file yet", writer.denials_unwritten),
            ("quarantined", "1 while the store is in quarantine", u64::from(authority.is_quarantined())),
        ];
        for (name, help, value) in gauges {
            let descriptor = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX)).encode(descriptor)?;
        }
        let counters = [
            ("usage_dropped", "Uses that were not kept because too many waited", authority.usage().dropped()),
            ("changes", "Changes that the store has made", writer.changes),
            ("commits", "Durable commits; each carries the changes that waited together", writer.commits),
        ];
        for (name, help, value) in counters {
            let descriptor = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            ConstCounter::new(value).encode(descriptor)?;
        }
        let help = "Time that all commits took to become durable";
        let descriptor = encoder.encode_descriptor("commit", help, Some(&Unit::Seconds), MetricType::Counter)?;
        ConstCounter::new(writer.commit_time.as_secs_f64()).encode(descriptor)
    }
}

fn whole(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
