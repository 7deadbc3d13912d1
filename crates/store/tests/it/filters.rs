//! Promise: a filter selects exactly what fits all of its parts, in lists, counts and previews alike.

use crate::{
    engine::Engine,
    world::{World, kept, scopes},
};
use domain::{
    caller::{Access, Reach},
    facts::{ContractFacts, Facts},
    id::TokenId,
    name::Labels,
    owner::{OwnerKind, Role},
    time::Timestamp,
    token::{RotationEnd, State, Terms, Token},
};
use std::{collections::BTreeMap, time::Duration};
use store::{
    change::{IssueToken, NewSecret, SwitchToken, TokenUse, Uses, Verb, WantedScopes},
    query::TokenFilter,
};

on_every_engine!(
    every_part_selects_what_fits,
    a_leaked_beginning_finds_its_token,
    a_text_is_found_everywhere,
    text_is_no_pattern
);

fn labels(pairs: &[(&str, &str)]) -> Labels {
    let pairs = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Labels::parse("labels", pairs.collect::<BTreeMap<_, _>>()).unwrap()
}

/// Of every fourth token, somebody knows what it looks like.
fn icon(place: usize) -> Facts {
    let icon = serde_json::json!({"icon": format!("{}.png", place % 3)});
    if place % 4 == 2 { ContractFacts { contract: "one", facts: icon }.into() } else { Facts::default() }
}

pub(crate) async fn mixed(engine: Engine) -> World {
    let world = World::new(engine).await;
    let other = world.organisation("Other").await;
    let strong = world.owner(&other, OwnerKind::User, Role::OrganisationAdministrator).await;
    let owners =
        [world.member().await, strong.clone(), world.owner(&other, OwnerKind::ServiceAccount, Role::Member).await];
    for place in 0_usize..24 {
        let owner = &owners[place % 3];
        let wanted = match place % 4 {
            0 => "tokens:read",
            1 => "tokens:read tokens:write",
            2 => "tokens:write",
            _ => "journal:read",
        };
        let pairs: &[_] = match place % 5 {
            0 => &[],
            1 => &[("env", "prod")],
            2 => &[("env", "prod-2"), ("team", "a")],
            3 => &[("team", "env:prod")],
            _ => &[("environment", "prod"), ("env", "")],
        };
        let seconds = place as u64;
        let issue = IssueToken {
            author: if place % 7 == 0 { strong.number } else { world.administrator.number },
            scopes: WantedScopes::Exactly(scopes(wanted)),
            labels: labels(pairs),
            terms: Terms { facts: icon(place), ..Terms::default() },
            description: if place % 5 == 1 { format!("Line {place}") } else { String::new() },
            expires_at: (place % 3 == 1).then(|| world.now().after(Duration::from_secs(seconds))),
            ..world.issuing(owner, &format!("Токен {place} é_%"))
        };
        let token = world.issue_as(issue).await.token.id;
        if place % 6 == 2 {
            let at = world.now();
            let used =
                TokenUse { token, at, address: None, user_agent: None, days: vec![(at.day(), 1)], callers: vec![] };
            world.made(Verb::RecordUses(Uses { tokens: vec![used], sessions: vec![] })).await;
        }
        if place % 8 == 4 {
            let switch = SwitchToken { access: Access::unlimited(), token, expects: None, disabled: true };
            world.made(Verb::SwitchToken(switch)).await;
        }
        if place % 11 == 10 {
            world.delete(token).await;
        }
        world.wait(Duration::from_millis(500));
    }
    world
}

