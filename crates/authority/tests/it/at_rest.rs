//! Whoever reads the database finds no secret in it, and whoever writes to it makes none.

use crate::world::{World, new_token, secret};
use authority::{issue::Issued, rotate::Overlap, verify::Refused};
use domain::{
    format::{self, Kind},
    origin::Origin,
    secret::Secret,
};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use std::{fs, time::Duration};

/// The longest part of a secret that may be found anywhere, in bytes: a hint keeps the first eight.
const PART: usize = 12;

#[tokio::test]
async fn no_part_of_a_secret_is_in_the_store_or_beside_it() {
    let mut world = World::new(50).await;
    let mut secrets = Vec::new();
    for Issued { token, secret, .. } in world.issue_many(&new_token(), 50).await {
        secrets.push(secret);
        let overlap = Overlap::Time(Duration::from_hours(1));
        let rotated = world.authority().rotate(&world.root, token.id, overlap, None, None).await.unwrap();
        secrets.push(rotated.secret);
        world.authority().delete_by_secret(secrets.last().unwrap().expose(), None, &Origin::default()).await.unwrap();
    }
    for secret in &secrets {
        world.refused(secret, Refused::Deleted).await;
    }
    world.authority().write_uses().await.unwrap();
    assert_eq!(found(&world, &secrets), 0, "while the store is open");
    world.stop().await;
    assert_eq!(found(&world, &secrets), 0, "when it is closed");

    // The search itself finds what is there.
    fs::write(world.path().with_file_name("note"), secrets[7].expose()).unwrap();
    assert_eq!(found(&world, &secrets), 1);
}

/// How many of the secrets have a part in one of the files.
fn found(world: &World, secrets: &[Secret]) -> usize {
    let directory = world.path().parent().unwrap().to_owned();
    let files: Vec<_> = fs::read_dir(directory).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
    assert!(files.iter().map(Vec::len).sum::<usize>() > 100_000, "the files are missing");
    // Every part of a file that could be one of a secret is compared, not the other way round.
    let parts: std::collections::HashMap<&[u8], usize> = secrets
        .iter()
        .enumerate()
        .flat_map(|(place, secret)| secret.expose().as_bytes().windows(PART).map(move |part| (part, place)))
        .collect();
    let places = files.iter().flat_map(|file| file.windows(PART)).filter_map(|part| parts.get(part));
    places.collect::<std::collections::HashSet<_>>().len()
}

#[tokio::test]
async fn a_row_made_with_a_plain_hash_is_no_token() {
    let mut world = World::new(51).await;
    let victim = world.issue(new_token()).await;
    let made_up = format::generate(Kind::Token, &*world.random);
    let plain: [u8; 32] = Sha256::digest(made_up.expose().as_bytes()).into();
    world.stop().await;
    let connection = Connection::open(world.path()).unwrap();
    let insert = "INSERT INTO secret (token, serial, digest, key, hint, ends_others) VALUES (?1, 2, ?2, 1, 'x', 0)";
    connection.execute(insert, params![victim.token.number.0, &plain[..16]]).unwrap();
    drop(connection);
    world.start().await;

    world.active(&victim.secret).await;
    world.refused(&made_up, Refused::Unknown).await;
    // Nor does the digest itself, in whatever spelling, open anything.
    let hexadecimal: String = plain[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    world.refused(&secret(&hexadecimal), Refused::Unknown).await;
}

#[tokio::test]
async fn a_list_shows_a_prefix_and_four_characters() {
    let world = World::new(52).await;
    let Issued { token, secret, .. } = world.issue(new_token()).await;
    let text = secret.expose();
    assert_eq!(token.hint, format!("{}…{}", &text[..8], &text[text.len() - 4..]));
    assert_eq!(domain::secret::shown(&token.hint), format!("jtn_…{}", &text[text.len() - 4..]));
    let debug = format!("{token:?}");
    assert!(text.as_bytes().windows(PART).all(|part| !debug.contains(std::str::from_utf8(part).unwrap())));
}
