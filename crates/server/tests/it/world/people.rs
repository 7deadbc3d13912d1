//! Who is there, and how more of them are made.

use super::{Running, World, document};
use authority::{issue::NewToken, owners::OwnerDraft, redeem::Administrator};
use domain::{
    caller::Caller,
    facts::Facts,
    format::Kind,
    id::{OrganisationId, OwnerId},
    name::{Email, Labels, Name},
    owner::{OwnerKind, Role},
    scope::Scopes,
    token::Terms,
};

/// The password of everybody who has one.
pub(crate) const PASSWORD: &str = "plum-violin-7-harbour";

/// A user or service account with a token of everything it may do.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) email: String,
    /// The secret of its token.
    pub(crate) token: String,
    pub(crate) token_id: String,
}

/// An organisation with somebody of each kind.
pub(crate) struct Company {
    pub(crate) id: String,
    pub(crate) administrator: Person,
    pub(crate) member: Person,
    /// Another member.
    pub(crate) colleague: Person,
    /// A service account.
    pub(crate) robot: Person,
    /// A service account that may ask for verdicts on the organisation's tokens.
    pub(crate) verifier: Person,
}

/// Sets the installation up and fills it with people.
pub(super) async fn settle(running: Running) -> World {
    document::of(&running.server);
    let authority = running.authority();
    let secret = authority.generate(Kind::Token);
    let administrator = Administrator {
        email: Email::parse("email", "root@operations.example").unwrap(),
        name: name("Root"),
        organisation: name("Operations"),
    };
    let (owner, token) = authority.set_up_with_token(administrator, &secret).await.unwrap().unwrap();
    let caller = authority.authenticate(secret.expose(), &domain::origin::Origin::default()).await.unwrap();
    let root = Person {
        id: owner.id.to_string(),
        email: "root@operations.example".to_owned(),
        token: secret.expose().to_owned(),
        token_id: token.id.to_string(),
    };
    let operations = owner.organisation_id.to_string();
    let makes = Maker { running: &running, caller: &caller };
    let verifier = makes.robot(&operations, "Gateway", Role::ApplicationAdministrator, Some("tokens:verify")).await;
    let acme = makes.company("Acme").await;
    let globex = makes.company("Globex").await;
    World { root, verifier, acme, globex, caller, running }
}

fn name(text: &str) -> Name {
    Name::parse("name", text).unwrap()
}

/// Makes organisations, people and tokens in the name of the first administrator.
struct Maker<'a> {
    running: &'a Running,
    caller: &'a Caller,
}

impl Maker<'_> {
    async fn company(&self, called: &str) -> Company {
        let organisation = self.running.authority().create_organisation(self.caller, name(called), None).await.unwrap();
        let id = organisation.record.id.to_string();
        let granted = "reports:read deploy:*";
        Company {
            administrator: self.user(&id, &format!("{called} Grace"), Role::OrganisationAdministrator, "").await,
            member: self.user(&id, &format!("{called} Linus"), Role::Member, granted).await,
            colleague: self.user(&id, &format!("{called} Margaret"), Role::Member, "").await,
            robot: self.robot(&id, &format!("{called} Robot"), Role::Member, None).await,
            verifier: self.robot(&id, &format!("{called} Verifier"), Role::Member, Some("tokens:verify")).await,
            id,
        }
    }

    async fn user(&self, organisation: &str, called: &str, role: Role, granted: &str) -> Person {
        let email = format!("{}@people.example", called.to_lowercase().replace(' ', "."));
        let draft = OwnerDraft {
            kind: OwnerKind::User,
            organisation: Some(OrganisationId::parse("organisation", organisation).unwrap()),
            name: name(called),
            email: Some(Email::parse("email", &email).unwrap()),
            role,
            scopes: Scopes::stored(granted),
            facts: Facts::default(),
        };
        self.owner(draft, None).await
    }

    async fn robot(&self, organisation: &str, called: &str, role: Role, only: Option<&str>) -> Person {
        let draft = OwnerDraft {
            kind: OwnerKind::ServiceAccount,
            organisation: Some(OrganisationId::parse("organisation", organisation).unwrap()),
            name: name(called),
            email: None,
            role,
            scopes: only.map(Scopes::stored).unwrap_or_default(),
            facts: Facts::default(),
        };
        self.owner(draft, only).await
    }

    async fn owner(&self, draft: OwnerDraft, only: Option<&str>) -> Person {
        let email = draft.email.as_ref().map(|email| email.as_str().to_owned()).unwrap_or_default();
        let owner = self.running.authority().create_owner(self.caller, draft, None).await.unwrap().record;
        let (token_id, token) = self.running.issue(self.caller, owner.id, "everyday", only).await;
        Person { id: owner.id.to_string(), email, token, token_id }
    }
}

