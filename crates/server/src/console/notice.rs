//! Notices: one sentence about what was just done, carried to the next page in a cookie and shown once.

use super::{
    texts::{Phrase, Texts},
    way_back::see,
};
use crate::{cookie, state::Server};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{
    HeaderMap, HeaderValue,
    header::{CONTENT_TYPE, SET_COOKIE},
};

/// The cookie that carries it.
const COOKIE: &str = "jeton-notice";
/// How long it waits for its page, in seconds.
const SECONDS: u64 = 60;
/// The longest argument that is carried.
const ARGUMENT_BYTES: usize = 1_024;

/// Makes the enum and what must be said once for each notice from one table.
macro_rules! notices {
    ($($(#[$doc:meta])* $notice:ident = $word:literal, $room:ident.$phrase:ident;)*) => {
        /// What was done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum NoticeKind {
            $($(#[$doc])* $notice,)*
        }

        impl NoticeKind {
            const ALL: [Self; [$($word),*].len()] = [$(Self::$notice),*];

            fn word(self) -> &'static str {
                match self { $(Self::$notice => $word,)* }
            }

            fn phrase(self, texts: &Texts) -> &Phrase {
                match self { $(Self::$notice => &texts.$room.$phrase,)* }
            }
        }
    };
}

notices! {
    /// The session has ended.
    SignedOut = "signed-out", entrance.signed_out;
    /// A password was set with a link.
    PasswordSet = "password-set", entrance.password_set;
    /// The first administrator, or another one, was made with a link.
    SetUp = "set-up", entrance.set_up_done;
    /// One of his sessions has ended.
    SessionEnded = "session-ended", profile.session_ended;
    /// A passkey or key may sign again.
    SignerEnabled = "signer-enabled", profile.signer_enabled;
    /// A passkey or key may not sign any more.
    SignerDisabled = "signer-disabled", profile.signer_disabled;
    /// A passkey or key is gone.
    SignerRemoved = "signer-removed", profile.signer_removed;
    /// Several tokens were deleted.
    TokensDeleted = "tokens-deleted", token_list.deleted;
    /// So many tokens are being deleted that it takes a while.
    TokensBeingDeleted = "tokens-being-deleted", token_list.being_deleted;
    /// Several tokens are disabled.
    TokensDisabled = "tokens-disabled", token_list.disabled;
    /// A token was deleted.
    TokenDeleted = "token-deleted", token.deleted;
    /// A token had been deleted before by somebody else.
    TokenDeletedBefore = "token-deleted-before", token.deleted_before;
    /// A token was disabled.
    TokenDisabled = "token-disabled", token.disabled;
    /// A token was enabled.
    TokenEnabled = "token-enabled", token.enabled;
    /// A service account was added.
    OwnerAdded = "owner-added", people.added;
    /// A user or service account was changed.
    OwnerChanged = "owner-changed", people.changed;
    /// A user or service account was deactivated.
    OwnerDeactivated = "owner-deactivated", people.deactivated;
    /// The same, and its tokens were deleted.
    OwnerDeactivatedForGood = "owner-deactivated-for-good", people.deactivated_deleted;
    /// The tokens of a user or service account were deleted.
    OwnersTokensDeleted = "owners-tokens-deleted", people.tokens_deleted;
    /// A user or service account was activated again.
    OwnerActivated = "owner-activated", people.activated;
    /// A token was changed.
    TokenSaved = "token-saved", token.saved;
    /// An organisation was added.
    OrganisationAdded = "organisation-added", organisations.added;
    /// An organisation was changed.
    OrganisationChanged = "organisation-changed", organisations.changed;
    /// An organisation was deactivated.
    OrganisationDeactivated = "organisation-deactivated", organisations.deactivated;
    /// An organisation was activated again.
    OrganisationActivated = "organisation-activated", organisations.activated;
}

/// What was done, and to what: a name, or how many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    kind: NoticeKind,
    argument: String,
}

impl Notice {
    /// This was done.
    pub fn new(kind: NoticeKind) -> Self {
        Self::about(kind, "")
    }

    /// This was done to what has this name, or to so many.
    pub fn about(kind: NoticeKind, argument: &str) -> Self {
        let argument = argument[..argument.floor_char_boundary(ARGUMENT_BYTES)].to_owned();
        Self { kind, argument }
    }

    /// The notice that came with a request. A browser may send any text here; it becomes one of our sentences
    /// or nothing.
    pub fn of(headers: &HeaderMap, server: &Server) -> Option<Self> {
        Self::read(cookie::plain(headers, COOKIE, server)?)
    }

    /// Reads the value of the cookie.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (word, argument) = text.split_once(' ')?;
        let kind = NoticeKind::ALL.into_iter().find(|kind| kind.word() == word)?;
        Some(Self::about(kind, argument))
    }

    /// Goes to the page that shows it.
    pub fn then(&self, server: &Server, path: &str) -> Response {
        let mut response = see(path);
        response.headers_mut().append(SET_COOKIE, self.set(server));
        response
    }

    /// The header that carries it to the next page.
    fn set(&self, server: &Server) -> HeaderValue {
        let text = URL_SAFE_NO_PAD.encode(format!("{} {}", self.kind.word(), self.argument));
        cookie::set_plain(COOKIE, &text, SECONDS, server)
    }

    /// The sentence: `{name}` is the argument, and a count chooses between one and several.
    pub fn sentence(&self, texts: &Texts) -> String {
        let phrase = self.kind.phrase(texts);
        let phrase = match self.argument.parse() {
            Ok(count) if phrase.as_str().contains("{count}") => phrase.count(count),
            _ => phrase.with("name", &self.argument),
        };
        phrase.to_string()
    }
}

/// Takes a notice away once a page has come that shows it.
pub async fn clear_shown(State(server): State<Server>, request: Request, next: Next) -> Response {
    let came = cookie::plain(request.headers(), COOKIE, &server).is_some();
    let mut response = next.run(request).await;
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|found| found.as_bytes().starts_with(b"text/html"));
    if came && is_page {
        response.headers_mut().append(SET_COOKIE, cookie::set_plain(COOKIE, "", 0, &server));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::texts::ENGLISH;

    #[test]
    fn a_cookie_that_we_did_not_write_says_nothing() {
        let of = Notice::read;
        let written = URL_SAFE_NO_PAD.encode("signed-out <b>");
        assert_eq!(of(&written), Some(Notice::about(NoticeKind::SignedOut, "<b>")));
        for strange in ["", "x", "%00", &URL_SAFE_NO_PAD.encode("unknown x"), &URL_SAFE_NO_PAD.encode([0xff, b' '])] {
            assert_eq!(of(strange), None, "{strange}");
        }
    }

    #[test]
    fn every_notice_has_a_word_of_its_own_and_a_sentence() {
        for kind in NoticeKind::ALL {
            assert_eq!(NoticeKind::ALL.iter().filter(|other| other.word() == kind.word()).count(), 1);
            assert!(!Notice::about(kind, "2").sentence(&ENGLISH).contains('{'), "{kind:?}");
        }
    }
}
