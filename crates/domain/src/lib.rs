//! What things are: the words of Jeton as types, with no I/O at all.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `limits` | every size and number that bounds an input |
//! | `id` | identifiers and never-reused numbers |
//! | `time` | instants in milliseconds, and their text form |
//! | `name` | names, descriptions, reasons, labels and email addresses |
//! | `scope` | what a token may do |
//! | `address` | the networks a token may be used from |
//! | `format` | the text form of a native secret: prefix, random part, checksum |
//! | `form` | the text forms of the secrets of outside contracts |
//! | `facts` | what only one outside contract knows of a token, an owner or an organisation |
//! | `hexadecimal` | bytes as digits, and back |
//! | `secret` | the secret itself, server keys and keyed digests |
//! | `owner` | organisations, users, service accounts and roles |
//! | `caller` | who is asking, and the reach of a request |
//! | `origin` | where the request for a change came from |
//! | `signer` | the keys and passkeys that sign, and what a signed action is |
//! | `permission` | named sets of scopes, and who was given them |
//! | `token` | the record of a token and its states |
//! | `journal` | what happened, hash-chained in order |
//! | `invalid` | what was wrong with an input, field by field |

pub mod address;
pub mod caller;
pub mod facts;
pub mod form;
pub mod format;
pub mod hexadecimal;
pub mod id;
pub mod invalid;
pub mod journal;
pub mod limits;
pub mod name;
pub mod origin;
pub mod owner;
pub mod permission;
pub mod scope;
pub mod secret;
pub mod signer;
pub mod time;
pub mod token;
