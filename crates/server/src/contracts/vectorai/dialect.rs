//! The two ways in which its clients speak of the same tokens, told apart by the path.

use crate::problem::{Problem, ProblemKind};
use authority::{Error, error::Conflict};

/// How a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Of access tokens, as the published documents do.
    AccessToken,
    /// Of API keys, as the released clients do.
    ApiKey,
}

impl Dialect {
    /// The one of a path.
    pub(super) fn of(path: &str) -> Self {
        if path.starts_with("/auth/api_key") { Self::ApiKey } else { Self::AccessToken }
    }

    /// What is told while the endpoints are switched off.
    pub(super) fn switched_off(self) -> &'static str {
        match self {
            Self::AccessToken => "Access token API requires auth_enabled=true",
            Self::ApiKey => "API key management API requires auth_enabled=true",
        }
    }

    /// What is told after a deletion.
    pub(super) fn deleted(self) -> &'static str {
        match self {
            Self::AccessToken => "Access token deleted successfully",
            Self::ApiKey => "API key deleted successfully",
        }
    }

    /// What the number of a token is called in the path.
    pub(super) fn number(self) -> &'static str {
        match self {
            Self::AccessToken => "token_id",
            Self::ApiKey => "id",
        }
    }

    /// A token that is not there.
    pub(super) fn not_found(self) -> Problem {
        let problem = Problem::new(ProblemKind::NotFound);
        match self {
            Self::AccessToken => problem.detail("Access token not found"),
            Self::ApiKey => problem.detail("API key not found"),
        }
    }

    /// What the core refused, in the words of this dialect.
    pub(super) fn refused(self, error: Error) -> Problem {
        match (self, error) {
            (_, Error::NotFound | Error::Gone(_)) => self.not_found(),
            (Self::AccessToken, Error::Conflict(Conflict::TokenExpired)) => {
                Problem::new(ProblemKind::InvalidRequest).detail("Cannot rotate an expired access token")
            }
            (Self::ApiKey, Error::Conflict(Conflict::TokenExpired)) => {
                Problem::new(ProblemKind::Conflict).detail("Cannot rotate an expired API key")
            }
            (Self::AccessToken, Error::Conflict(Conflict::NameTaken)) => {
                Problem::new(ProblemKind::Conflict).detail("Access token name already exists")
            }
            (Self::ApiKey, Error::Conflict(Conflict::NameTaken)) => {
                Problem::new(ProblemKind::Conflict).detail("API key name already exists")
            }
            (_, other) => other.into(),
        }
    }
}