fn fits(token: &Token, filter: &TokenFilter, now: Timestamp) -> bool {
    let state = match filter.state {
        Some(state) => token.state(now) == state,
        None => token.deleted.is_none(),
    };
    let used = token.last_use.as_ref().map(|last| last.at);
    let label = |(key, value): &(String, Option<String>)| {
        token.labels.as_map().get(key).is_some_and(|own| value.as_ref().is_none_or(|value| value == own))
    };
    state
        && filter.ids.as_ref().is_none_or(|ids| ids.contains(&token.id))
        && filter.owner.is_none_or(|owner| token.owner == owner)
        && filter.author.is_none_or(|author| token.author == author)
        && filter.organisation.is_none_or(|organisation| token.organisation == organisation)
        && filter.scope.as_ref().is_none_or(|wanted| token.scopes.iter().any(|scope| scope.as_str() == wanted))
        && filter.labels.iter().all(label)
        && filter.created_before.is_none_or(|before| token.created_at < before)
        && filter.created_after.is_none_or(|after| token.created_at >= after)
        && filter.expires_before.is_none_or(|before| token.expires_at.is_some_and(|expiry| expiry < before))
        && filter.expires_after.is_none_or(|after| token.expires_at.is_none_or(|expiry| expiry >= after))
        && filter.last_used_before.is_none_or(|before| used.unwrap_or(token.created_at) < before)
        && filter.last_used_after.is_none_or(|after| used.is_some_and(|used| used >= after))
        && filter
            .name_contains
            .as_ref()
            .is_none_or(|part| token.name.as_str().to_lowercase().contains(&part.to_lowercase()))
}

fn filters(world: &World, sample: &Token) -> Vec<TokenFilter> {
    let none = TokenFilter::default;
    let label = |key: &str, value: Option<&str>| vec![(key.to_owned(), value.map(str::to_owned))];
    let middle = sample.created_at;
    let mut filters = vec![
        none(),
        TokenFilter { ids: Some(vec![sample.id, TokenId::from_bytes([0; 16])]), ..none() },
        TokenFilter { ids: Some(Vec::new()), ..none() },
        TokenFilter { ids: Some(vec![sample.id]), state: Some(State::Deleted), ..none() },
        TokenFilter { owner: Some(sample.owner), ..none() },
        TokenFilter { author: Some(sample.author), ..none() },
        TokenFilter { author: Some(world.administrator.id), ..none() },
        TokenFilter { organisation: Some(sample.organisation), ..none() },
        TokenFilter { scope: Some("tokens:read".into()), ..none() },
        TokenFilter { scope: Some("tokens".into()), ..none() },
        TokenFilter { labels: label("env", None), ..none() },
        TokenFilter { labels: label("env", Some("prod")), ..none() },
        TokenFilter { labels: label("env", Some("")), ..none() },
        TokenFilter { labels: label("team", Some("env:prod")), ..none() },
        TokenFilter { labels: [label("env", Some("prod-2")), label("team", None)].concat(), ..none() },
        TokenFilter { created_before: Some(middle), ..none() },
        TokenFilter { created_after: Some(middle), ..none() },
        TokenFilter { expires_before: Some(world.now()), ..none() },
        TokenFilter { expires_after: Some(world.now()), ..none() },
        TokenFilter { last_used_before: Some(middle), ..none() },
        TokenFilter { last_used_after: Some(middle), ..none() },
        TokenFilter { name_contains: Some("ТОКЕН 1".into()), ..none() },
        TokenFilter { created_after: Some(middle), scope: Some("tokens:write".into()), ..none() },
    ];
    for state in [State::Active, State::Disabled, State::Expired, State::Deleted] {
        filters.push(TokenFilter { state: Some(state), ..none() });
        filters.push(TokenFilter { state: Some(state), owner: Some(sample.owner), ..none() });
    }
    filters
}

async fn every_part_selects_what_fits(engine: Engine) {
    let world = mixed(engine).await;
    let mut all = world.list(Reach::Everything, TokenFilter::default()).await;
    let deleted = TokenFilter { state: Some(State::Deleted), ..TokenFilter::default() };
    all.extend(world.list(Reach::Everything, deleted).await);
    all.sort_by_key(|token| std::cmp::Reverse(token.number));
    assert_eq!(all.len(), 24);
    for filter in filters(&world, &all[12]) {
        let expected: Vec<_> = all.iter().filter(|token| fits(token, &filter, world.now())).cloned().collect();
        assert_eq!(world.list(Reach::Everything, filter.clone()).await, expected, "{filter:?}");
        let count = world.store.count_tokens(Reach::Everything, filter.clone(), world.now()).await.unwrap();
        assert_eq!(count, expected.len() as u64, "{filter:?}");
        // Only what is alive can be deleted.
        let live = expected.iter().filter(|token| token.deleted.is_none()).count() as u64;
        let preview = world.store.preview(Reach::Everything, filter.clone(), world.now()).await.unwrap();
        assert_eq!(preview.count, live, "{filter:?}");
    }
}

