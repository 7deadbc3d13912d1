//! `jeton login`, `logout` and `whoami`: which token this person's commands show.

use super::{
    client::{Client, ClientArguments},
    credentials::Credentials,
    failure::{Done, Exit, Failure},
    link,
    output::{Options, Value, note, print, record},
    prompt, when,
};
use clap::Args;
use domain::{secret::Secret, time::Timestamp};
use http::Method;
use serde::Deserialize;
use serde_json::json;
use std::{path::PathBuf, time::Duration};

/// How long a token works that a sign-in with a password makes.
const TOKEN_LIFETIME: Duration = Duration::from_hours(30 * 24);
/// Cookies are only believed with this header, which no form of another site can send.
const REQUESTED: (&str, &str) = ("x-jeton-request", "1");

/// The arguments of `jeton login`.
#[derive(Debug, Args)]
pub struct LoginArguments {
    #[command(flatten)]
    client: ClientArguments,
    /// Sign in with this address and a password, for a token of 30 days.
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Redeem a one-time link first: a set-up, an invitation or a recovery. The link itself is asked for.
    #[arg(long)]
    link: bool,
    /// Read the link from the first line of this file; - is standard input.
    #[arg(long, value_name = "FILE")]
    link_file: Option<PathBuf>,
    /// With a link for an administrator: their name.
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// With a link for the first administrator: the name of their organisation.
    #[arg(long, value_name = "TEXT")]
    organisation: Option<String>,
    /// Read the password from the first line of this file; - is standard input.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

/// The arguments of `jeton logout` and `whoami`.
#[derive(Debug, Args)]
pub struct ServerArguments {
    #[command(flatten)]
    client: ClientArguments,
}

/// Runs `jeton login`.
///
/// # Errors
/// When the token, the password or the link is refused, or nothing can be kept.
pub fn login(arguments: &LoginArguments, options: Options) -> Done {
    if arguments.link || arguments.link_file.is_some() {
        return login_with_link(arguments, options);
    }
    let client = arguments.client.anonymous()?;
    if let Some(email) = &arguments.email {
        let password = password(arguments, || prompt::secret("Password", "--password-file"))?;
        return sign_in(client, email, &password, options);
    }
    let question = format!("Token for {}", client.base);
    let token = prompt::secret_from(arguments.client.token_file.as_deref(), &question, "--token-file")?;
    keep(client.with_token(token), None, options)
}

fn login_with_link(arguments: &LoginArguments, options: Options) -> Done {
    let link = match &arguments.link_file {
        Some(path) => prompt::secret_file(path)?,
        None => prompt::secret("One-time link", "--link-file")?,
    };
    let server = arguments.client.server.clone().or_else(|| link::server_of(link.expose()));
    let client = ClientArguments { server, ..arguments.client.clone() }.anonymous()?;
    let purpose = link::inspect(&client, &link)?;
    let asked = |given: &Option<String>, question: &str, flag: &str| match given {
        Some(given) => Ok(given.clone()),
        None => prompt::line(question, flag),
    };
    let email = asked(&arguments.email, "Email address", "--email")?;
    let person = link::Person {
        name: purpose.needs_name().then(|| asked(&arguments.name, "Name", "--name")).transpose()?,
        organisation: purpose
            .needs_organisation()
            .then(|| asked(&arguments.organisation, "Name of the organisation", "--organisation"))
            .transpose()?,
    };
    let password = password(arguments, || prompt::new_secret("New password", "--password-file"))?;
    link::redeem(&client, &link, purpose, &email, &person, &password)?;
    note(options, "the password is set");
    sign_in(client, &email, &password, options)
}

fn password(arguments: &LoginArguments, ask: impl Fn() -> Done<Secret>) -> Done<Secret> {
    arguments.password_file.as_deref().map_or_else(ask, prompt::secret_file)
}

/// Signs in with a password, makes a token, and ends the session again: only the token stays.
fn sign_in(client: Client, email: &str, password: &Secret, options: Options) -> Done {
    let body = json!({ "email": email, "password": password.expose() });
    let opened = client.send_with(Method::POST, "/v1/sessions", Some(&body), &[requested()])?;
    let cookie = opened.cookie.as_deref().and_then(|cookie| cookie.split(';').next()).map(str::to_owned);
    let cookie = cookie.ok_or_else(|| Failure::new(Exit::Failed, "the server opened no session"))?;
    let headers = [requested(), ("cookie", cookie)];
    let name = format!("jeton login on {}", rustix::system::uname().nodename().to_string_lossy());
    let body = json!({ "name": name, "expires_in_seconds": TOKEN_LIFETIME.as_secs() });
    let made = client.create_in_session("/v1/sessions/current/tokens", &body, &headers);
    let closed = client.send_with(Method::DELETE, "/v1/sessions/current", None, &headers);
    let made: MadeView = made?.parse()?;
    if closed.is_err() {
        note(options, "the session could not be ended; it ends by itself");
    }
    keep(client.with_token(Secret::new(made.secret)), Some(made.id), options)
}

fn requested() -> (&'static str, String) {
    (REQUESTED.0, REQUESTED.1.to_owned())
}

#[derive(Deserialize)]
struct MadeView {
    id: String,
    secret: String,
}

/// Keeps the token of a client, once the server has said whose it is. A token that `login` made and
/// nobody keeps is deleted: this one when it cannot be kept, and the one that stood in its place.
fn keep(client: Client, made_by_login: Option<String>, options: Options) -> Done {
    let kept = write_down(&client, made_by_login.clone(), options);
    if kept.is_err()
        && let Some(id) = made_by_login
    {
        delete_forgotten(&client, &id, options);
    }
    kept
}

fn write_down(client: &Client, made_by_login: Option<String>, options: Options) -> Done {
    let answer = client.get("/v1/whoami", &[])?;
    let me: Me = answer.parse()?;
    if let Some(token) = client.token() {
        let mut credentials = Credentials::read()?;
        let before = credentials.made_by_login(&client.base).map(str::to_owned).zip(credentials.token(&client.base));
        credentials.keep(&client.base, token, made_by_login);
        let path = credentials.write()?;
        if let Some((id, before)) = before.filter(|(_, before)| before.expose() != token.expose()) {
            delete_forgotten(&client.clone().with_token(before), &id, options);
        }
        let name = super::output::clean(&me.name);
        let told = format!("signed in to {} as {name}; the token is kept in {}", client.base, path.display());
        note(options, &told);
    }
    if options.json { print(&answer.text) } else { Ok(()) }
}

/// Deletes a token of `login` that is kept nowhere any more, with itself.
fn delete_forgotten(client: &Client, id: &str, options: Options) {
    match client.change(Method::DELETE, &format!("/v1/tokens/{id}"), None, None) {
        Ok(_) => {}
        // A token that the server no longer accepts needs no deletion.
        Err(failure) if [Exit::Refused, Exit::NotFound].contains(&failure.exit()) => {}
        Err(failure) => {
            note(options, &format!("token {id} is forgotten here, but still works ({}): delete it", failure.message()));
        }
    }
}

/// Runs `jeton logout`: the token is forgotten, and deleted when `login` made it.
///
/// # Errors
/// When the credentials file cannot be written, or the server could not delete the token.
pub fn logout(arguments: &ServerArguments, options: Options) -> Done {
    let base = arguments.client.anonymous()?.base;
    let mut credentials = Credentials::read()?;
    let made = credentials.made_by_login(&base).map(str::to_owned);
    let token = credentials.token(&base);
    let deleted = match (&made, token) {
        (Some(id), Some(token)) => {
            let client = arguments.client.anonymous()?.with_token(token);
            client.change(Method::DELETE, &format!("/v1/tokens/{id}"), None, None).map(|_| ())
        }
        (None, _) | (_, None) => Ok(()),
    };
    let known = credentials.forget(&base);
    credentials.write()?;
    match deleted.map_err(|failure| (failure.exit(), failure)) {
        // A token that the server no longer accepts needs no deletion.
        Ok(()) | Err((Exit::Refused | Exit::NotFound, _)) => {}
        Err((_, failure)) => {
            let id = made.unwrap_or_default();
            return Err(failure.detail(format!("the token is forgotten here, but still works: delete {id} later")));
        }
    }
    note(options, &if known { format!("signed out of {base}") } else { format!("you were not signed in to {base}") });
    Ok(())
}

/// What the server says of the caller.
#[derive(Deserialize)]
struct Me {
    owner: String,
    owner_kind: String,
    name: String,
    organisation: String,
    role: String,
    scopes: Vec<String>,
    token: Option<MyToken>,
}

#[derive(Deserialize)]
struct MyToken {
    id: String,
    name: String,
    expires_at: Option<Timestamp>,
}

/// Runs `jeton whoami`.
///
/// # Errors
/// When there is no token, or the server does not accept it.
pub fn whoami(arguments: &ServerArguments, options: Options) -> Done {
    let client = arguments.client.client()?;
    let answer = client.get("/v1/whoami", &[])?;
    if options.json {
        return print(&answer.text);
    }
    let me: Me = answer.parse()?;
    let mut parts: Vec<(&'static str, Value)> = vec![
        ("server", client.base.as_str().into()),
        ("name", me.name.into()),
        ("id", format!("{} ({})", me.owner, me.owner_kind.replace('_', " ")).into()),
        ("organisation", me.organisation.into()),
        ("role", me.role.replace('_', " ").into()),
        ("scopes", me.scopes.join(" ").into()),
    ];
    if let Some(token) = me.token {
        parts.push(("token", format!("{} ({})", token.id, token.name).into()));
        parts.push(("expires", token.expires_at.map_or("never".to_owned(), when::long).into()));
    }
    print(&record(parts))
}
