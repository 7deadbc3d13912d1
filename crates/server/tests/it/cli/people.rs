//! Promise: organisations, users and service accounts are cared for from the command line.

use super::serving::{Serving, Transcript};
use crate::snapshot::assert_snapshot;

#[test]
fn organisations_users_and_service_accounts() {
    let server = Serving::start_for_transcript();
    let mut seen = Transcript::default();
    let mut run = |arguments: &[&str], code: i32| {
        let ran = server.run(arguments).expect(code);
        seen.add(arguments, &ran);
        ran.out
    };
    let acme = run(&["--quiet", "organisation", "create", "Acme"], 0);
    let acme = acme.trim();
    run(&["organisation", "update", acme, "--name", "Acme & Co"], 0);
    run(&["organisation", "list"], 0);
    let role = "organisation-administrator";
    run(&["user", "create", "Ada", "--email", "Ada@Acme.example", "--organisation", acme, "--role", role], 0);
    run(&["user", "list", "--organisation", acme], 0);
    let ada = server.run(&["--json", "user", "list", "--email", "ada@acme.example"]).json();
    let ada = ada[0]["id"].as_str().unwrap();
    run(&["user", "update", ada, "--name", "Ada Byron", "--role", "member", "--scope", "reports:read"], 0);
    run(&["user", "update", ada], 2);
    run(&["user", "invite", ada], 0);
    run(&["user", "deactivate", ada], 2);
    run(&["--yes", "user", "deactivate", ada], 0);
    run(&["--quiet", "user", "reactivate", ada], 0);
    let bot = run(&["--quiet", "service-account", "create", "robot", "--organisation", acme], 0);
    run(&["service-account", "show", bot.trim()], 0);
    run(&["service-account", "list", "--active", "false"], 0);
    run(&["--yes", "organisation", "deactivate", acme], 0);
    run(&["organisation", "show", "01900000-0000-7000-8000-00000000ffff"], 3);
    assert_snapshot("crates/server/tests/it/cli/transcripts/people.txt", &seen.text());
}
