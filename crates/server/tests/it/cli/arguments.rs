//! Promise: no secret is taken from an argument, and none that stands there is repeated.

use super::run::Home;

#[test]
fn a_command_line_that_holds_a_secret_is_refused_without_repeating_it() {
    let home = Home::new();
    let secret = home.run(&["token", "generate"]).expect(0).out.trim().to_owned();
    let link = format!("https://jeton.example/console/links/jtl_{}", "A".repeat(60));
    let within = format!("--reason=leaked:{secret}");
    for arguments in [
        ["token", "verify", secret.as_str()],
        ["token", "check", &secret],
        ["token", "show", &secret],
        ["login", "--email", &secret],
        ["login", "--link", &link],
        ["token", "delete", &within],
    ] {
        let ran = home.run(&arguments).expect(2);
        let tail = &arguments[2][arguments[2].len() - 12..];
        assert!(!ran.err.contains(tail) && !ran.out.contains(tail), "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains("an argument holds a secret"), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn the_beginning_of_a_secret_may_be_named_to_find_its_token() {
    let ran = Home::new().run(&["token", "list", "--secret-prefix", "jtn_abcd"]);
    // It got past the arguments: there only is nobody signed in.
    assert_eq!(ran.code, 4, "{}", ran.err);
}
