//! What the authority promises, one file for each promise.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `deleted_means_deleted` | no cache, restart or repetition accepts a deleted token |
//! | `race` | no acceptance that began after the answer to a delete |
//! | `model` | random verbs and faults leave what a plain model says |
//! | `verdicts` | each verdict belongs to its request; each refusal has its reason |
//! | `restrictions` | the very next verdict shows a restriction |
//! | `delegation` | whoever brings or signs in somebody hands out no more than he has |
//! | `endings` | time ends what it should, and gives nothing back |
//! | `first_use` | the first use of a new secret ends the older ones, once |
//! | `grants` | nobody grants what he has not; one administrator always stays |
//! | `idempotency` | a lost answer can be repeated, and the lost secret dies |
//! | `owners` | without power, an owner's every credential is without power |
//! | `permissions` | what a permission gives and takes is in force when it is answered |
//! | `sign_in` | passwords, sessions and one-time links |
//! | `contracts` | what an outside contract asks of the core holds at every door |
//! | `rekey` | a change of the server key costs no token that is used |
//! | `at_rest` | who reads or writes the database has no secret and makes none |
//! | `usage` | uses are counted beside the verdict, never on its path |
//! | `quarantine` | a store from yesterday does not revive what was deleted since |
//! | `memory_follows_commit` | the index is what the store is, whatever a commit came to |
//! | `public_keys` | a public key is read in every honest spelling; nothing else is one |
//! | `key_signatures` | a key's signature proves an answer to one challenge, and nothing else |
//! | `passkeys` | every field of a ceremony with a passkey is checked |
//! | `sign_in_with_signer` | a right answer signs in once, and tells nobody who exists |
//! | `signers` | whoever changes a signer shows that he may |
//! | `first_signers` | the newest link registers a user's first signers, once |
//! | `signed_actions` | an action token is worth the one request that was signed, once |
//! | `signed_meanwhile` | what ended between challenge, action and change is worth nothing |
//! | `authenticator` `signed_vectors` `signing` | what those sign with |
//! | `subject` | what many tests restrict: a member with a token |
//! | `world` | what every test stands on |

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod at_rest;
mod authenticator;
mod contracts;
mod delegation;
mod deleted_means_deleted;
mod endings;
mod first_signers;
mod first_use;
mod grants;
mod idempotency;
mod key_signatures;
mod memory_follows_commit;
mod model;
mod owners;
mod passkeys;
mod permissions;
mod public_keys;
mod quarantine;
mod race;
mod rekey;
mod restrictions;
mod sign_in;
mod sign_in_with_signer;
mod signed_actions;
mod signed_meanwhile;
mod signed_vectors;
mod signers;
mod signing;
mod subject;
mod usage;
mod verdicts;
mod world;
