//! Promise: a part of a list of organisations, users or service accounts is that slice of the whole list, in every
//! order and within every reach, with how many there are and the organisation of each.

use crate::{
    engine::Engine,
    filters::mixed,
    world::{World, name, owner_of},
};
use domain::{
    caller::{Access, Reach},
    owner::{Organisation, Owner, OwnerKind, Role},
};
use std::cmp::Ordering;
use store::{
    change::{CreateOwner, NewOwner, Verb},
    query::{OrganisationFilter, OrganisationKey, OwnerFilter, OwnerKey, PageRequest, Sort},
};

on_every_engine!(parts_of_people_are_slices_of_the_list, parts_of_organisations_are_slices_of_the_list);

const SLICES: [(u64, usize); 9] = [(0, 200), (0, 2), (1, 3), (5, 1), (6, 2), (7, 200), (200, 5), (0, 0), (u64::MAX, 1)];

fn whole() -> PageRequest {
    PageRequest { after: None, limit: 200 }
}

/// Organisations with users whose names are in another order than their numbers, in both cases; some names are the
/// same but for that.
async fn in_disorder(engine: Engine) -> World {
    let world = mixed(engine).await;
    for (organisation, people) in
        [("zulu", &["mira", "Zoe"][..]), ("Beta", &["anna", "Bert", "ANNA"]), ("alpha", &["Ida"])]
    {
        let organisation = world.organisation(organisation).await;
        for person in people {
            let owner = NewOwner { name: name(person), ..world.new_owner(OwnerKind::User, Role::Member) };
            let verb =
                CreateOwner { access: Access::unlimited(), organisation: organisation.id, owner, invited: false };
            owner_of(world.made(Verb::CreateOwner(verb)).await);
        }
    }
    world
}

/// Sorted as a part has to be: by this, then by number, and all of it in one direction.
fn sorted<T: Clone>(all: &[T], descending: bool, order: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let mut all = all.to_vec();
    all.sort_by(order);
    if descending {
        all.reverse();
    }
    all
}

async fn parts_of_people_are_slices_of_the_list(engine: Engine) {
    let world = in_disorder(engine).await;
    let organisations = world.store.organisations(Reach::Everything, OrganisationFilter::default(), whole()).await;
    let organisations = organisations.unwrap().items;
    let of = |owner: &Owner| organisations.iter().find(|one| one.id == owner.organisation_id).unwrap();
    let everybody = world.store.owners(Reach::Everything, OwnerFilter::default(), whole()).await.unwrap().items;
    assert!(everybody.len() > 3);
    let reaches = std::iter::once(Reach::Everything)
        .chain(organisations.iter().map(|organisation| Reach::Organisation(organisation.number)))
        .chain(everybody.iter().map(|owner| Reach::Own(owner.number)));
    let filters = [
        OwnerFilter::default(),
        OwnerFilter { kind: Some(OwnerKind::User), ..OwnerFilter::default() },
        OwnerFilter { role: Some(Role::Member), active: Some(true), ..OwnerFilter::default() },
        OwnerFilter { organisation: Some(everybody[0].organisation_id), ..OwnerFilter::default() },
    ];
    for (reach, filter) in reaches.flat_map(|reach| filters.iter().map(move |filter| (reach, filter))) {
        let all = world.store.owners(reach, filter.clone(), whole()).await.unwrap().items;
        for key in [OwnerKey::Created, OwnerKey::Name, OwnerKey::Role, OwnerKey::Organisation] {
            for descending in [false, true] {
                let name = |owner: &Owner| owner.name.as_str().to_ascii_lowercase();
                let expected = sorted(&all, descending, |a, b| {
                    let order = match key {
                        OwnerKey::Created => Ordering::Equal,
                        OwnerKey::Name => name(a).cmp(&name(b)),
                        OwnerKey::Role => a.role.cmp(&b.role),
                        OwnerKey::Organisation => {
                            let name = |owner| of(owner).name.as_str().to_ascii_lowercase();
                            name(a).cmp(&name(b))
                        }
                    };
                    order.then(a.number.cmp(&b.number))
                });
                for (offset, limit) in SLICES {
                    let sort = Sort { key, descending };
                    let part = world.store.owners_part(reach, filter.clone(), sort, offset, limit).await.unwrap();
                    assert_eq!(part.total, all.len() as u64);
                    for listed in &part.items {
                        let organisation = of(&listed.owner);
                        assert_eq!(
                            (listed.organisation.number, &listed.organisation.name, listed.organisation.active),
                            (organisation.number, &organisation.name, organisation.active)
                        );
                    }
                    let skipped = usize::try_from(offset).unwrap_or(usize::MAX);
                    let wanted: Vec<_> = expected.iter().skip(skipped).take(limit).cloned().collect();
                    let found: Vec<_> = part.items.into_iter().map(|listed| listed.owner).collect();
                    assert_eq!(found, wanted, "{reach:?} {sort:?} {offset} {limit}");
                }
            }
        }
    }
}

async fn parts_of_organisations_are_slices_of_the_list(engine: Engine) {
    let world = in_disorder(engine).await;
    let all = world.store.organisations(Reach::Everything, OrganisationFilter::default(), whole()).await;
    let all = all.unwrap().items;
    let reaches = all.iter().map(|organisation| Reach::Organisation(organisation.number));
    for reach in std::iter::once(Reach::Everything).chain(reaches) {
        for active in [None, Some(true), Some(false)] {
            let filter = OrganisationFilter { active, ..OrganisationFilter::default() };
            let all = world.store.organisations(reach, filter.clone(), whole()).await.unwrap().items;
            for (key, descending) in [
                (OrganisationKey::Created, true),
                (OrganisationKey::Created, false),
                (OrganisationKey::Name, true),
                (OrganisationKey::Name, false),
            ] {
                let name = |organisation: &Organisation| match key {
                    OrganisationKey::Created => String::new(),
                    OrganisationKey::Name => organisation.name.as_str().to_ascii_lowercase(),
                };
                let order = |a: &Organisation, b: &Organisation| name(a).cmp(&name(b)).then(a.number.cmp(&b.number));
                let expected = sorted(&all, descending, order);
                for (offset, limit) in SLICES {
                    let sort = Sort { key, descending };
                    let part =
                        world.store.organisations_part(reach, filter.clone(), sort, offset, limit).await.unwrap();
                    let skipped = usize::try_from(offset).unwrap_or(usize::MAX);
                    let wanted: Vec<_> = expected.iter().skip(skipped).take(limit).cloned().collect();
                    assert_eq!((part.items, part.total), (wanted, all.len() as u64), "{reach:?} {sort:?}");
                }
            }
        }
    }
}