impl Running {
    async fn issue(&self, caller: &Caller, owner: OwnerId, called: &str, only: Option<&str>) -> (String, String) {
        let new = NewToken {
            key: None,
            name: name(called),
            description: String::new(),
            owner: Some(owner),
            scopes: only.map(Scopes::stored),
            networks: None,
            labels: Labels::default(),
            expires_at: None,
            terms: Terms::default(),
            permission: None,
        };
        let issued = self.authority().issue(caller, new, None).await.unwrap();
        (issued.token.id.to_string(), issued.secret.expose().to_owned())
    }
}

impl World {
    /// A new token of this owner: its identifier and its secret.
    pub(crate) async fn token(&self, owner: &Person) -> (String, String) {
        self.issue(&self.caller, OwnerId::parse("owner", &owner.id).unwrap(), "spare", None).await
    }

    /// A new token of this owner with these scopes only.
    pub(crate) async fn token_with(&self, owner: &Person, scopes: &str) -> (String, String) {
        self.issue(&self.caller, OwnerId::parse("owner", &owner.id).unwrap(), "spare", Some(scopes)).await
    }

    /// Gives a user the password that everybody has.
    pub(crate) async fn give_password(&self, user: &Person) {
        let invitation = self.authority().invite(&self.caller, OwnerId::parse("id", &user.id).unwrap()).await.unwrap();
        let password = domain::secret::Secret::new(PASSWORD.to_owned());
        self.authority()
            .redeem(invitation.secret.expose(), password, None, &domain::origin::Origin::default())
            .await
            .unwrap();
    }

    /// Signs a user with a password in, and gives his cookie.
    pub(crate) async fn sign_in(&self, user: &Person) -> String {
        let body = serde_json::json!({"email": user.email, "password": PASSWORD});
        let answer = self.post("/v1/sessions", body).field("x-jeton-request", "1").await;
        answer.expect(201);
        answer.field("set-cookie").unwrap().split(';').next().unwrap().to_owned()
    }

    /// The verdict of the application-wide verifier.
    pub(crate) async fn verdict(&self, secret: &str) -> serde_json::Value {
        let body = serde_json::json!({"token": secret});
        self.post("/v1/tokens/verify", body).bearer(&self.verifier.token).await.expect(200)
    }

    /// True when the application-wide verifier accepts the secret.
    pub(crate) async fn accepts(&self, secret: &str) -> bool {
        self.verdict(secret).await["active"] == true
    }
}

/// How many tokens are issued side by side.
const SIDE_BY_SIDE: usize = 256;

impl World {
    /// Issues this many tokens named `many`; gives the secret of the last.
    pub(crate) async fn issue_many(&self, owner: &Person, count: usize) -> String {
        let owner = OwnerId::parse("owner", &owner.id).unwrap();
        let mut last = String::new();
        for begin in (0..count).step_by(SIDE_BY_SIDE) {
            let mut running = tokio::task::JoinSet::new();
            for _ in begin..count.min(begin + SIDE_BY_SIDE) {
                let (authority, caller) = (std::sync::Arc::clone(self.authority()), self.caller.clone());
                running.spawn(async move {
                    let new = NewToken {
                        key: None,
                        name: name("many"),
                        description: String::new(),
                        owner: Some(owner),
                        scopes: Some(Scopes::default()),
                        networks: None,
                        labels: Labels::default(),
                        expires_at: None,
                        terms: Terms::default(),
                        permission: None,
                    };
                    authority.issue(&caller, new, None).await.unwrap().secret.expose().to_owned()
                });
            }
            last = running.join_all().await.pop().unwrap();
        }
        last
    }
}
