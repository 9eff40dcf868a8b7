//! Comparing an expression with a text, by trying one way after the other.

use super::Node;

/// What comes after a match that ended here.
pub(super) type Next<'a> = &'a mut dyn FnMut(&mut Search<'_>, usize) -> bool;

/// One comparison from one place on.
pub(super) struct Search<'a> {
    pub(super) text: &'a [char],
    pub(super) steps: &'a mut usize,
}

impl Search<'_> {
    pub(super) fn group(&mut self, branches: &[Vec<Node>], at: usize, next: Next<'_>) -> bool {
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
