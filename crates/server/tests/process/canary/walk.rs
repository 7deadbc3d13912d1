//! Every route, by those who may and with what is right.

use super::{CONTROL, Walk};
use crate::client::{Answer, Client};
use http::Method;
use serde_json::{Value, json};

const ADMINISTRATOR: &str = "/application_administrator/token";
const OWN_REQUEST: (&str, &str) = ("x-jeton-request", "1");

impl Walk {
    pub(super) fn every_route(&mut self) {
        self.tokens();
        self.verdicts();
        self.deletions();
        self.owners();
        self.sessions();
        self.links();
        let (nobody, administrator) = (self.nobody(), self.client(ADMINISTRATOR));
        for path in ["/healthz", "/readyz", "/v1/openapi.json", "/problems", "/problems/gone"] {
            nobody.get(path).expect(200);
        }
        nobody.get("/problems/nothing").expect(404);
        for path in
            ["/v1/whoami", "/v1/journal?limit=200", "/v1/journal?order=asc&limit=200", "/v1/journal?kind=token.deleted"]
        {
            administrator.get(path).expect(200);
            nobody.get(path).expect(401);
        }
    }

    fn tokens(&mut self) {
        let client = self.client(ADMINISTRATOR);
        let body = json!({"name": "walked", "description": CONTROL, "labels": {"walk": "1"}, "networks": ["127.0.0.0/8"],
            "expires_in_seconds": 86_400, "scopes": ["a:b", "tokens:verify"]});
        let keyed = [("idempotency-key", "walk-1")];
        let token = client.send(Method::POST, "/v1/tokens", &keyed, Some(&body)).expect(201).issued();
        // The repetition makes another secret.
        client.send(Method::POST, "/v1/tokens", &keyed, Some(&body)).expect(201);
        client.post("/v1/tokens", &json!({"name": ""})).expect(400);
        let path = format!("/v1/tokens/{}", token.id);
        for query in [
            "",
            "?total=true&sort=-last_used",
            "?state=active",
            "?state=deleted",
            "?label=walk=1",
            "?secret_prefix=jtn_abcd",
        ] {
            client.get(&format!("/v1/tokens{query}")).expect(200);
        }
        client.get("/v1/tokens?limit=0").expect(400);
        client.get(&path).expect(200);
        client.get(&format!("{path}/usage")).expect(200);
        client.patch(&path, &json!({"name": "walked on", "networks": null})).expect(200);
        client.patch(&path, &json!({"unknown": 1})).expect(400);
        let rotations = [json!({}), json!({"overlap_seconds": 3_600}), json!({"until": "first-use"})];
        let newest = rotations.map(|body| client.post(&format!("{path}/rotate"), &body).expect(200).issued().secret);
        client.post(&format!("{path}/rotate"), &json!({"overlap_seconds": -1})).expect(400);
        client.verify(&newest[2]).expect(200);
        for verb in ["disable", "enable"] {
            client.post(&format!("{path}/{verb}"), &json!({})).expect(200);
            client.send(Method::POST, &format!("{path}/{verb}"), &[("if-match", "\"999\"")], None).expect(412);
        }
        client.delete(&format!("{path}?reason=walked")).expect(204);
        client.delete(&path).expect(404);
        client.get(&path).expect(404);
        client.get(&format!("{path}?deleted=include")).expect(410);
        client.get(&format!("/v1/tokens/{}/usage", self.demo["organisations"][0]["id"].as_str().unwrap())).expect(404);
        client.get("/v1/tokens?state=deleted").expect(200);
    }

    fn verdicts(&mut self) {
        let (client, verifier, nobody) = (self.client(ADMINISTRATOR), self.client("/verifier/token"), self.nobody());
        let (token, stranger) = (client.issue(&json!({"name": "judged"})), self.stranger());
        let question = json!({"token": token.secret, "scope": "a", "address": "192.0.2.1", "user_agent": "walk"});
        verifier.post("/v1/tokens/verify", &question).expect(200);
        verifier
            .post("/v1/tokens/verify", &json!({"tokens": [{"token": token.secret}, {"token": stranger}]}))
            .expect(200);
        verifier.post("/v1/tokens/verify", &json!({"token": token.secret, "unknown": 1})).expect(400);
        nobody.post("/v1/tokens/verify", &question).expect(401);
        for secret in [&token.secret, &stranger] {
            verifier.form("/oauth2/introspect", &[("token", secret)]).expect(200);
            nobody.form("/oauth2/introspect", &[("token", secret)]).expect(401);
            nobody.post("/oauth2/revoke", &json!({ "token": secret })).expect(415);
            nobody.form("/oauth2/revoke", &[("token", secret)]).expect(200);
            verifier.verify(secret).expect(200);
        }
    }

    fn deletions(&mut self) {
        let client = self.client(ADMINISTRATOR);
        let token = client.issue(&json!({"name": "selected", "labels": {"walk": "2"}}));
        let filter = json!({"labels": ["walk=2"], "secret_prefix": &token.secret[..8]});
        let preview = client
            .post("/v1/tokens/delete", &json!({"filter": filter, "dry_run": true}))
            .expect(200)
            .text_of("preview");
        client.post("/v1/tokens/delete", &json!({"filter": filter, "preview": "0".repeat(64)})).expect(409);
        client.post("/v1/tokens/delete", &json!({"filter": filter, "preview": preview, "reason": "walk"})).expect(200);
        client.get(&format!("/v1/deletions/{}", token.id)).expect(404);
        let token = client.issue(&json!({"name": "found in a repository"}));
        let found = json!({"token": token.secret, "reason": "found in a repository"});
        self.nobody().post("/v1/tokens/revoke-by-secret", &found).expect(204);
        self.nobody().post("/v1/tokens/revoke-by-secret", &json!({"token": token.secret, "reason": ""})).expect(400);
    }

