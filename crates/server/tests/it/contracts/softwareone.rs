//! What holds at SoftwareOne's door; the files mirror its URLs.
//!
//! | file | promise |
//! | --- | --- |
//! | `account_changes` | a change of an account's type leaves no power alive that the new type may not have |
//! | `accounts` | the marketplace that these tests look at: an account of each type |
//! | `answers` | every documented answer, as a snapshot |
//! | `api_tokens` | a token is created, read, changed, switched and deleted as its clients expect |
//! | `api_tokens_list` | lists are filtered, sorted, cut and projected as the query language says |
//! | `api_tokens_stream` | a streamed answer has every token once, or says that it is cut short |
//! | `api_tokens_states` | a transition that there is not is refused, and changes nothing |
//! | `reach` | account types and modules say how far a token reaches |
//! | `modules` | the catalogues are lists like any other |
//! | `audit` | what happened is told, and never a secret |
//! | `bad_input` | whatever is wrong is named, in this contract's shape, and nothing is written |
//! | `faults` | a change that was made is answered, and one that may have been made says so |
//! | `isolation` | who may call each operation |

mod account_changes;
mod accounts;
mod answers;
mod api_tokens;
mod api_tokens_list;
mod api_tokens_states;
mod api_tokens_stream;
mod audit;
mod bad_input;
mod faults;
mod isolation;
mod modules;
mod reach;

pub(super) use isolation::AtSoftwareOne;