async fn a_leaked_beginning_finds_its_token(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let mut wanted = world.issuing(&owner, "leaked");
    wanted.secret = NewSecret { hint: domain::secret::hint("jtn_AbCd0123456789"), ..kept(&wanted) }.into();
    let leaked = world.issue_as(wanted).await;
    let mut wanted = world.issuing(&owner, "other");
    wanted.secret = NewSecret { hint: domain::secret::hint("jtn_abcd0123456789"), ..kept(&wanted) }.into();
    world.issue_as(wanted).await;
    world.rotate(leaked.token.id, RotationEnd::Now).await;
    for beginning in ["jtn_AbCd", "jtn_AbCd012345", "jtn_AbC"] {
        let filter = TokenFilter { secret_prefix: Some(beginning.into()), ..TokenFilter::default() };
        let found: Vec<_> = world.list(Reach::Everything, filter).await.iter().map(|token| token.id).collect();
        assert_eq!(found, [leaked.token.id], "{beginning}");
    }
    let filter = TokenFilter { secret_prefix: Some("Cd01".into()), ..TokenFilter::default() };
    assert_eq!(world.list(Reach::Everything, filter).await, []);
}

async fn a_text_is_found_everywhere(engine: Engine) {
    let world = World::new(engine).await;
    let owner = world.member().await;
    let issue = async |name: &str, description: &str, secret: &str| {
        let mut wanted = IssueToken { description: description.to_owned(), ..world.issuing(&owner, name) };
        wanted.secret = NewSecret { hint: domain::secret::hint(secret), ..kept(&wanted) }.into();
        world.issue_as(wanted).await.token
    };
    let one = issue("Выкладка 2", "Of the night\nand the DAY", "jtn_AbCd0123456Wxyz").await;
    let two = issue("two jtn_", "", "idt:Other0123456789").await;
    let (id, grouped) = (one.id.to_string(), two.number.grouped());
    for (text, expected) in [
        ("ВЫКЛАДКА", vec![&one]),
        ("the day", vec![&one]),
        ("day of", vec![]),
        ("jtn_", vec![&two]),
        ("JTN_a", vec![&one]),
        ("jtn_abcd0123456wxyz", vec![&one]),
        ("tn_AbCd", vec![]),
        (" jtn_…wXYZ ", vec![&one]),
        ("wxyz", vec![&one]),
        ("xyz", vec![]),
        (&id.to_uppercase(), vec![&one]),
        (&id[..35], vec![]),
        (&grouped, vec![&two]),
        // The number of one, in the name of the other.
        (&two.number.to_string(), vec![&two, &one]),
    ] {
        let filter = TokenFilter { text: Some(text.to_owned()), ..TokenFilter::default() };
        let found = world.list(Reach::Everything, filter.clone()).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{text}");
        let count = world.store.count_tokens(Reach::Everything, filter, world.now()).await.unwrap();
        assert_eq!(count, expected.len() as u64, "{text}");
    }
}

async fn text_is_no_pattern(engine: Engine) {
    let world = mixed(engine).await;
    for text in ["%", "_", "'", "é_%", "*", "\\", "\" OR 1 = 1 --"] {
        let filter = TokenFilter { name_contains: Some(text.into()), ..TokenFilter::default() };
        let all = world.list(Reach::Everything, TokenFilter::default()).await;
        let expected: Vec<_> = all.into_iter().filter(|token| token.name.as_str().contains(text)).collect();
        assert_eq!(world.list(Reach::Everything, filter).await, expected, "{text}");
    }
}
