//! Reading an expression.

use super::{Fault, Node};

/// Groups are read and compared by recursion.
const MAX_DEPTH: usize = 32;

/// The branches of the expression.
pub(super) fn parse(pattern: &str) -> Result<Vec<Vec<Node>>, Fault> {
    let mut parser = Parser { rest: pattern.chars().peekable(), depth: 0 };
    if pattern.is_empty() {
        return Err(invalid("it is empty"));
    }
    let branches = parser.branches()?;
    match parser.rest.next() {
        Some(_) => Err(invalid("a ) has no (")),
        None => Ok(branches),
    }
}

fn invalid(reason: &str) -> Fault {
    Fault::Invalid(reason.to_owned())
}

struct Parser<'text> {
    rest: std::iter::Peekable<std::str::Chars<'text>>,
    depth: usize,
}

impl Parser<'_> {
    fn branches(&mut self) -> Result<Vec<Vec<Node>>, Fault> {
        let (mut branches, mut nodes) = (Vec::new(), Vec::new());
        while let Some(character) = self.rest.next_if(|character| *character != ')') {
            if character == '|' {
                branches.push(std::mem::take(&mut nodes));
                continue;
            }
            let node = self.atom(character)?;
            let node = self.repeated(node)?;
            nodes.push(node);
        }
        branches.push(nodes);
        Ok(branches)
    }

    fn atom(&mut self, character: char) -> Result<Node, Fault> {
        Ok(match character {
            '.' => Node::Any,
            '^' => Node::Start,
            '$' => Node::End,
            '(' => self.group()?,
            '[' => self.class()?,
            '\\' => self.escape()?,
            '*' | '+' | '?' | '{' => return Err(Fault::Invalid(format!("{character} has nothing to repeat"))),
            other => Node::Char(other),
        })
    }

    fn group(&mut self) -> Result<Node, Fault> {
        if self.rest.next_if_eq(&'?').is_some() && self.rest.next() != Some(':') {
            return Err(Fault::Unknown("it has a group of a special kind, (?…)"));
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Fault::Unknown("its groups are nested very deep"));
        }
        let branches = self.branches()?;
        self.depth -= 1;
        match self.rest.next() {
            Some(_) => Ok(Node::Group(branches)),
            None => Err(invalid("a ( is not closed")),
        }
    }

    fn escape(&mut self) -> Result<Node, Fault> {
        match self.rest.next() {
            None => Err(invalid("it ends with a backslash")),
            Some('d') => Ok(Node::Class(vec![('0', '9')], false)),
            Some('w') => Ok(Node::Class(vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')], false)),
            Some('s') => Ok(Node::Class(vec![(' ', ' '), ('\t', '\r')], false)),
            Some(letter) if letter.is_ascii_alphanumeric() => {
                Err(Fault::Unknown("it has an escape such as \\b, \\p or \\1"))
            }
            Some(other) => Ok(Node::Char(other)),
        }
    }

    fn class(&mut self) -> Result<Node, Fault> {
        let open = || invalid("a [ is not closed");
        let excluded = self.rest.next_if_eq(&'^').is_some();
        let mut ranges = Vec::new();
        loop {
            let first = match self.rest.next().ok_or_else(open)? {
                ']' if !ranges.is_empty() => return Ok(Node::Class(ranges, excluded)),
                '[' | '&' => return Err(Fault::Unknown("it has a class of characters within another")),
                '\\' => match self.escape()? {
                    Node::Char(character) => character,
                    Node::Class(more, _) => {
                        ranges.extend(more);
                        continue;
                    }
                    _ => return Err(open()),
                },
                other => other,
            };
            if self.rest.next_if_eq(&'-').is_none() {
                ranges.push((first, first));
                continue;
            }
            match self.rest.next().ok_or_else(open)? {
                // The dash at the end stands for itself.
                ']' => {
                    ranges.extend([(first, first), ('-', '-')]);
                    return Ok(Node::Class(ranges, excluded));
                }
                last if last < first => return Err(Fault::Invalid(format!("the range {first}-{last} runs backwards"))),
                last => ranges.push((first, last)),
            }
        }
    }

    fn repeated(&mut self, node: Node) -> Result<Node, Fault> {
        let (least, most) = match self.rest.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => return self.counted(node),
            _ => return Ok(node),
        };
        self.rest.next();
        self.modified(Node::Repeat(Box::new(node), least, most))
    }

    fn counted(&mut self, node: Node) -> Result<Node, Fault> {
        self.rest.next();
        let mut text = String::new();
        loop {
            match self.rest.next() {
                Some('}') => break,
                Some(character) => text.push(character),
                None => return Err(invalid("a { is not closed")),
            }
        }
        let (least, most) = text.split_once(',').map_or((text.as_str(), None), |(a, b)| (a, Some(b)));
        let number = |text: &str| text.parse::<usize>().map_err(|_| Fault::Invalid(format!("{{{text}}} is no number")));
        let least = number(least)?;
        let most = match most {
            None => Some(least),
            Some("") => None,
            Some(most) => Some(number(most)?),
        };
        if most.is_some_and(|most| most < least) {
            return Err(Fault::Invalid(format!("{{{text}}} runs backwards")));
        }
        self.modified(Node::Repeat(Box::new(node), least, most))
    }

    /// After a quantifier: a `?` changes which match is found, not whether there is one.
    fn modified(&mut self, node: Node) -> Result<Node, Fault> {
        match self.rest.next_if(|character| matches!(character, '?' | '+' | '*' | '{')) {
            None | Some('?') => Ok(node),
            Some('+') => Err(Fault::Unknown("it has a possessive quantifier")),
            Some(other) => Err(Fault::Invalid(format!("{other} has nothing to repeat"))),
        }
    }
}
