//! What Jeton does, one verb a file, and who may do it.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `authority` | the parts that every verb works with, and how they start |
//! | `issue` `list` `update` `rotate` `disable` `delete` `verify` | the verbs on tokens |
//! | `owners` | organisations, users and service accounts |
//! | `service_accounts` `retire` | service accounts that can work at once, and the end of an owner |
//! | `permissions` | named sets of scopes, and who has them |
//! | `change_organisation` | what is settled before the business of an organisation changes |
//! | `seats` | the owners that outside contracts need, which the server makes itself |
//! | `secret` | new secrets, native or in the form of a contract |
//! | `signature` | whether a key or a passkey signed what it was asked to |
//! | `sign_in` `password` `throttle` | passwords and sessions |
//! | `sign_in_with_signer` | sessions of whoever signs in with a key or a passkey |
//! | `sign_in_with_passkey` | sessions of whoever signs in with a passkey that says whose it is |
//! | `sign_in_delegated` | sessions of users whom a service of their organisation signs in |
//! | `signers` | the keys and passkeys of users and service accounts |
//! | `sign_action` `challenge` `seal` | what is signed before it is done, and how it is asked for |
//! | `jwt` | JSON Web Tokens, signed and verified |
//! | `link` `redeem` | one-time links and what they are good for |
//! | `audit` | reading the journal |
//! | `access` | who may do what, and how far it reaches |
//! | `index` | every live token in memory: what verdicts are made of |
//! | `feed` | how the journal reaches the index |
//! | `usage` | last uses, gathered in memory and written in batches |
//! | `background` | what runs beside the requests |
//! | `clock` | time and randomness as parameters |
//! | `error` | why a verb did not do what was asked |

pub mod access;
pub mod audit;
pub mod authority;
pub mod background;
pub mod challenge;
pub mod change_organisation;
pub mod clock;
pub mod delete;
pub mod disable;
pub mod error;
mod feed;
pub mod index;
pub mod issue;
pub mod jwt;
pub mod link;
pub mod list;
pub mod owners;
mod password;
pub mod permissions;
pub mod redeem;
pub mod retire;
pub mod rotate;
mod seal;
pub mod seats;
mod secret;
pub mod service_accounts;
pub mod sign_action;
pub mod sign_in;
pub mod sign_in_delegated;
pub mod sign_in_with_passkey;
pub mod sign_in_with_signer;
pub mod signature;
pub mod signers;
mod throttle;
pub mod update;
pub mod usage;
pub mod verify;

pub use authority::Authority;
pub use error::Error;
