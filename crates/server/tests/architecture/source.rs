//! Reading the manifests and the Rust files of the workspace.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// What a crate depends on.
pub struct Manifest {
    /// For the crate itself.
    pub normal: Vec<String>,
    /// For its tests and its build, too.
    pub all: Vec<String>,
}

impl Manifest {
    /// The text of a crate's manifest.
    pub fn text(package: &str) -> String {
        fs::read_to_string(root().join("crates").join(package).join("Cargo.toml")).unwrap()
    }

    /// Reads a crate's manifest.
    pub fn read(package: &str) -> Self {
        let table: toml::Table = Self::text(package).parse().unwrap();
        let names = |section: &str| -> Vec<String> {
            let section = table.get(section).and_then(toml::Value::as_table);
            section.map(|section| section.keys().cloned().collect()).unwrap_or_default()
        };
        let normal = names("dependencies");
        let all = ["dependencies", "dev-dependencies", "build-dependencies"].into_iter().flat_map(names).collect();
        Self { normal, all }
    }
}

/// One Rust file.
pub struct RustFile {
    /// Its path from the root of the repository.
    pub path: String,
    /// Its crate.
    pub package: String,
    /// The module that it is, from its crate's root; empty for the root.
    pub module: Vec<String>,
    /// How many lines it has.
    pub lines: usize,
    /// The first paragraph of the comment that it opens with.
    pub opening: Option<String>,
    /// Every path in it, as it is written, imports with braces taken apart.
    pub paths: Vec<Vec<String>>,
}

/// Every Rust file of every crate, read once for all tests.
pub fn files() -> impl Iterator<Item = &'static RustFile> {
    static FILES: LazyLock<Vec<RustFile>> = LazyLock::new(read_all);
    FILES.iter()
}

fn read_all() -> Vec<RustFile> {
    let mut found = Vec::new();
    let root = root();
    walk(&root.join("crates"), &mut found);
    found.sort();
    assert!(found.len() > 50, "the files were not found");
    let relative = |path: &PathBuf| path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
    found.iter().map(|path| RustFile::parse(&relative(path), &fs::read_to_string(path).unwrap())).collect()
}

fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

impl RustFile {
    /// Takes a file apart.
    pub fn parse(path: &str, text: &str) -> Self {
        let mut parts = path.split('/').skip(1);
        let package = parts.next().unwrap().to_owned();
        let words: Vec<&str> = parts.skip(1).collect();
        let mut module: Vec<_> = words.iter().map(|word| word.trim_end_matches(".rs").to_owned()).collect();
        module.retain(|word| word != "lib" && word != "main" && word != "mod");
        let code = without_comments_and_texts(text);
        Self {
            path: path.to_owned(),
            package,
            module,
            lines: text.lines().count(),
            opening: opening(text),
            paths: paths(&code),
        }
    }

    /// True for a test or benchmark.
    pub fn is_test(&self) -> bool {
        !self.path.contains("/src/")
    }

    /// The first words of the paths that lead out of the crate.
    pub fn external_roots(&self) -> Vec<String> {
        let own = ["crate", "self", "super", "Self", "$crate"];
        self.paths.iter().map(|path| path[0].clone()).filter(|root| !own.contains(&root.as_str())).collect()
    }

    /// The paths that stay in the crate, from its root.
    pub fn own_paths(&self) -> Vec<Vec<String>> {
        self.paths.iter().filter_map(|path| self.resolved(path)).collect()
    }

    fn resolved(&self, path: &[String]) -> Option<Vec<String>> {
        let ups = path.iter().take_while(|word| *word == "super").count();
        let base = match path[0].as_str() {
            "crate" => &[],
            "self" => self.module.as_slice(),
            "super" => &self.module[..self.module.len().saturating_sub(ups)],
            _ => return None,
        };
        let rest = path.iter().skip(ups.max(1));
        let resolved: Vec<_> = base.iter().chain(rest).cloned().collect();
        // `use super::*` in a module of unit tests means the file itself.
        (resolved != ["*"]).then_some(resolved)
    }
}

