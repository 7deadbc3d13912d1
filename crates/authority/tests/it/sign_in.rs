//! Passwords, sessions and one-time links: strong hashes, no hint about who exists, slow guessing,
//! sessions that end, and links that work once.

use crate::world::{CALM, NOWHERE, World, administrator, name, secret};
use authority::{
    Authority, Error,
    authority::Options,
    error::Conflict,
    link::Purpose,
    redeem::{Administrator, administrator_link},
    sign_in::SignedIn,
};
use domain::{
    limits,
    name::Email,
    owner::{Owner, OwnerKind, Role},
    secret::{Keyring, Secret},
};
use rusqlite::{Connection, params};
use std::{sync::Arc, time::Duration};
use store::{
    Store,
    query::{SignIn, UserKey},
};
use tokio::task::JoinSet;

const PASSWORD: &str = "correct horse battery staple";
const OTHER: &str = "quixotic-zeppelin-71-marmalade";
const MILLISECOND: Duration = Duration::from_millis(1);
const ALMOST_IDLE: Duration = limits::SESSION_IDLE.saturating_sub(MILLISECOND);

fn email(text: &str) -> Email {
    Email::parse("email", text).unwrap()
}

/// A member with the password above.
async fn user(world: &World) -> Owner {
    let owner = world.member(world.root.organisation, "").await;
    let invitation = world.authority().invite(&world.root, owner.id).await.unwrap();
    world.authority().redeem(invitation.secret.expose(), secret(PASSWORD), None, &NOWHERE).await.unwrap();
    owner
}

async fn sign_in(world: &World, email: &Email, password: &str) -> Result<SignedIn, Error> {
    world.authority().sign_in(email, secret(password), NOWHERE, None).await
}

async fn sign_in_from(world: &World, email: &Email, password: &str, address: &str) -> Result<SignedIn, Error> {
    let origin = domain::origin::Origin { address: Some(address.parse().unwrap()), user_agent: None };
    world.authority().sign_in(email, secret(password), origin, None).await
}

async fn is_signed_in(world: &World, session: &SignedIn) -> bool {
    match world.authority().authenticate_session(session.secret.expose(), &NOWHERE).await {
        Ok(_) => true,
        Err(Error::Unauthenticated) => false,
        Err(error) => panic!("{error}"),
    }
}

