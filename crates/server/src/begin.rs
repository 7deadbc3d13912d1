//! What a server begins with: its contracts, and what an empty store needs before it is any use.

use crate::{
    config::{Config, Contract, PublicUrl},
    demo::{self, Kept},
    serve::ServeError,
    state::Server,
};
use authority::{
    Authority, Error,
    clock::{Clock, SystemClock, SystemRandomness},
    link::Purpose,
    redeem::{Administrator, FIRST_ORGANISATION, administrator_link},
};
use domain::{
    format::{self, Kind},
    id::OrganisationId,
    name::{Email, Name},
    secret::{Keyring, Secret},
};
use std::{net::SocketAddr, path::PathBuf, sync::Arc};

/// The contracts to serve: those that were named; else those that an earlier demonstration wrote down, or
/// all of a new one.
///
/// # Errors
/// When the file of the earlier demonstration cannot be read.
pub fn contracts(config: &Config) -> Result<Vec<Contract>, ServeError> {
    if !config.contracts.is_empty() {
        return Ok(config.contracts.clone());
    }
    Ok(match Kept::read(&demo_file(config))? {
        Some(kept) => kept.contracts(),
        None if config.demo => Contract::ALL.to_vec(),
        None => Vec::new(),
    })
}

/// The organisation of VectorAI's contract, where that is served: the one that was named, else the
/// demonstration's first.
///
/// # Errors
/// When the file of the demonstration cannot be read.
pub fn vectorai_organisation(config: &Config, contracts: &[Contract]) -> Result<Option<OrganisationId>, ServeError> {
    if config.vectorai_organisation.is_some() || !contracts.contains(&Contract::VectorAi) {
        return Ok(config.vectorai_organisation);
    }
    let kept = Kept::read(&demo_file(config))?;
    Ok(kept.map(|kept| kept.first_organisation()).transpose()?)
}

/// Fills an empty store with a demonstration or with a first token, where that was asked for.
///
/// # Errors
/// When the store cannot be filled.
pub async fn fill(
    config: &Config,
    authority: &Arc<Authority>,
    contracts: &[Contract],
    address: SocketAddr,
    public_url: &PublicUrl,
) -> Result<(), ServeError> {
    if authority.is_quarantined() {
        tracing::error!("the store lost history and nothing is accepted: run `jeton doctor` and `jeton restore`");
        return Ok(());
    }
    if config.demo {
        let (file, url) = (demo_file(config), demo_url(config, address, public_url));
        demo::make(authority, &file, url.clone(), contracts).await?;
        println!("{}", demo::lines(&url, &file));
    } else if let Some(token) = &config.bootstrap_token {
        bootstrap(authority, &token.0).await?;
    }
    Ok(())
}

/// Prints the link that makes the first application administrator, where nobody is there yet.
///
/// # Errors
/// When the store cannot be read.
pub async fn invite(keyring: &Keyring, server: &Server) -> Result<(), ServeError> {
    if !server.authority.store().is_empty().await.map_err(Error::from)? {
        return Ok(());
    }
    let (link, expires_at) = administrator_link(keyring, Purpose::SetUp, SystemClock.now(), &SystemRandomness);
    println!("set up the first application administrator until {expires_at}: open this link in a browser on this host");
    println!("  {}", server.link(&link));
    println!("or run `jeton login --link` here and give it the link when it asks");
    Ok(())
}

fn demo_file(config: &Config) -> PathBuf {
    config.data.join("demo.json")
}

/// Where the demonstration's scripts find the server: where it listens, unless the address was chosen
/// or a certificate names another.
fn demo_url(config: &Config, address: SocketAddr, public_url: &PublicUrl) -> String {
    match (&config.given_public_url, &config.tls) {
        (None, None) => format!("http://{address}"),
        (Some(_), _) | (None, Some(_)) => public_url.to_string(),
    }
}

async fn bootstrap(authority: &Authority, token: &Secret) -> Result<(), ServeError> {
    format::check(Kind::Token, token.expose()).map_err(ServeError::BootstrapToken)?;
    let administrator = Administrator {
        email: Email::stored("administrator@localhost".to_owned()),
        name: Name::stored("Administrator".to_owned()),
        organisation: Name::stored(FIRST_ORGANISATION.to_owned()),
    };
    if authority.set_up_with_token(administrator, token).await?.is_some() {
        tracing::info!("the first application administrator has the token of JETON_BOOTSTRAP_TOKEN");
    }
    Ok(())
}
