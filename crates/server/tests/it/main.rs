//! The promises of the server, one file each.
//!
//! | file | promise |
//! | --- | --- |
//! | `v1` `oauth2` `health` | what holds for the native API, URL by URL |
//! | `contracts/` | what holds for the outside contracts, one a folder |
//! | `isolation` | nobody sees or touches what lies outside his reach |
//! | `origins` | an entry of the journal says from where its change was asked for |
//! | `bad_input` | what is malformed is refused by name, and nothing is written |
//! | `held_back` | a request that is open when its credential ends changes nothing |
//! | `conditional` | repeated and concurrent requests are safe |
//! | `headers` `secret_in_url` | what every answer carries, and what no URL may |
//! | `around` | what holds around every route |
//! | `cli/` | what holds for the command line |
//! | `configuration` | everything that is wrong is said at once, and what is unsafe is refused |
//! | `configuration_documents` | the default file and the guide say what the table of settings says |
//! | `console/` | what holds for the pages, as somebody without scripts meets them |
//! | `demonstration` | the lines to paste are those of the first page |
//! | `problem_pages` | each kind of problem has its page, and each page its kind |
//! | `strict_json` | a body has one reading, and everything wrong with it is said at once |
//! | `browser` | a real browser, for what only one can prove |
//! | `door/` | what holds for every connection, before any route |

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

mod around;
mod bad_input;
mod browser;
mod cli;
mod conditional;
mod configuration;
mod configuration_documents;
mod console;
mod contracts;
mod demonstration;
mod door;
mod headers;
mod health;
mod held_back;
mod isolation;
mod oauth2;
mod origins;
mod problem_pages;
mod secret_in_url;
mod snapshot;
mod strict_json;
mod v1;
mod world;
