//! Rust sources as tokens: which paths a file names, which functions it has.
//!
//! Reads tokens, not text, so that comments and strings count for nothing and grouped imports
//! (`use std::{fs, io}`) are seen as the paths they stand for. What is marked `#[cfg(test)]` is left
//! out of the paths.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

/// One file.
pub(crate) struct Source {
    /// Relative to the root, such as `src/clock.rs`.
    pub(crate) file: String,
    pub(crate) text: String,
    /// Holds tests only.
    pub(crate) is_test: bool,
    pub(crate) paths: Vec<Named>,
    pub(crate) functions: Vec<Function>,
}

/// A path that a file names, such as `std::fs::read`.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) line: usize,
}

#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) lines: usize,
}

/// The root of the tree.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file of the tree.
pub(crate) fn all() -> Vec<Source> {
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches", "examples"] {
        collect(&root().join(folder), &mut files);
    }
    files.retain(|f| f.extension().is_some_and(|e| e == "rs"));
    files.iter().map(|f| Source::read(&relative(f))).collect()
}

/// Every file of the tree that is text, with its path from the root.
pub(crate) fn text_files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    collect(&root(), &mut files);
    files
        .iter()
        .filter_map(|f| Some((relative(f), fs::read_to_string(f).ok()?)))
        .collect()
}

fn relative(file: &Path) -> String {
    let inside = file.strip_prefix(root()).unwrap_or(file);
    inside.to_string_lossy().into_owned()
}

/// Files under a folder, in order; not what builds leave, nor git's own.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|e| e.path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if !["target", ".git", ".cache", "node_modules"].contains(&&*name) {
                collect(&path, files);
            }
        } else if name != ".git" {
            files.push(path);
        }
    }
}

impl Source {
    pub(crate) fn read(file: &str) -> Self {
        let text = fs::read_to_string(root().join(file)).unwrap();
        let tokens: TokenStream = text.parse().unwrap_or_else(|e| panic!("{file}: {e}"));
        let mut paths = Vec::new();
        name_paths(tokens.clone(), "", &mut paths);
        let mut functions = Vec::new();
        find_functions(tokens, &mut functions);
        Self {
            file: file.to_owned(),
            text,
            is_test: is_test(file),
            paths,
            functions,
        }
    }

    /// A finding, as `file:line: path`.
    pub(crate) fn at(&self, path: &Named) -> String {
        format!("{}:{}: {}", self.file, path.line, path.name)
    }
}

fn is_test(file: &str) -> bool {
    let parts = || file.split('/');
    parts().any(|part| part == "tests" || part == "tests.rs" || part == "benches")
}

/// Collects paths; those in a group right after `::` go on from `prefix`.
fn name_paths(tokens: TokenStream, prefix: &str, paths: &mut Vec<Named>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut path = Named {
        name: prefix.to_owned(),
        line: 0,
    };
    // Whether the next name goes on with the present path.
    let mut joined = !prefix.is_empty();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if let Some(after) = after_test_item(&tokens, at) {
            at = after;
            continue;
        }
        match token {
            TokenTree::Ident(ident) => {
                if !joined {
                    keep(&mut path, prefix, paths);
                }
                let separator = if path.name.is_empty() { "" } else { "::" };
                path.name = format!("{}{separator}{ident}", path.name);
                path.line = ident.span().start().line;
                joined = false;
            }
            TokenTree::Punct(colon) if is_path_separator(&tokens, at) => {
                debug_assert_eq!(colon.as_char(), ':');
                joined = true;
                at += 1;
            }
            TokenTree::Group(group) if joined && group.delimiter() == Delimiter::Brace => {
                name_paths(group.stream(), &path.name, paths);
                path.name.clear();
                joined = false;
            }
            TokenTree::Group(group) => {
                keep(&mut path, prefix, paths);
                name_paths(group.stream(), "", paths);
                joined = false;
            }
            TokenTree::Punct(comma) if comma.as_char() == ',' => {
                keep(&mut path, prefix, paths);
                joined = !prefix.is_empty();
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {
                keep(&mut path, "", paths);
                joined = false;
            }
        }
        at += 1;
    }
    keep(&mut path, "", paths);
}

/// Ends the present path and starts the next one.
fn keep(path: &mut Named, prefix: &str, paths: &mut Vec<Named>) {
    let name = std::mem::replace(&mut path.name, prefix.to_owned());
    if path.line > 0 && name != prefix {
        paths.push(Named {
            name,
            line: path.line,
        });
    }
}

fn is_path_separator(tokens: &[TokenTree], at: usize) -> bool {
    let colon = |at: usize| match tokens.get(at) {
        Some(TokenTree::Punct(p)) if p.as_char() == ':' => Some(p.spacing()),
        _ => None,
    };
    colon(at) == Some(Spacing::Joint) && colon(at + 1).is_some()
}

/// Where to go on if an item marked `#[cfg(test)]` starts here.
fn after_test_item(tokens: &[TokenTree], at: usize) -> Option<usize> {
    let hash = matches!(tokens.get(at)?, TokenTree::Punct(p) if p.as_char() == '#');
    let TokenTree::Group(attribute) = tokens.get(at + 1)? else {
        return None;
    };
    let inside: String = attribute.stream().to_string().split_whitespace().collect();
    if !hash || inside != "cfg(test)" {
        return None;
    }
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    };
    let end = tokens[at + 2..].iter().position(ends)?;
    Some(at + 2 + end + 1)
}

fn find_functions(tokens: TokenStream, functions: &mut Vec<Function>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => find_functions(group.stream(), functions),
            TokenTree::Ident(word) if word == "fn" => {
                let Some(TokenTree::Ident(name)) = tokens.get(at + 1) else {
                    continue;
                };
                let line = word.span().start().line;
                if let Some(body) = body(&tokens[at + 2..]) {
                    functions.push(Function {
                        name: name.to_string(),
                        line,
                        lines: body.span_close().end().line + 1 - line,
                    });
                }
            }
            _ => {}
        }
    }
}

/// The braces of a function; none in a trait that only declares it.
fn body(tokens: &[TokenTree]) -> Option<&Group> {
    for token in tokens {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return Some(group),
            TokenTree::Punct(end) if end.as_char() == ';' => return None,
            _ => {}
        }
    }
    None
}

#[test]
fn paths_are_read_from_tokens() {
    let code = "
        use std::{fs, io::{self, Read}, time::Duration}; // std::net
        fn f(a: tokio::net::X) -> &'static str { jiff::Timestamp::now(); \"std::env\" }
        macro_rules! m { () => { std::process::exit(1) } }
        #[cfg(test)] mod tests { use std::thread; }
        struct S { field: chrono::NaiveDate }";
    let mut paths = Vec::new();
    name_paths(code.parse().unwrap(), "", &mut paths);
    let names: Vec<&str> = paths.iter().map(|p| p.name.as_str()).collect();
    for seen in [
        "std::fs",
        "std::io::Read",
        "std::time::Duration",
        "tokio::net::X",
        "jiff::Timestamp::now",
        "std::process::exit",
        "chrono::NaiveDate",
    ] {
        assert!(names.contains(&seen), "{seen} not in {names:?}");
    }
    for unseen in ["std::net", "std::env", "std::thread"] {
        assert!(!names.contains(&unseen), "{unseen} in {names:?}");
    }
}
