//! A histogram of times that takes no lock: the library's own locks for each observation, which a
//! verification from memory would feel.

use prometheus_client::{
    encoding::{EncodeMetric, MetricEncoder, NoLabelSet},
    metrics::{MetricType, TypedMetric},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// The upper bounds of the buckets, in nanoseconds: from 10 µs, near a verification, to 10 s.
const BOUNDS: [u64; 13] = [
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    5_000_000,
    25_000_000,
    100_000_000,
    500_000_000,
    2_500_000_000,
    10_000_000_000,
];

/// A histogram of times; its clones count into the same buckets.
#[derive(Debug, Clone, Default)]
pub(super) struct Latency(Arc<Buckets>);

#[derive(Debug, Default)]
struct Buckets {
    counts: [AtomicU64; BOUNDS.len() + 1],
    nanoseconds: AtomicU64,
}

impl Latency {
    /// Counts one time.
    pub(super) fn observe(&self, took: Duration) {
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|bound| *bound < nanoseconds);
        self.0.counts[bucket].fetch_add(1, Ordering::Relaxed);
        self.0.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }
}

impl TypedMetric for Latency {
    const TYPE: MetricType = MetricType::Histogram;
}

impl EncodeMetric for Latency {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), std::fmt::Error> {
        let counts = self.0.counts.each_ref().map(|count| count.load(Ordering::Relaxed));
        let bounds = BOUNDS.iter().map(|bound| seconds(*bound)).chain([f64::INFINITY]);
        let buckets: Vec<_> = bounds.zip(counts).collect();
        let sum = seconds(self.0.nanoseconds.load(Ordering::Relaxed));
        encoder.encode_histogram::<NoLabelSet>(sum, counts.iter().sum(), &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        Self::TYPE
    }
}

fn seconds(nanoseconds: u64) -> f64 {
    Duration::from_nanos(nanoseconds).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use prometheus_client::{encoding::text, registry::Registry};

    #[test]
    fn a_time_is_counted_in_its_bucket_and_all_above() {
        let latency = Latency::default();
        for microseconds in [10, 11, 700, 20_000_000] {
            latency.observe(Duration::from_micros(microseconds));
        }
        let mut registry = Registry::default();
        registry.register("took", "Times", latency);
        let mut page = String::new();
        text::encode(&mut page, &registry).unwrap();
        for line in [
            r#"took_bucket{le="0.00001"} 1"#,
            r#"took_bucket{le="0.000025"} 2"#,
            r#"took_bucket{le="0.001"} 3"#,
            r#"took_bucket{le="10.0"} 3"#,
            r#"took_bucket{le="+Inf"} 4"#,
            "took_count 4",
            "took_sum 20.000721",
        ] {
            assert!(page.lines().any(|other| other == line), "{line} in {page}");
        }
    }
}
