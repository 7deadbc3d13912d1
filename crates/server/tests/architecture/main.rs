//! Imports point down only, surfaces do not meet, files stay small, and each says what lives in it.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `rules` | what may import what, and which long files have a reason |
//! | `source` | reading manifests and Rust files |

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

mod rules;
mod source;

use rules::{ALONE, CRATES, DOMAIN_LIBRARIES, DOMAIN_STD, LIBRARIES, LINES, LONG_FILES, LOW_MODULES, SURFACES};
use source::{Manifest, RustFile};
use std::collections::BTreeSet;

/// Fails with every finding, one a line.
fn assert_none(findings: Vec<String>) {
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

#[test]
fn no_manifest_names_a_crate_above_its_own() {
    let mut findings = Vec::new();
    for (name, below) in CRATES {
        let manifest = Manifest::read(name);
        // A crate may name itself: its own tests switch a feature of it on.
        let is_other = |dependency: &&String| CRATES.iter().any(|(other, _)| other == dependency && other != name);
        let ours = manifest.all.iter().filter(is_other);
        findings.extend(
            ours.filter(|dependency| !below.contains(&dependency.as_str()))
                .map(|dependency| format!("crates/{name}/Cargo.toml depends on {dependency}, which is not below it")),
        );
    }
    assert_none(findings);
}

#[test]
fn each_library_stays_on_its_floor() {
    let mut findings = Vec::new();
    for (name, _) in CRATES {
        for dependency in Manifest::read(name).normal {
            if let Some((_, floors)) = LIBRARIES.iter().find(|(library, _)| *library == dependency)
                && !floors.contains(name)
            {
                findings.push(format!("crates/{name}/Cargo.toml depends on {dependency}, which belongs to {floors:?}"));
            }
        }
    }
    let domain = Manifest::read("domain").all.into_iter();
    let unknown = domain.filter(|dependency| !DOMAIN_LIBRARIES.contains(&dependency.as_str()));
    findings.extend(unknown.map(|dependency| format!("crates/domain/Cargo.toml depends on {dependency}")));
    assert_none(findings);
}

#[test]
fn every_crate_takes_lints_licence_and_versions_from_the_workspace() {
    let mut findings = Vec::new();
    for (name, _) in CRATES {
        let text = Manifest::text(name);
        let expected = ["version", "edition", "rust-version", "license", "publish"];
        let expected = expected.map(|key| format!("{key}.workspace = true")).into_iter();
        for line in expected.chain(["[lints]\nworkspace = true".to_owned()]) {
            if !text.contains(&line) {
                findings.push(format!("crates/{name}/Cargo.toml lacks `{line}`"));
            }
        }
    }
    assert_none(findings);
}

#[test]
fn no_file_imports_a_crate_above_its_own() {
    let mut findings = Vec::new();
    for file in source::files() {
        findings.extend(upward_imports(file));
    }
    assert_none(findings);
}

fn upward_imports(file: &RustFile) -> Vec<String> {
    let (_, below) = CRATES.iter().find(|(name, _)| *name == file.package).unwrap();
    let foreign = |root: &&String| CRATES.iter().any(|(name, _)| *root == name) && **root != file.package;
    let roots: BTreeSet<_> = file.external_roots().into_iter().collect();
    let upward = roots.iter().filter(foreign).filter(|root| !below.contains(&root.as_str()));
    upward.map(|root| format!("{} uses {root}, which is not below {}", file.path, file.package)).collect()
}

#[test]
fn the_domain_does_no_input_or_output_and_asks_nobody_for_time() {
    let files = source::files().filter(|file| file.package == "domain");
    assert_none(files.flat_map(io_in_domain).collect());
}

fn io_in_domain(file: &RustFile) -> Vec<String> {
    let std = file.paths.iter().filter(|path| path[0] == "std" && path.len() > 1);
    let foreign = std.filter(|path| {
        !DOMAIN_STD.contains(&path[1].as_str()) || path.iter().any(|word| word == "Instant" || word == "SystemTime")
    });
    foreign.map(|path| format!("{} uses {}", file.path, path.join("::"))).collect()
}

#[test]
fn surfaces_do_not_import_each_other() {
    let files = source::files().filter(|file| file.package == "server" && !file.is_test());
    assert_none(files.flat_map(crossings).collect());
}

/// What a file of the server imports although its surface or floor must not.
fn crossings(file: &RustFile) -> Vec<String> {
    let mut findings = Vec::new();
    let Some(module) = file.module.first() else { return findings };
    for path in file.own_paths() {
        let Some(target) = path.first().filter(|target| *target != module) else {
            if ALONE.contains(&module.as_str()) && leaves(&file.module, &path) {
                findings.push(format!("{} uses {}, a part beside it", file.path, path.join("::")));
            }
            continue;
        };
        let surface = SURFACES.iter().find(|(name, _)| name == module);
        let low = LOW_MODULES.iter().find(|(name, _)| name == module);
        let refused = surface.is_some_and(|(_, refused)| refused.contains(&target.as_str()))
            || low.is_some_and(|(_, allowed)| !allowed.contains(&target.as_str()));
        if refused {
            findings.push(format!("{} uses {}, which {module} must not", file.path, path.join("::")));
        }
    }
    findings
}

/// True when `path` leads from one part of a module into another one beside it.
fn leaves(from: &[String], path: &[String]) -> bool {
    matches!((from.get(1), path.get(1)), (Some(part), Some(other)) if part != other && path.len() > 2)
}

#[test]
fn files_are_short_or_have_a_reason() {
    let mut findings = Vec::new();
    for file in source::files() {
        let listed = LONG_FILES.iter().any(|(path, _)| *path == file.path);
        match (file.lines > LINES, listed) {
            (true, false) => findings.push(format!("{} has {} lines and no reason for it", file.path, file.lines)),
            (false, true) => {
                findings.push(format!("{} has {} lines and needs no reason any more", file.path, file.lines))
            }
            _ => {}
        }
    }
    let gone = LONG_FILES.iter().filter(|(path, _)| !source::files().any(|file| file.path == *path));
    findings.extend(gone.map(|(path, _)| format!("{path} is listed and does not exist")));
    assert_none(findings);
}

#[test]
fn every_file_opens_with_a_sentence() {
    let opens = |file: &RustFile| file.opening.as_ref().is_some_and(|text| text.ends_with(['.', ':']));
    let silent = source::files().filter(|file| !opens(file));
    assert_none(silent.map(|file| format!("{} does not open with a `//!` sentence", file.path)).collect());
}

#[test]
fn the_checks_notice_what_they_are_for() {
    let file = |path: &str, text: &str| RustFile::parse(path, text);
    let store = "crates/store/src/open.rs";
    assert_eq!(upward_imports(&file(store, "use authority::index::Index;")).len(), 1);
    assert_eq!(upward_imports(&file(store, "fn f() { let _ = server::config::load; }")).len(), 1);
    assert_eq!(
        upward_imports(&file(store, "// authority::x\nuse domain::{id, name}; const A: &str = \"server::x\";")).len(),
        0
    );
    let domain = "crates/domain/src/time.rs";
    assert_eq!(io_in_domain(&file(domain, "use std::{fmt, time::{Duration, SystemTime}};")).len(), 1);
    assert_eq!(io_in_domain(&file(domain, "fn f() { std::fs::read(\"x\"); }")).len(), 1);
    assert_eq!(io_in_domain(&file(domain, "use std::{fmt, net::IpAddr};")).len(), 0);
    let api = "crates/server/src/api/tokens.rs";
    assert_eq!(crossings(&file(api, "use crate::{auth::Bearer, cli::output};")).len(), 1);
    assert_eq!(crossings(&file(api, "use super::super::console::page;")).len(), 1);
    assert_eq!(crossings(&file(api, "use crate::problem::Problem; use super::page;")).len(), 0);
    let contract = "crates/server/src/contracts/rncv/delete.rs";
    assert_eq!(crossings(&file(contract, "use crate::contracts::dfns::shapes;")).len(), 1);
    assert_eq!(crossings(&file(contract, "use crate::contracts::rncv::shapes;")).len(), 0);
    assert_eq!(crossings(&file("crates/server/src/config.rs", "use crate::api::page;")).len(), 1);
    assert_eq!(file(api, "//! Tokens of the\n//! native API.\n").opening.as_deref(), Some("Tokens of the native API."));
    assert_eq!(file(api, "use a;\n//! Late.\n").opening, None);
}