async fn kept(world: &World, owner: &Owner) -> SignIn {
    world.store().sign_in(UserKey::Id(owner.id)).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_stored_hash_is_argon2id_at_todays_cost_and_a_weaker_one_is_raised() {
    let mut world = World::new(90).await;
    let owner = user(&world).await;
    let hash = kept(&world, &owner).await.password_hash.unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=47104,t=1,p=1$"), "{hash}");
    assert!(!hash.contains(PASSWORD));
    let twin = user(&world).await;
    assert_ne!(kept(&world, &twin).await.password_hash.unwrap(), hash, "two hashes share a salt");

    // A hash from a time of weaker rules, as an import or an older version may have left it.
    let weak = {
        use argon2::{Algorithm, Argon2, Params, Version, password_hash::PasswordHasher};
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, None).unwrap());
        let hash = weak.hash_password_with_salt(PASSWORD.as_bytes(), &[7; 16]).unwrap();
        hash.to_string()
    };
    world.stop().await;
    let connection = Connection::open(world.path()).unwrap();
    let update = "UPDATE owner SET password_hash = ?1 WHERE number = ?2";
    connection.execute(update, params![weak, owner.number.0]).unwrap();
    drop(connection);
    world.start().await;
    let address = owner.email.as_ref().unwrap();
    assert!(sign_in(&world, address, OTHER).await.is_err());
    assert_eq!(kept(&world, &owner).await.password_hash.unwrap(), weak, "a wrong password changed the hash");
    sign_in(&world, address, PASSWORD).await.unwrap();
    assert!(kept(&world, &owner).await.password_hash.unwrap().contains("m=47104,t=1"));
    sign_in(&world, address, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn nobody_learns_from_a_failure_who_exists() {
    let world = World::new(91).await;
    let known = user(&world).await;
    let without_password = world.member(world.root.organisation, "").await;
    let inactive = user(&world).await;
    let patch = authority::owners::OwnerPatch { active: Some(false), ..Default::default() };
    world.authority().update_owner(&world.root, OwnerKind::User, inactive.id, patch, None).await.unwrap();
    let mut failures = Vec::new();
    for (address, password) in [
        (known.email.unwrap(), OTHER),
        (email("nobody@example.org"), PASSWORD),
        (without_password.email.unwrap(), PASSWORD),
        (inactive.email.unwrap(), PASSWORD),
    ] {
        let before = std::time::Instant::now();
        let Err(error) = sign_in(&world, &address, password).await else { panic!("signed in") };
        failures.push((format!("{error:?}"), before.elapsed()));
    }
    assert!(failures.iter().all(|(error, _)| error == "SignInFailed"), "{failures:?}");
    // Each took the time of a hash of 46 MiB; without one it would be far below a millisecond.
    assert!(failures.iter().all(|(_, time)| *time > 10 * MILLISECOND), "{failures:?}");
}

#[tokio::test]
async fn guessing_is_slowed_and_never_locks_anybody_out() {
    let world = World::new(92).await;
    let owner = user(&world).await;
    let address = owner.email.unwrap();
    // Variants of one address share a counter; blanks and case make no second account.
    let variants = [address.as_str().to_uppercase(), format!("  {} ", address.as_str()), address.as_str().to_owned()];
    for attempt in 0..6 {
        let variant = email(&variants[attempt % variants.len()]);
        assert!(matches!(sign_in(&world, &variant, OTHER).await, Err(Error::SignInFailed)), "attempt {attempt}");
    }
    let Err(Error::Throttled { retry_after }) = sign_in(&world, &address, PASSWORD).await else {
        panic!("the seventh attempt was not slowed")
    };
    assert_eq!(retry_after, Duration::from_secs(1));
    world.clock.advance(retry_after.checked_sub(MILLISECOND).unwrap());
    assert!(matches!(sign_in(&world, &address, PASSWORD).await, Err(Error::Throttled { .. })));
    world.clock.advance(MILLISECOND);
    sign_in(&world, &address, PASSWORD).await.unwrap();
    sign_in(&world, &address, OTHER).await.err().unwrap();
    sign_in(&world, &address, PASSWORD).await.unwrap(); // Success forgave the earlier failures.
}

#[tokio::test]
async fn a_place_that_guesses_at_many_accounts_is_slowed() {
    let world = World::new(93).await;
    let owner = user(&world).await;
    let address = owner.email.unwrap();
    // The addresses of one IPv6 network are one place.
    for attempt in 0..6 {
        let guessed = email(&format!("guess{attempt}@example.org"));
        let from = format!("2001:db8:1:2::{attempt}");
        assert!(matches!(sign_in_from(&world, &guessed, OTHER, &from).await, Err(Error::SignInFailed)));
    }
    let same_place = sign_in_from(&world, &address, PASSWORD, "2001:db8:1:2:ffff::1").await;
    assert!(matches!(same_place, Err(Error::Throttled { .. })));
    sign_in_from(&world, &address, PASSWORD, "2001:db8:1:3::1").await.unwrap();
}

#[tokio::test]
async fn a_new_sign_in_replaces_the_session_that_came_with_it() {
    let mut world = World::new(94).await;
    let address = user(&world).await.email.unwrap();
    let planted = sign_in(&world, &address, PASSWORD).await.unwrap();
    let other = sign_in(&world, &address, PASSWORD).await.unwrap();
    let authority = world.authority();
    let next = authority.sign_in(&address, secret(PASSWORD), NOWHERE, Some(planted.id)).await.unwrap();
    assert_ne!(next.secret.expose(), planted.secret.expose());
    assert!(!is_signed_in(&world, &planted).await);
    assert!(is_signed_in(&world, &next).await && is_signed_in(&world, &other).await);

    let (caller, _) = authority.authenticate_session(next.secret.expose(), &NOWHERE).await.unwrap();
    assert_eq!(authority.sessions(&caller).await.unwrap().len(), 2);
    authority.sign_out(&caller, Some(other.id)).await.unwrap();
    assert!(!is_signed_in(&world, &other).await && is_signed_in(&world, &next).await);
    authority.sign_out(&caller, None).await.unwrap();
    assert!(!is_signed_in(&world, &next).await);
    world.restart().await;
    for ended in [&planted, &other, &next] {
        assert!(!is_signed_in(&world, ended).await);
    }
}

#[tokio::test]
async fn nobody_ends_the_session_of_another() {
    let world = World::new(95).await;
    let [victim, other] = [user(&world).await, user(&world).await].map(|owner| owner.email.unwrap());
    let session = sign_in(&world, &victim, PASSWORD).await.unwrap();
    let foreign = sign_in(&world, &other, PASSWORD).await.unwrap();
    let (caller, _) = world.authority().authenticate_session(foreign.secret.expose(), &NOWHERE).await.unwrap();
    let ended = world.authority().sign_out(&caller, Some(session.id)).await;
    assert!(matches!(ended, Err(Error::NotFound)));
    let replacing = world.authority().sign_in(&other, secret(PASSWORD), NOWHERE, Some(session.id)).await;
    assert!(replacing.is_ok() && is_signed_in(&world, &session).await);
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_and_when_its_time_is_over() {
    let mut world = World::new(96).await;
    let address = user(&world).await.email.unwrap();
    let idle = sign_in(&world, &address, PASSWORD).await.unwrap();
    world.clock.advance(ALMOST_IDLE);
    assert!(is_signed_in(&world, &idle).await);
    // That was a use: it counts from memory, and from the store after it was written.
    world.clock.advance(ALMOST_IDLE);
    assert!(is_signed_in(&world, &idle).await);
    world.authority().write_uses().await.unwrap();
    world.restart().await;
    world.clock.advance(ALMOST_IDLE);
    assert!(is_signed_in(&world, &idle).await);
    world.clock.advance(limits::SESSION_IDLE);
    assert!(!is_signed_in(&world, &idle).await);
    assert!(!is_signed_in(&world, &idle).await, "asking again is no use of a session that has ended");

    let long = sign_in(&world, &address, PASSWORD).await.unwrap();
    assert_eq!(long.expires_at, world.now().after(limits::SESSION_LIFETIME));
    while world.now() < long.expires_at.before(limits::SESSION_IDLE / 2) {
        world.clock.advance(limits::SESSION_IDLE / 2);
        assert!(is_signed_in(&world, &long).await);
    }
    world.clock.set(long.expires_at.before(MILLISECOND));
    assert!(is_signed_in(&world, &long).await);
    world.clock.set(long.expires_at);
    assert!(!is_signed_in(&world, &long).await);
}

#[tokio::test]
async fn a_new_password_ends_every_session_and_every_link() {
    let mut world = World::new(97).await;
    let owner = user(&world).await;
    let address = owner.email.clone().unwrap();
    let sessions =
        [sign_in(&world, &address, PASSWORD).await.unwrap(), sign_in(&world, &address, PASSWORD).await.unwrap()];
    let authority = Arc::clone(world.authority());
    let (caller, _) = authority.authenticate_session(sessions[0].secret.expose(), &NOWHERE).await.unwrap();
    let link = authority.invite(&world.root, owner.id).await.unwrap();

    let wrong = authority.change_password(&caller, secret(OTHER), secret(OTHER)).await;
    assert!(matches!(wrong, Err(Error::Invalid(_))));
    for weak in ["short", "password1234", address.as_str(), &"x".repeat(limits::PASSWORD_BYTES + 1)] {
        let refused = authority.change_password(&caller, secret(PASSWORD), secret(weak)).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{weak} was taken");
    }
    assert!(is_signed_in(&world, &sessions[1]).await);

    authority.change_password(&caller, secret(PASSWORD), secret(OTHER)).await.unwrap();
    drop(authority);
    for restarted in [false, true] {
        for session in &sessions {
            assert!(!is_signed_in(&world, session).await);
        }
        let redeemed = world.authority().redeem(link.secret.expose(), secret(PASSWORD), None, &NOWHERE).await;
        assert!(matches!(redeemed, Err(Error::Conflict(Conflict::LinkVoid))));
        assert!(matches!(sign_in(&world, &address, PASSWORD).await, Err(Error::SignInFailed)));
        sign_in(&world, &address, OTHER).await.unwrap();
        if !restarted {
            world.restart().await;
        }
    }
}

#[tokio::test]
async fn long_passwords_are_neither_cut_nor_refused_early() {
    let world = World::new(98).await;
    // Seventy-two bytes are where other hashes stop reading, and a NUL where others end.
    let start = format!("{OTHER}{}", "§ab".repeat(20));
    let ends = [format!("{start}\0one"), format!("{start}\0two"), format!("{start}{}", "é".repeat(400))];
    for right in &ends {
        let owner = world.member(world.root.organisation, "").await;
        let link = world.authority().invite(&world.root, owner.id).await.unwrap();
        world.authority().redeem(link.secret.expose(), secret(right), None, &NOWHERE).await.unwrap();
        for tried in &ends {
            let signed_in = sign_in(&world, owner.email.as_ref().unwrap(), tried).await;
            assert_eq!(signed_in.is_ok(), tried == right);
        }
    }
}

async fn redeem(authority: Arc<Authority>, link: Secret) -> Result<(), Error> {
    authority.redeem(link.expose(), secret(PASSWORD), None, &NOWHERE).await
}

#[tokio::test]
async fn a_link_works_once_until_it_is_replaced_or_too_old() {
    let mut world = World::new(99).await;
    let owner = world.member(world.root.organisation, "").await;
    let authority = Arc::clone(world.authority());
    let void = |redeemed| matches!(redeemed, Err(Error::Conflict(Conflict::LinkVoid)));
    let redeem = |link: &Secret| redeem(Arc::clone(&authority), link.clone());
    let replaced = authority.invite(&world.root, owner.id).await.unwrap();
    let good = authority.invite(&world.root, owner.id).await.unwrap();
    assert_eq!(authority.purpose_of_link(good.secret.expose()).unwrap(), Purpose::SetPassword);
    assert!(void(redeem(&replaced.secret).await));
    let mut redeeming = JoinSet::new();
    for _ in 0..4 {
        redeeming.spawn(redeem(&good.secret));
    }
    let answers = redeeming.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
    assert!(void(redeem(&good.secret).await));

    let old = authority.invite(&world.root, owner.id).await.unwrap();
    world.clock.set(old.expires_at);
    assert!(void(redeem(&old.secret).await));
    assert!(authority.purpose_of_link(old.secret.expose()).is_err());
    world.clock.set(old.expires_at.before(MILLISECOND));
    redeem(&old.secret).await.unwrap();

    let mistyped = old.secret.expose().replacen("jtl_", "jtl_A", 1);
    for text in [mistyped.as_str(), "", "jtl_", "x"] {
        assert!(void(authority.redeem(text, secret(PASSWORD), None, &NOWHERE).await));
    }
    drop(authority);
    // A link of another installation, and one whose key was retired, open nothing here.
    let link = world.authority().invite(&world.root, owner.id).await.unwrap();
    world.keyring = world.keyring.rotated(&*world.random).retired();
    world.restart().await;
    assert!(void(world.authority().redeem(link.secret.expose(), secret(PASSWORD), None, &NOWHERE).await));
}

fn link_for(world: &World, keyring: &Keyring, purpose: Purpose) -> Secret {
    administrator_link(keyring, purpose, world.now(), &*world.random).0
}

async fn set_up(authority: Arc<Authority>, link: Secret, number: usize) -> Result<(), Error> {
    let administrator = administrator(&format!("first{number}@example.org"));
    authority.redeem(link.expose(), secret(PASSWORD), Some(administrator), &NOWHERE).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_is_set_up_once_however_many_try() {
    let world = World::empty(100, Options::default(), CALM).await;
    let link = link_for(&world, &world.keyring, Purpose::SetUp);
    let without_name = world.authority().redeem(link.expose(), secret(PASSWORD), None, &NOWHERE).await;
    assert!(matches!(without_name, Err(Error::Invalid(_))));
    let mut attempts = JoinSet::new();
    for number in 0..64 {
        attempts.spawn(set_up(Arc::clone(world.authority()), link.clone(), number));
    }
    let answers = attempts.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for answer in answers.into_iter().filter_map(Result::err) {
        // Where sixty-four hashes take too long, some are told to come back.
        let refused = matches!(answer, Error::Conflict(Conflict::AlreadySetUp) | Error::Throttled { .. });
        assert!(refused, "{answer:?}");
    }
    let again = set_up(Arc::clone(world.authority()), link, 65).await;
    assert!(matches!(again, Err(Error::Conflict(Conflict::AlreadySetUp))));
    let token = world.authority().generate(domain::format::Kind::Token);
    let unattended = world.authority().set_up_with_token(administrator("late@example.org"), &token).await;
    assert!(unattended.unwrap().is_none());
    assert!(!world.ask(token.expose()).await.is_active());
}

#[tokio::test]
async fn a_set_up_link_ends_after_half_an_hour() {
    let world = World::empty(101, Options::default(), CALM).await;
    let link = link_for(&world, &world.keyring, Purpose::SetUp);
    let foreign = link_for(&world, &Keyring::generate(&*world.random), Purpose::SetUp);
    let refused = set_up(Arc::clone(world.authority()), foreign, 1).await;
    assert!(matches!(refused, Err(Error::Conflict(Conflict::LinkVoid))));
    world.clock.advance(limits::SET_UP_LIFETIME);
    let refused = set_up(Arc::clone(world.authority()), link, 1).await;
    assert!(matches!(refused, Err(Error::Conflict(Conflict::LinkVoid))));
    let link = link_for(&world, &world.keyring, Purpose::SetUp);
    set_up(Arc::clone(world.authority()), link, 1).await.unwrap();
    sign_in(&world, &email("first1@example.org"), PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_recovery_link_makes_one_administrator_once() {
    let world = World::new(102).await;
    let lost = world.owner(OwnerKind::User, world.organisation().await.id, Role::Member, "").await;
    let link = link_for(&world, &world.keyring, Purpose::RecoverAdministrator);
    let authority = world.authority();
    let recovered = |address: &Email| Administrator {
        email: address.clone(),
        name: name("Recovered"),
        organisation: name("not used"),
    };
    let address = lost.email.unwrap();
    let weak = authority.redeem(link.expose(), secret("short"), Some(recovered(&address)), &NOWHERE).await;
    assert!(matches!(weak, Err(Error::Invalid(_))));
    authority.redeem(link.expose(), secret(PASSWORD), Some(recovered(&address)), &NOWHERE).await.unwrap();
    let session = sign_in(&world, &address, PASSWORD).await.unwrap();
    let (caller, _) = authority.authenticate_session(session.secret.expose(), &NOWHERE).await.unwrap();
    assert_eq!((caller.role, caller.owner), (Role::ApplicationAdministrator, lost.id));

    let again = authority.redeem(link.expose(), secret(OTHER), Some(recovered(&address)), &NOWHERE).await;
    assert!(matches!(again, Err(Error::Conflict(Conflict::LinkVoid))));
    let somebody =
        authority.redeem(link.expose(), secret(OTHER), Some(recovered(&email("new@example.org"))), &NOWHERE).await;
    assert!(matches!(somebody, Err(Error::Conflict(Conflict::LinkVoid))));
    assert!(is_signed_in(&world, &session).await);

    let link = link_for(&world, &world.keyring, Purpose::RecoverAdministrator);
    let new = email("new@example.org");
    authority.redeem(link.expose(), secret(PASSWORD), Some(recovered(&new)), &NOWHERE).await.unwrap();
    sign_in(&world, &new, PASSWORD).await.unwrap();
}