    fn owners(&mut self) {
        let client = self.client(ADMINISTRATOR);
        let organisation = client.post("/v1/organisations", &json!({"name": "Walk"})).expect(201).text_of("id");
        client.post("/v1/organisations", &json!({"name": ""})).expect(400);
        client.get("/v1/organisations?active=true").expect(200);
        client.get("/v1/organisations?active=perhaps").expect(400);
        let user = json!({"name": "Walker", "email": "walker@walk.example", "organisation": organisation});
        let user = client.post("/v1/users", &user).expect(201);
        client.post("/v1/users", &json!({"name": "Walker", "email": "walker@walk.example"})).expect(409);
        let account = json!({"name": "Walking machine", "organisation": organisation, "scopes": ["a"]});
        let account = client.post("/v1/service-accounts", &account).expect(201).text_of("id");
        client.post("/v1/service-accounts", &json!({"name": "x", "role": "king"})).expect(400);
        let paths =
            [("organisations", organisation.clone()), ("users", user.text_of("id")), ("service-accounts", account)];
        for (list, id) in paths {
            client.get(&format!("/v1/{list}?limit=200")).expect(200);
            client.get(&format!("/v1/{list}?limit=x")).expect(400);
            client.get(&format!("/v1/{list}/{id}")).expect(200);
            client.get(&format!("/v1/{list}/{organisation}x")).expect(400);
            client.patch(&format!("/v1/{list}/{id}"), &json!({"name": "Walked"})).expect(200);
            client.patch(&format!("/v1/{list}/{id}"), &json!({"name": 1})).expect(400);
        }
        client.post(&format!("/v1/users/{}/invitation", user.text_of("id")), &json!({})).expect(201);
        client.post(&format!("/v1/users/{organisation}/invitation"), &json!({})).expect(404);
        self.redeem(&client, &user.text_of("id"));
    }

    /// Sets a password with an invitation, after some that are refused.
    fn redeem(&mut self, client: &Client, user: &str) {
        let link = client.post(&format!("/v1/users/{user}/invitation"), &json!({})).expect(201).text_of("link");
        let (nobody, password) = (self.nobody(), self.password());
        nobody.post("/v1/links/inspect", &json!({ "link": link })).expect(200);
        nobody.post("/v1/links/redeem", &json!({"link": link, "password": "12345678"})).expect(400);
        nobody.post("/v1/links/redeem", &json!({"link": link, "password": password, "pin": 1})).expect(400);
        nobody.post("/v1/links/redeem", &json!({"link": link, "password": password})).expect(204);
        nobody.post("/v1/links/redeem", &json!({"link": link, "password": password})).expect(409);
    }

    fn sessions(&mut self) {
        let person = self.demo["organisations"][0]["member"].clone();
        let (nobody, wrong) = (self.nobody(), self.password());
        let email = person["email"].as_str().unwrap();
        let sign_in = |password: &str| {
            let body = json!({"email": email, "password": password});
            nobody.send(Method::POST, "/v1/sessions", &[OWN_REQUEST], Some(&body))
        };
        sign_in(&wrong).expect(401);
        let mut password = person["password"].as_str().unwrap().to_owned();
        let cookie = cookie_of(&sign_in(&password).expect(201));
        let send = |method: Method, path: &str, body: Option<&Value>| {
            nobody.send(method, path, &[OWN_REQUEST, ("cookie", &cookie)], body)
        };
        send(Method::GET, "/v1/sessions", None).expect(200);
        send(Method::POST, "/v1/sessions/current/tokens", Some(&json!({"name": "from a session"}))).expect(201);
        send(Method::POST, "/v1/sessions/current/tokens", Some(&json!({"name": 1}))).expect(400);
        nobody.send(Method::POST, "/v1/sessions/challenges", &[], None).expect(403);
        let challenge = nobody.send(Method::POST, "/v1/sessions/challenges", &[OWN_REQUEST], None).expect(201).json();
        let guess = json!({
            "challenge_identifier": challenge["challenge_identifier"],
            "answer": {
                "kind": "passkey", "credential": "AAAA", "client_data": "AAAA", "signature": "AAAA",
                "authenticator_data": "AAAA", "user_handle": "AAAA",
            },
        });
        nobody.send(Method::POST, "/v1/sessions/passkeys", &[OWN_REQUEST], Some(&guess)).expect(401);
        let newer = self.password();
        let change = |current: &str, new: &str| json!({"current_password": current, "new_password": new});
        send(Method::POST, "/v1/sessions/current/password", Some(&change(&wrong, &newer))).expect(400);
        send(Method::POST, "/v1/sessions/current/password", Some(&change(&password, &newer))).expect(204);
        password = newer;
        send(Method::GET, "/v1/sessions", None).expect(401);
        for path in ["/v1/sessions/current", "/v1/sessions"] {
            let cookie = cookie_of(&sign_in(&password).expect(201));
            nobody.send(Method::DELETE, path, &[("cookie", &cookie)], None).expect(403);
            nobody.send(Method::DELETE, path, &[OWN_REQUEST, ("cookie", &cookie)], None).expect(204);
        }
    }

    fn links(&mut self) {
        let garbage = "jtl_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        self.nobody().post("/v1/links/inspect", &json!({ "link": garbage })).expect(409);
    }
}

/// The cookie that an answer sets, as a browser sends it back.
pub(super) fn cookie_of(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}
