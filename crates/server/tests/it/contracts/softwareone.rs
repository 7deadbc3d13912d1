//! What holds at SoftwareOne's door; the files mirror its URLs.
//!
//! | file | promise |
//! | --- | --- |
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
//! | `isolation` | who may call each operation |

mod accounts;
mod answers;
mod api_tokens;
mod api_tokens_list;
mod api_tokens_states;
mod api_tokens_stream;
mod audit;
mod bad_input;
mod isolation;
mod modules;
mod reach;

pub(super) use isolation::AtSoftwareOne;
