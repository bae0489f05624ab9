//! What a Markdown document says in code, and where it links to.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// Something in a document, and the line at which it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// From 1.
    pub line: usize,
    /// What stands there.
    pub text: String,
}

/// What is found in one document.
#[derive(Debug, Default)]
pub struct Document {
    /// `code` in a sentence.
    pub spans: Vec<At>,
    /// Blocks of commands: fenced as `sh`, `bash` or `console`.
    pub blocks: Vec<At>,
    /// Where its links and pictures lead.
    pub links: Vec<At>,
}

impl Document {
    /// Reads a document.
    pub fn read(text: &str) -> Self {
        let mut document = Self::default();
        let mut block: Option<At> = None;
        for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
            let line = text.get(..range.start).unwrap_or_default().matches('\n').count() + 1;
            match event {
                Event::Code(code) => document.spans.push(At { line, text: code.to_string() }),
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    document.links.push(At { line, text: dest_url.to_string() });
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(kind)))
                    if matches!(&*kind, "sh" | "bash" | "console") =>
                {
                    // The text begins below the fence.
                    block = Some(At { line: line + 1, text: String::new() });
                }
                Event::Text(words) => {
                    if let Some(block) = &mut block {
                        block.text.push_str(&words);
                    }
                }
                Event::End(TagEnd::CodeBlock) => document.blocks.extend(block.take()),
                _ => {}
            }
        }
        document
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_spans_blocks_and_links_with_their_lines() {
        let text = "# A\n\nSee `ndx up` and [b](b.md).\n\n```sh\nndx check\n```\n\n```json\n{}\n```\n\n| `a` |\n| --- |\n| `b c` |\n";
        let document = Document::read(text);
        let at = |line, text: &str| At { line, text: text.to_owned() };
        assert_eq!(document.spans, [at(3, "ndx up"), at(13, "a"), at(15, "b c")]);
        assert_eq!(document.blocks, [at(6, "ndx check\n")]);
        assert_eq!(document.links, [at(3, "b.md")]);
    }
}
