//! Users and service accounts: who sees them, and what is done with them.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `invite` | an invited person signs in with the link that was handed over |
//! | `offboard` | whoever is deactivated ends with all his tokens, and comes back only by activation |
//! | `details` | the page of each has the tabs of a token's page |
//! | `edit` | names, addresses, roles and scopes change, and nobody gives more than he has |
//! | `pages` | lists have pages, totals and orders, and refuse what they do not know |
//! | `reach` | each role sees its own people and no others |

mod details;
mod edit;
mod invite;
mod offboard;
mod pages;
mod reach;
