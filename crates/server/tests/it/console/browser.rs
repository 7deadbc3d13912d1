//! The console in a real browser: every flow once with scripts and once without, for each role.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `person` | somebody who sits in front of it |
//! | `way_in` | passwords, links, and the way out |
//! | `passkeys` | passkeys sign in, and sign what an organisation wants signed |
//! | `tokens` | the seed: a token is found, used, and deleted |
//! | `people` | members are invited and leave |
//! | `keyboard` | all of it without a mouse |
//! | `discarding` | what was typed is not lost without a question |
//! | `accessibility` | axe finds nothing on any page in either theme |
//! | `pictures` | the pictures of the documentation |

mod accessibility;
mod discarding;
mod keyboard;
mod passkeys;
mod people;
mod person;
mod pictures;
mod tokens;
mod way_in;

use person::Person;

/// Makes two tests of a flow: with scripts, and without.
macro_rules! twice {
    ($($flow:ident)*) => {
        $(
            mod $flow {
                #[tokio::test(flavor = "multi_thread")]
                #[ignore = "needs Chromium; `./test browser` installs and runs it"]
                async fn with_scripts() {
                    super::$flow(true).await;
                }

                #[tokio::test(flavor = "multi_thread")]
                #[ignore = "needs Chromium; `./test browser` installs and runs it"]
                async fn without_scripts() {
                    super::$flow(false).await;
                }
            }
        )*
    };
}
use twice;
