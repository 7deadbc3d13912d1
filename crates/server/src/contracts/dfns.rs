//! Dfns: personal access tokens, and the signed actions without which nothing of them changes.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `pats` | the routes of tokens |
//! | `permissions` `permission_assignments` | the routes of permissions, and of who has them |
//! | `action` `signed` | the routes of signatures, and requests that come with one |
//! | `login` `jwks` | the routes of logins, and the keys that bearers are signed with |
//! | `caller` `bearer` | who is asking, and what bearers say |
//! | `sealed` `challenge_shapes` `factor` | what is asked to be signed, and the answers |
//! | `operations` | what Dfns calls the right to something, as scopes |
//! | `kind` | the kinds of users |
//! | `identifier` | identifiers of records as Dfns writes them |
//! | `payload` | what a signed request carries, in one form |
//! | `users` `service_accounts` `people` | the routes of users and service accounts, and how they are found and shown |
//! | `registration` `credentials` `credential_input` | the routes of first and further credentials, and what is sent of them |
//! | `delegated_login` | logins by a service for a customer |
//! | `service_account_input` | what is sent of service accounts |
//! | `page` | pages of lists |
//! | `body` | bodies, of which some may be left out |
//! | `pat_input` `pat_shapes` `assignments` | what is sent and shown of tokens, with their permissions |
//! | `new_token` `given_key` | what is issued for whoever wants a token, and the key that he gives |
//! | `demonstration` | what the demonstration has at this door |
//! | `document` | the OpenAPI document |
//! | `refused` `shape` | why a request is refused, and errors as an object `error` |

pub mod action;
pub mod assignments;
pub mod bearer;
pub mod body;
pub mod caller;
pub mod challenge_shapes;
pub mod credential_input;
pub mod credentials;
pub mod delegated_login;
pub mod demonstration;
pub mod document;
pub mod factor;
pub mod given_key;
pub mod identifier;
pub mod jwks;
pub mod kind;
pub mod login;
pub mod new_token;
pub mod operations;
pub mod page;
pub mod pat_input;
pub mod pat_shapes;
pub mod pats;
pub mod payload;
pub mod people;
pub mod permission_assignments;
pub mod permissions;
pub mod refused;
pub mod registration;
pub mod sealed;
pub mod service_account_input;
pub mod service_accounts;
mod shape;
pub mod signed;
pub mod users;

use crate::surface::{self, Surface};

/// Its name, in the configuration and beside tokens and owners.
const CONTRACT: &str = "dfns";

/// Where Dfns is, and how its errors look.
///
/// The paths under `/auth` are shared with VectorAI, to which those belong that neither has; where VectorAI is
/// not served, they are here.
pub const SURFACE: Surface = Surface {
    paths: &[
        "/auth/action",
        "/auth/credentials",
        "/auth/login",
        "/auth/logout",
        "/auth/pats",
        "/auth/registration",
        "/auth/service-accounts",
        "/auth/users",
        "/permissions",
        "/.well-known/jwks.json",
        "/v1/openapi/dfns.json",
        "/auth",
    ],
    status: surface::status_without_gone,
    shape: shape::answer,
    media_type: "application/json",
    schema: "DfnsError",
    // Its secrets are JSON Web Tokens, which are known anywhere.
    is_bare_secret: |_| false,
    plain_parameters: &[],
};
