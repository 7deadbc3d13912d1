//! The credentials file: which server is meant when none is named, and the token for each.
//!
//! It lives in `$XDG_CONFIG_HOME/jeton/credentials.json` (`~/.config` when that is not set), mode
//! 0600. A token is kept under the address of its server and is sent to no other.

use super::failure::{Done, Exit, Failure, chain};
use crate::private_file;
use domain::secret::Secret;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// Which servers a person is signed in to.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The address of the server that is meant when none is named.
    #[serde(default)]
    pub default: Option<String>,
    /// The token for each server, by its address.
    #[serde(default)]
    servers: BTreeMap<String, Entry>,
}

/// What is kept for one server.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    token: String,
    /// The token's identifier when `login` made the token, so that `logout` can delete it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    made_by_login: Option<String>,
}

impl Credentials {
    /// Reads the file; there may be none.
    ///
    /// # Errors
    /// When it is there and cannot be used.
    pub fn read() -> Done<Self> {
        let path = path()?;
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = private_file::read(&path).map_err(|error| Failure::new(Exit::Failed, chain(&error)))?;
        serde_json::from_str(&text).map_err(|_| {
            Failure::new(Exit::Failed, format!("{} is no credentials file", path.display()))
                .detail("remove it and run `jeton login`")
        })
    }

    /// Writes the file in place of the present one.
    ///
    /// # Errors
    /// When the file or its directory cannot be written.
    pub fn write(&self) -> Done<PathBuf> {
        let path = path()?;
        let text = serde_json::to_string_pretty(self).map(Zeroizing::new);
        let text = text.map_err(|error| Failure::caused("the credentials cannot be written", &error))?;
        let unwritable = |error| Failure::caused(format!("{} cannot be written", path.display()), &error);
        private_file::create_directory(path.parent().unwrap_or(Path::new("/"))).map_err(unwritable)?;
        private_file::replace(&path, text.as_bytes()).map_err(unwritable)?;
        Ok(path)
    }

    /// The token for a server.
    pub fn token(&self, server: &str) -> Option<Secret> {
        self.servers.get(server).map(|entry| Secret::new(entry.token.clone()))
    }

    /// The identifier of the token for a server, when `login` made it.
    pub fn made_by_login(&self, server: &str) -> Option<&str> {
        self.servers.get(server)?.made_by_login.as_deref()
    }

    /// Keeps a token for a server, which becomes the one that is meant when none is named.
    pub fn keep(&mut self, server: &str, token: &Secret, made_by_login: Option<String>) {
        self.default = Some(server.to_owned());
        self.servers.insert(server.to_owned(), Entry { token: token.expose().to_owned(), made_by_login });
    }

    /// Forgets the token for a server. True when there was one.
    pub fn forget(&mut self, server: &str) -> bool {
        let known = self.servers.remove(server).is_some();
        if self.default.as_deref() == Some(server) {
            self.default = self.servers.keys().next().cloned();
        }
        known
    }
}

/// Where the file is, by the XDG base directory rules: a relative path there counts as none.
fn path() -> Done<PathBuf> {
    let configured = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || env::home_dir().map(|home| home.join(".config"));
    let directory = configured.or_else(home).ok_or_else(|| {
        Failure::usage("there is no place for the credentials file").detail("set HOME or XDG_CONFIG_HOME")
    })?;
    Ok(directory.join("jeton").join("credentials.json"))
}
