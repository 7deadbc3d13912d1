//! Every sentence of the console is said somewhere: a text that no page uses is removed.

use std::{fs, path::Path};

/// The files beneath this folder, one after the other.
fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("texts") {
            sources(&path, text);
        } else if path.is_file() {
            text.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_text_is_used() {
    let server = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = String::new();
    sources(&server.join("src/console"), &mut code);
    sources(&server.join("templates/console"), &mut code);
    let is_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let used: std::collections::HashSet<&str> =
        code.split('.').map(|part| part.split(|character| !is_word(character)).next().unwrap_or_default()).collect();
    let (mut unused, mut names) = (Vec::new(), 0);
    for room in fs::read_dir(server.join("src/console/texts")).unwrap() {
        let room = room.unwrap().path();
        let text = fs::read_to_string(&room).unwrap();
        for (name, _) in text.lines().filter_map(|line| line.strip_prefix("        ")?.split_once(" = \"")) {
            names += 1;
            if !used.contains(name) {
                unused.push(format!("{}: {name}", room.display()));
            }
        }
    }
    assert!(names > 500, "{names} texts were found");
    assert!(unused.is_empty(), "no page says {unused:#?}");
}
