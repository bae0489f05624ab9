//! Renders each example that the makers of the components publish, and compares the result with theirs. White space
//! aside, both must be the same tree of elements.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::Path};

use ndx_pages::environment::environment;
use rust_embed::RustEmbed;
use scraper::{ElementRef, Html, Node};
use serde::Deserialize;
use serde_json::Value;

/// A site without templates of its own.
#[derive(RustEmbed)]
#[folder = "tests/fixtures/"]
struct NoSite;

#[derive(Deserialize)]
struct Fixtures {
    component: String,
    fixtures: Vec<Fixture>,
}

#[derive(Deserialize)]
struct Fixture {
    name: String,
    options: Value,
    html: String,
}

#[test]
fn every_component_renders_as_its_makers_say() {
    let mut environment = environment::<NoSite>().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/govuk-frontend");
    let (mut examples, mut wrong) = (0, Vec::new());
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let Fixtures { component, fixtures } = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let template = format!(
            "{{% from 'govuk_frontend_jinja/components/{component}/macro.html' import {name} %}}{{{{ {name}(options) }}}}",
            name = macro_name(&component)
        );
        environment.add_template_owned("example.html", template).unwrap();
        for Fixture { name, options, html } in fixtures {
            examples += 1;
            let example = environment.get_template("example.html").unwrap();
            match example.render(minijinja::context! { options }) {
                Ok(rendered) if tree(&rendered) == tree(&html) => {}
                Ok(rendered) => wrong.push(format!("{component}, {name}:\n{}\nnot\n{}", tree(&rendered), tree(&html))),
                Err(error) => wrong.push(format!("{component}, {name}: {error:#}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {examples} differ\n{}", wrong.len(), wrong.join("\n\n"));
    assert!(examples > 200, "{examples}");
}

/// `error-summary` is made by `govukErrorSummary`.
fn macro_name(component: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().unwrap().to_uppercase().chain(letters).collect::<String>()
    };
    format!("govuk{}", component.split('-').map(capital).collect::<String>())
}

/// The elements with their attributes in order, and the text with single spaces.
fn tree(html: &str) -> String {
    let mut lines = String::new();
    write(Html::parse_fragment(html).root_element(), 0, &mut lines);
    lines
}

fn write(element: ElementRef<'_>, depth: usize, lines: &mut String) {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let named = element.value().attrs().map(|(name, value)| format!(" {name}={:?}", words(value)));
    let mut attributes: Vec<String> = named.collect();
    attributes.sort();
    let (indent, name) = (" ".repeat(depth), element.value().name());
    lines.push_str(&format!("{indent}<{name}{}>\n", attributes.concat()));
    for child in element.children() {
        match (ElementRef::wrap(child), child.value()) {
            (Some(child), _) => write(child, depth + 1, lines),
            (None, Node::Text(text)) if !words(text).is_empty() => {
                lines.push_str(&format!("{indent} {}\n", words(text)));
            }
            _ => {}
        }
    }
}
