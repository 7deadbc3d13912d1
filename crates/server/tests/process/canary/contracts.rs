//! The doors of the contracts, by those who may and with what is right, and with what is wrong.

use super::Walk;
use crate::client::Answer;
use http::Method;
use serde_json::{Value, json};

impl Walk {
    pub(super) fn contracts(&mut self) {
        self.rncv();
    }

    fn rncv(&mut self) {
        let place = &self.demo["contracts"]["rncv"];
        let (key, member) = (place["organisation_administrator_token"].clone(), place["member_user_id"].clone());
        let header = format!("Token {}", key.as_str().unwrap());
        let nobody = self.nobody();
        let send = |method: Method, path: &str, body: Option<&Value>| -> Answer {
            nobody.send(method, path, &[("authorization", &header)], body)
        };
        let (post, delete) = (Method::POST, Method::DELETE);
        send(Method::GET, "/admin/tokens", None).expect(200);
        let user = json!({"user_id": member});
        send(post.clone(), "/admin/tokens", Some(&user)).expect(409);
        send(delete.clone(), "/admin/tokens", Some(&user)).expect(200);
        let made = send(post, "/admin/tokens", Some(&user)).expect(201).text_of("key");
        for misplaced in [json!({"user_id": made}), json!({"token_id": made}), json!({"colour": made})] {
            send(delete.clone(), "/admin/tokens", Some(&misplaced)).expect(400);
        }
        send(delete.clone(), &format!("/admin/tokens?key={made}"), None).expect(400);
        send(delete.clone(), "/admin/tokens", Some(&json!({"key": made, "user_id": 1}))).expect(400);
        send(delete.clone(), "/admin/tokens", Some(&json!({"key": made}))).expect(200);
        send(delete, "/admin/tokens", Some(&json!({"key": made}))).expect(404);
        nobody.send(Method::GET, "/admin/tokens", &[("authorization", &format!("Token {made}"))], None).expect(401);
    }
}
