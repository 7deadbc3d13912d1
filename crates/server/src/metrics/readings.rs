//! What is read from the parts of the server only when somebody asks for it.

use authority::Authority;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
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
        let gauges = [
            ("journal_position", "Position of the last journal entry in the index", authority.index().position().0),
            ("index_secrets", "Secrets in the index, of live and deleted tokens", whole(size.secrets)),
            ("index_bytes", "Memory of the index", whole(size.bytes)),
            ("index_open", "1 while the index answers", u64::from(authority.index().is_open())),
            ("usage_waiting", "Tokens whose last use waits to be written", whole(authority.usage().waiting())),
            ("quarantined", "1 while the store is in quarantine", u64::from(authority.is_quarantined())),
        ];
        for (name, help, value) in gauges {
            let descriptor = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX)).encode(descriptor)?;
        }
        let dropped = encoder.encode_descriptor(
            "usage_dropped",
            "Uses that were not kept because too many waited",
            None,
            MetricType::Counter,
        )?;
        ConstCounter::new(authority.usage().dropped()).encode(dropped)
    }
}

fn whole(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
