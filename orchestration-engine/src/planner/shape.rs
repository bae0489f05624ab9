//! The keys that are asked of a provider's object, as a tree: what its answer is opened by. Each key has its number among
//! its siblings, and a value is found by numbers, never by names.

use crate::schema::ProviderSchema;

/// The keys of an object, each with those below it; none for a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape(Vec<(String, Shape)>);

impl Shape {
    /// The shape that has these paths below a root field; the root field itself is the first part of each.
    pub fn of<'p>(paths: impl IntoIterator<Item = &'p Vec<String>>) -> Self {
        let mut shape = Self::default();
        paths.into_iter().for_each(|path| drop(shape.insert(path.iter().skip(1))));
        shape
    }

    /// Adds a path and returns the numbers of its keys.
    pub fn insert<'p>(&mut self, path: impl IntoIterator<Item = &'p String>) -> Vec<usize> {
        let mut at = self;
        let mut numbers = Vec::new();
        for key in path {
            let number = at.0.iter().position(|(known, _)| known == key).unwrap_or_else(|| {
                at.0.push((key.clone(), Self::default()));
                at.0.len() - 1
            });
            numbers.push(number);
            // The number was just found or made.
            let Some((_, below)) = at.0.get_mut(number) else { break };
            at = below;
        }
        numbers
    }

    /// The numbers of the keys of a path; the root field itself is its first part.
    pub fn steps(&self, path: &[String]) -> Option<Vec<usize>> {
        let mut at = self;
        let step = |key: &String| {
            let (number, below) = at.find(key, 0)?;
            at = below;
            Some(number)
        };
        path.iter().skip(1).map(step).collect()
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none: a value, or an object of which nothing is asked but that it is there.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of `key` and what is below it. A provider answers in the order in which it was asked, so the search
    /// begins at `expected`.
    pub fn find(&self, key: &str, expected: usize) -> Option<(usize, &Self)> {
        let at = |number: usize| self.0.get(number).filter(|(known, _)| known == key).map(|(_, below)| (number, below));
        at(expected).or_else(|| (0..self.0.len()).find_map(at))
    }

    /// ` { a b { c } }`; an object of which nothing is asked gets its `__typename`, for GraphQL wants a selection.
    pub fn print(&self, known: Option<&ProviderSchema>, path: &mut Vec<String>) -> String {
        if self.0.is_empty() {
            let definition = known.and_then(|schema| Some((schema, schema.field(path).ok()?)));
            let object = definition.is_some_and(|(schema, field)| !schema.is_leaf(field.ty.inner_named_type()));
            return if object { " { __typename }".to_owned() } else { String::new() };
        }
        let mut text = String::from(" {");
        for (name, below) in &self.0 {
            path.push(name.clone());
            text.push_str(&format!(" {name}{}", below.print(known, path)));
            path.pop();
        }
        text.push_str(" }");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_one_selection() {
        let path = |text: &str| text.split('.').map(str::to_owned).collect::<Vec<_>>();
        let mut shape = Shape::of(&[path("p.a"), path("p.b.c"), path("p.b.d"), path("p.a")]);
        assert_eq!(shape.print(None, &mut Vec::new()), " { a b { c d } }");
        assert_eq!(shape.insert(&path("b.d")), [1, 1]);
        let (number, below) = shape.find("b", 0).unwrap();
        assert_eq!((number, below.len(), shape.find("x", 7)), (1, 2, None));
    }
}
