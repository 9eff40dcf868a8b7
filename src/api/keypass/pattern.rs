//! Regular expressions as Keypass compares resources with: whether one is well-formed, and what it matches.
//!
//! Keypass is written in Java, whose expressions know more than is needed to judge a policy. What is not understood here
//! (look-around, references back, classes of Unicode, possessive quantifiers) is said to be so, not called wrong.

/// Why an expression cannot be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No server can use it.
    Invalid(String),
    /// It may be right.
    Unknown(&'static str),
}

#[derive(Clone, Debug)]
enum Node {
    Char(char),
    Any,
    /// Ranges of characters, and whether those are excluded.
    Class(Vec<(char, char)>, bool),
    Start,
    End,
    Group(Vec<Vec<Node>>),
    Repeat(Box<Node>, usize, Option<usize>),
}

/// Steps until a comparison is given up: expressions can be made that take ages.
const MAX_STEPS: usize = 200_000;
/// Groups are read and compared by recursion.
const MAX_DEPTH: usize = 32;

/// Whether the expression can be read.
pub(crate) fn check(pattern: &str) -> Result<(), Fault> {
    parse(pattern).map(|_| ())
}

/// Whether it matches anywhere in the text, which is how Keypass compares; `None` if that cannot be told.
pub(crate) fn matches(pattern: &str, text: &str) -> Option<bool> {
    let branches = parse(pattern).ok()?;
    let text: Vec<char> = text.chars().collect();
    let mut steps = MAX_STEPS;
    for start in 0..=text.len() {
        let mut search = Search { text: &text, steps: &mut steps };
        if search.group(&branches, start, &mut |_, _| true) {
            return Some(true);
        }
        if steps == 0 {
            return None;
        }
    }
    Some(false)
}

fn parse(pattern: &str) -> Result<Vec<Vec<Node>>, Fault> {
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

/// What comes after a match that ended here.
type Next<'a> = &'a mut dyn FnMut(&mut Search<'_>, usize) -> bool;

struct Search<'a> {
    text: &'a [char],
    steps: &'a mut usize,
}

impl Search<'_> {
    fn group(&mut self, branches: &[Vec<Node>], at: usize, next: Next<'_>) -> bool {
        branches.iter().any(|branch| self.sequence(branch, at, next))
    }

    fn sequence(&mut self, nodes: &[Node], at: usize, next: Next<'_>) -> bool {
        match nodes.split_first() {
            None => next(self, at),
            Some((first, rest)) => self.node(first, at, &mut |search, end| search.sequence(rest, end, next)),
        }
    }

    fn node(&mut self, node: &Node, at: usize, next: Next<'_>) -> bool {
        if *self.steps == 0 {
            return false;
        }
        *self.steps -= 1;
        let here = self.text.get(at).copied();
        let within = |ranges: &[(char, char)], one: char| ranges.iter().any(|(a, b)| (*a..=*b).contains(&one));
        match node {
            Node::Char(wanted) => here == Some(*wanted) && next(self, at + 1),
            Node::Any => here.is_some_and(|one| one != '\n') && next(self, at + 1),
            Node::Class(ranges, excluded) => {
                here.is_some_and(|one| within(ranges, one) != *excluded) && next(self, at + 1)
            }
            Node::Start => at == 0 && next(self, at),
            Node::End => at == self.text.len() && next(self, at),
            Node::Group(branches) => self.group(branches, at, next),
            Node::Repeat(inner, least, most) => self.repeat(inner, *least, *most, at, next),
        }
    }

    fn repeat(&mut self, node: &Node, least: usize, most: Option<usize>, at: usize, next: Next<'_>) -> bool {
        if least == 0 && next(self, at) {
            return true;
        }
        if most == Some(0) {
            return false;
        }
        let (least, most) = (least.saturating_sub(1), most.map(|most| most - 1));
        // A round that takes nothing would go on for ever.
        self.node(node, at, &mut |search, end| {
            if end == at { least == 0 && next(search, end) } else { search.repeat(node, least, most, end, next) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_as_the_platform_means_it() {
        let text = "fiware:orion:smartcity:/tourism:::";
        for pattern in [
            "fiware:orion:.*",
            "^fiware:orion:.*$",
            "orion",
            ".*",
            "fiware:(orion|perseo):.*",
            "fiware:[a-z]+:smartcity:/.*",
            r"fiware:orion:\w{2,}:/tourism:+",
            r"fiware:orion:[^:]*:.*?:$",
            "(a|fiware)(:(?:orion|x))*",
            "(a*)*fiware",
            "x|orion",
            "[-a]?f",
        ] {
            assert_eq!(matches(pattern, text), Some(true), "{pattern}");
        }
        for pattern in ["fiware:perseo:.*", "^orion", "orion$", "[0-9]", "x{2}", r"fiware\.orion", "(b|c)+$", r"\d"] {
            assert_eq!(matches(pattern, text), Some(false), "{pattern}");
        }
    }

    #[test]
    fn tells_wrong_ones_from_those_it_does_not_know() {
        for pattern in ["", "(", "a)", "[", "[a", "*a", "a**", "a{2", "a{x}", "a{3,2}", "[z-a]", "a\\", "?", "a|+"] {
            assert!(matches!(check(pattern), Err(Fault::Invalid(_))), "{pattern}: {:?}", check(pattern));
            assert_eq!(matches(pattern, "a"), None);
        }
        for pattern in [r"(?=a)", r"\bx", r"(a)\1", r"\p{L}", "a++", "(?i)x", "[a[b]]"] {
            assert!(matches!(check(pattern), Err(Fault::Unknown(_))), "{pattern}: {:?}", check(pattern));
        }
        for pattern in ["fiware:orion:.*", "a{2,}", "[]a]", "[a-]", "(a|)", "a*?"] {
            assert_eq!(check(pattern), Ok(()), "{pattern}");
        }
    }

    #[test]
    fn hostile_expressions_cost_little() {
        assert_eq!(matches("(x+x+)+y", &"x".repeat(60)), None);
        assert!(check(&"(".repeat(100_000)).is_err());
        assert_eq!(matches(&"a?".repeat(2_000), &"a".repeat(50)), Some(true));
    }
}
