//! The commands: what they print holds no secret but the one that they are asked to show.

use super::Walk;
use crate::run::Ran;
use serde_json::Value;
use std::fs;

impl Walk {
    pub(super) fn commands(&mut self) {
        let token = self.demo["organisations"][0]["administrator"]["token"].as_str().unwrap().to_owned();
        self.run(&["login"], &format!("{token}\n"), 0);
        self.run(&["whoami"], "", 0);
        let secret = self.show(&["token", "create", "from the command line", "--json"], "/secret");
        let id = self.listed_id("from the command line");
        for arguments in [
            &["token", "list", "--wide", "--all"] as &[&str],
            &["token", "list", "--json"],
            &["token", "show", &id],
            &["token", "show", &id, "--usage", "--json"],
            &["token", "rotate", &id, "--secret-file", "secret-rotated", "--overlap", "1h"],
            &["token", "disable", &id],
            &["token", "enable", &id],
            &["user", "list"],
            &["service-account", "list", "--json"],
            &["journal", "tail", "--lines", "100"],
            &["journal", "tail", "--lines", "100", "--json"],
        ] {
            self.run(arguments, "", 0);
        }
        let rotated = fs::read_to_string(self.installation.home.file("secret-rotated")).unwrap();
        self.canaries.add("a secret in a file", rotated.trim());
        self.run(&["token", "verify"], &format!("{secret}\n"), 0);
        self.run(&["token", "check"], &format!("{secret}\n"), 0);
        self.run(&["token", "check"], &format!("{secret}x\n"), 7);
        self.run(&["token", "show", &secret], "", 2);
        self.run(&["token", "create", &secret], "", 2);
        self.run(&["token", "delete", &id, "--yes"], "", 0);
        self.run(&["token", "delete", &id, "--yes"], "", 3);
        let generated = Ran::of(self.installation.home.command().args(["token", "generate"]), "").expect(0);
        self.canaries.add("a generated secret", generated.out.trim());
        self.run(&["logout"], "", 0);
        self.sign_in();
        self.data();
    }

    fn sign_in(&mut self) {
        let person = self.demo["organisations"][1]["administrator"].clone();
        let email = person["email"].as_str().unwrap();
        let wrong = self.password();
        self.run(&["login", "--email", email, "--password-file", "-"], &format!("{wrong}\n"), 4);
        let password = person["password"].as_str().unwrap();
        self.run(&["login", "--email", email, "--password-file", "-"], &format!("{password}\n"), 0);
        let kept = fs::read_to_string(self.installation.home.file(".config/jeton/credentials.json")).unwrap();
        self.canaries.add_all("credentials.json", &serde_json::from_str(&kept).unwrap(), &["token"]);
        let created = ["user", "create", "Invited", "--email", "invited@globex.example", "--json"];
        let link = self.show(&created, "/invitation/link");
        let password = self.password();
        self.installation.home.write("secret-link", &link);
        self.installation.home.write("secret-password", &password);
        let redeem = [
            "login",
            "--link-file",
            "secret-link",
            "--email",
            "invited@globex.example",
            "--password-file",
            "secret-password",
        ];
        self.run(&redeem, "", 0);
        self.run(&redeem, "", 6);
        self.run(&["logout"], "", 0);
    }

    /// The commands that work on the files of this host.
    fn data(&mut self) {
        let passphrase = self.password();
        self.installation.home.write("secret-passphrase", &passphrase);
        let data = self.installation.data().display().to_string();
        let data = data.as_str();
        self.run(&["key", "backup", "key.backup", "--passphrase-file", "secret-passphrase", "--data", data], "", 0);
        self.run(&["backup", "backup.db", "--data", data], "", 0);
        self.run(&["doctor", "--data", data, "--json"], "", 0);
        self.run(&["config", "check", "--data", data], "", 0);
        let recovery =
            Ran::of(self.installation.home.command().args(["recover-administrator", "--data", data]), "").expect(0);
        self.canaries.add("a recovery link", recovery.out.trim().rsplit('/').next().unwrap());
    }

    /// Runs a command and keeps what it printed for the search.
    #[track_caller]
    fn run(&mut self, arguments: &[&str], input: &str, code: i32) -> Ran {
        let mut command = self.installation.home.command();
        let ran = Ran::of(command.env("JETON_URL", &self.server.url).args(arguments), input).expect(code);
        let place = format!("what `jeton {}` printed", arguments[..arguments.len().min(2)].join(" "));
        self.printed.push((place, format!("{}{}", ran.out, ran.err)));
        ran
    }

    /// Runs a command that shows a secret, and takes it out of what is searched.
    fn show(&mut self, arguments: &[&str], pointer: &str) -> String {
        let mut command = self.installation.home.command();
        let ran = Ran::of(command.env("JETON_URL", &self.server.url).args(arguments), "").expect(0);
        let shown =
            ran.json().pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{}", ran.out)).to_owned();
        let mut rest = ran.out;
        self.canaries.take_member(pointer, &mut rest);
        self.printed.push((arguments.join(" "), format!("{rest}{}", ran.err)));
        shown
    }

    fn listed_id(&mut self, name: &str) -> String {
        let listed = self.run(&["token", "list", "--name-contains", name, "--json"], "", 0).json();
        listed[0]["id"].as_str().unwrap().to_owned()
    }
}
