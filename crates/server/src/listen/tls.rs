//! The certificate: loaded at start, and read again when its files change or on SIGHUP.

use crate::config::TlsFiles;
use parking_lot::RwLock;
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    version::{TLS12, TLS13},
};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};
use tokio::{
    signal::unix::{SignalKind, signal},
    time::{MissedTickBehavior, interval},
};
use tokio_rustls::TlsAcceptor;

/// How often the files are looked at.
const POLL: Duration = Duration::from_secs(2);

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or is not PEM.
    #[error("{path} cannot be read as PEM")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The inside cause.
        #[source]
        cause: rustls::pki_types::pem::Error,
    },
    /// The file has no certificate.
    #[error("{0} holds no certificate")]
    Empty(PathBuf),
    /// The certificate and the key cannot be used together.
    #[error("the certificate and its key cannot be used")]
    Unusable(#[source] rustls::Error),
}

/// The certificate in use.
pub struct Tls {
    files: TlsFiles,
    in_use: RwLock<Arc<ServerConfig>>,
    seen: RwLock<Option<Marks>>,
}

/// What shows that the files were replaced.
type Marks = [(SystemTime, u64); 2];

impl Tls {
    /// Loads the certificate and its key.
    ///
    /// # Errors
    /// When they cannot be read or used.
    pub fn load(files: TlsFiles) -> Result<Self, TlsError> {
        // The marks are taken first: a change during the loading is seen by the next look.
        let seen = marks(&files).ok();
        let config = load(&files)?;
        Ok(Self { files, in_use: RwLock::new(Arc::new(config)), seen: RwLock::new(seen) })
    }

    /// What makes the next handshake.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&*self.in_use.read()))
    }

    /// Reads the files again; on an error the certificate in use stays.
    ///
    /// # Errors
    /// When they cannot be read or used.
    pub fn reload(&self) -> Result<(), TlsError> {
        *self.seen.write() = marks(&self.files).ok();
        *self.in_use.write() = Arc::new(load(&self.files)?);
        Ok(())
    }

    /// Follows the files and SIGHUP for ever.
    pub(super) async fn follow(self: Arc<Self>) {
        let mut looks = interval(POLL);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut hangups = match signal(SignalKind::hangup()) {
            Ok(hangups) => hangups,
            Err(error) => return tracing::error!(%error, "SIGHUP cannot be followed; the certificate stays as it is"),
        };
        loop {
            let asked = tokio::select! {
                _ = looks.tick() => false,
                _ = hangups.recv() => true,
            };
            let tls = Arc::clone(&self);
            // Files may lie on a slow disk, and the threads of the runtime must not wait for it.
            let looked = tokio::task::spawn_blocking(move || tls.look(asked)).await;
            if let Err(error) = looked {
                tracing::error!(%error, "the certificate could not be looked at");
            }
        }
    }

    fn look(&self, asked: bool) {
        let changed = marks(&self.files).ok().is_some_and(|marks| *self.seen.read() != Some(marks));
        if !asked && !changed {
            return;
        }
        match self.reload() {
            Ok(()) => tracing::info!(certificate = %self.files.certificate.display(), "the certificate was read again"),
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
                tracing::error!(%error, cause, "the new certificate is not used; the one before stays");
            }
        }
    }
}

fn marks(files: &TlsFiles) -> io::Result<Marks> {
    let mark = |path: &Path| fs::metadata(path).and_then(|metadata| Ok((metadata.modified()?, metadata.len())));
    Ok([mark(&files.certificate)?, mark(&files.key)?])
}

fn load(files: &TlsFiles) -> Result<ServerConfig, TlsError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |cause| TlsError::Unreadable { path, cause }
    };
    let chain = CertificateDer::pem_file_iter(&files.certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(unreadable(&files.certificate))?;
    if chain.is_empty() {
        return Err(TlsError::Empty(files.certificate.clone()));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(unreadable(&files.key))?;
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_protocol_versions(&[&TLS13, &TLS12]).map_err(TlsError::Unusable)?;
    let mut config = builder.with_no_client_auth().with_single_cert(chain, key).map_err(TlsError::Unusable)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