/// The first paragraph of the `//!` comment in the first line.
fn opening(text: &str) -> Option<String> {
    let lines = text.lines().map_while(|line| line.strip_prefix("//! "));
    let paragraph = lines.map(str::trim).collect::<Vec<_>>().join(" ");
    (!paragraph.is_empty()).then_some(paragraph)
}

/// The code with comments, texts and characters left out.
fn without_comments_and_texts(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(length) = raw_text(rest).filter(|_| !code.ends_with(is_word)) {
            length
        } else if character == '"' {
            text_length(rest)
        } else if character == '\'' {
            character_length(rest)
        } else {
            code.push(character);
            rest = &rest[character.len_utf8()..];
            continue;
        };
        code.push(' ');
        rest = &rest[skipped..];
    }
    code
}

fn raw_text(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'))?;
    let hashes = body.len() - body.trim_start_matches('#').len();
    let begun = body[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = begun.find(&end).map_or(begun.len(), |place| place + end.len());
    Some(rest.len() - begun.len() + length)
}

fn text_length(rest: &str) -> usize {
    let mut escaped = false;
    for (place, character) in rest.char_indices().skip(1) {
        match character {
            '"' if !escaped => return place + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    rest.len()
}

/// A character literal as a whole, or only the quote of a lifetime.
fn character_length(rest: &str) -> usize {
    let mut inner = rest[1..].chars();
    match (inner.next(), inner.next()) {
        (Some('\\'), Some(escaped)) => {
            let from = 2 + escaped.len_utf8();
            rest[from..].find('\'').map_or(rest.len(), |end| from + end + 1)
        }
        (Some(character), Some('\'')) => 2 + character.len_utf8(),
        _ => 1,
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '$'
}

/// Every path of two words or more, and every import.
fn paths(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut rest = code;
    let mut before = ' ';
    while let Some(character) = rest.chars().next() {
        let import = rest.strip_prefix("use ").filter(|_| !is_word(before));
        if let Some((tree, after)) = import.and_then(|import| import.split_once(';')) {
            expand(&mut Vec::new(), tree, &mut found);
            (rest, before) = (after, ';');
        } else if is_word(character) {
            let (path, after) = path(rest);
            if path.len() > 1 {
                found.push(path);
            }
            (rest, before) = (after, 'x');
        } else {
            rest = &rest[character.len_utf8()..];
            before = character;
        }
    }
    found
}

/// The words joined by `::` at the beginning of some code, and what follows them.
fn path(code: &str) -> (Vec<String>, &str) {
    let mut words = Vec::new();
    let mut rest = code;
    loop {
        let end = rest.find(|character| !is_word(character)).unwrap_or(rest.len());
        words.push(rest[..end].to_owned());
        rest = &rest[end..];
        match rest.strip_prefix("::").filter(|rest| rest.starts_with(is_word)) {
            Some(next) => rest = next,
            None => return (words, rest),
        }
    }
}

/// Takes an import with braces apart.
fn expand(prefix: &mut Vec<String>, tree: &str, found: &mut Vec<Vec<String>>) {
    let tree = tree.trim().trim_start_matches("::");
    let Some((head, braces)) = tree.split_once('{') else {
        let named = tree.split_once(" as ").map_or(tree, |(named, _)| named);
        let words = named.split("::").map(|word| word.trim().to_owned()).filter(|word| !word.is_empty());
        found.push(prefix.iter().cloned().chain(words).collect());
        return;
    };
    let depth = prefix.len();
    prefix.extend(head.split("::").map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()));
    let inner = braces.rsplit_once('}').map_or(braces, |(inner, _)| inner);
    for part in parts(inner) {
        expand(prefix, part, found);
    }
    prefix.truncate(depth);
}

/// The parts of a list that are not inside further braces.
fn parts(list: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut begin) = (Vec::new(), 0_usize, 0);
    for (place, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&list[begin..place]);
                begin = place + 1;
            }
            _ => {}
        }
    }
    parts.push(&list[begin..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}
