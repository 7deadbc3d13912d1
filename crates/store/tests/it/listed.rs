//! Promise: a part of a list is that slice of the whole list, in every order and within every reach, with
//! the names of those that a row tells of as far as whoever asks may know them.

use crate::{engine::Engine, filters::mixed, world::World};
use domain::{caller::Reach, owner::Owner, token::State};
use std::collections::HashMap;
use store::query::{
    ListedToken, OrganisationFilter, OwnerFilter, PageRequest, Sort, SortKey, TokenFilter, search::Person,
};

on_every_engine!(parts_are_slices_of_the_list, one_token_is_listed_as_in_the_list, names_keep_to_the_reach);

const ORDERS: [SortKey; 4] = [SortKey::Created, SortKey::Name, SortKey::Expires, SortKey::LastUsed];

fn whole() -> PageRequest {
    PageRequest { after: None, limit: 200 }
}

async fn owners(world: &World) -> HashMap<domain::id::OwnerId, Owner> {
    let page = world.store.owners(Reach::Everything, OwnerFilter::default(), whole()).await.unwrap();
    page.items.into_iter().map(|owner| (owner.id, owner)).collect()
}

async fn reaches(world: &World) -> Vec<Reach> {
    let organisations = world.store.organisations(Reach::Everything, OrganisationFilter::default(), whole()).await;
    let organisations = organisations.unwrap().items.into_iter().map(|found| Reach::Organisation(found.number));
    let own = owners(world).await.into_values().map(|owner| Reach::Own(owner.number));
    std::iter::once(Reach::Everything).chain(organisations).chain(own).collect()
}

async fn parts_are_slices_of_the_list(engine: Engine) {
    let world = mixed(engine).await;
    let deleted = TokenFilter { state: Some(State::Deleted), ..TokenFilter::default() };
    let active = TokenFilter { state: Some(State::Active), ..TokenFilter::default() };
    for reach in reaches(&world).await {
        for filter in [TokenFilter::default(), active.clone(), deleted.clone()] {
            for key in ORDERS {
                for descending in [false, true] {
                    let sort = Sort { key, descending };
                    let all = world.page(reach, filter.clone(), sort, whole()).await.items;
                    for (offset, limit) in [(0, 200), (0, 3), (2, 4), (all.len(), 5), (0, 0), (usize::MAX, 1)] {
                        let part =
                            world.store.tokens_part(reach, filter.clone(), sort, offset as u64, limit, world.now());
                        let part = part.await.unwrap();
                        assert_eq!(part.total, all.len() as u64);
                        let found: Vec<_> = part.items.into_iter().map(|listed| listed.token).collect();
                        let expected: Vec<_> = all.iter().skip(offset).take(limit).cloned().collect();
                        assert_eq!(found, expected, "{reach:?} {sort:?} {offset} {limit}");
                    }
                }
            }
        }
    }
}

async fn one_token_is_listed_as_in_the_list(engine: Engine) {
    let world = mixed(engine).await;
    for state in [None, Some(State::Deleted)] {
        let filter = TokenFilter { state, ..TokenFilter::default() };
        let all = world.store.tokens_part(Reach::Everything, filter, Sort::default(), 0, 200, world.now()).await;
        for listed in all.unwrap().items {
            for reach in reaches(&world).await {
                let expected = reach.covers(listed.token.organisation_number, listed.token.owner_number);
                let found = world.store.listed_token(reach, listed.token.id, true).await.unwrap();
                assert_eq!(found.map(|found| found.token), expected.then(|| listed.token.clone()));
            }
            let live = world.store.listed_token(Reach::Everything, listed.token.id, false).await.unwrap();
            assert_eq!(live, state.is_none().then_some(listed));
        }
    }
}

async fn names_keep_to_the_reach(engine: Engine) {
    let world = mixed(engine).await;
    let owners = owners(&world).await;
    let person = |reach: Reach, id: domain::id::OwnerId| {
        let owner: &Owner = &owners[&id];
        let name = reach.covers(owner.organisation, owner.number).then(|| owner.name.clone());
        Person { number: owner.number, name, kind: owner.kind }
    };
    let organisations = world.store.organisations(Reach::Everything, OrganisationFilter::default(), whole()).await;
    let organisations: HashMap<_, _> =
        organisations.unwrap().items.into_iter().map(|found| (found.number, (found.name, found.active))).collect();
    let mut unnamed = 0;
    for reach in reaches(&world).await {
        let part = world.store.tokens_part(reach, TokenFilter::default(), Sort::default(), 0, 200, world.now()).await;
        for ListedToken { token, organisation, owner, owner_active, author } in part.unwrap().items {
            assert_eq!(
                (organisation.number, &(organisation.name, organisation.active)),
                (token.organisation_number, &organisations[&token.organisation_number])
            );
            assert_eq!(owner, person(reach, token.owner));
            assert_eq!(owner_active, owners[&token.owner].active);
            assert_eq!(author, person(reach, token.author));
            unnamed += usize::from(author.name.is_none());
        }
    }
    assert!(unnamed > 0, "somebody outside the reach is an author");
}
