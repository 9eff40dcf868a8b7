//! How deep a query is nested. Its compiler goes down by recursion, and so does whatever runs and writes what it makes of it;
//! none of them has a limit of its own, and a stack that is used up ends the process.

/// As deep as that uses up a few megabytes of stack, and a main thread has eight.
const MOST: usize = 500;

/// What is between brackets, or in the text of a string, goes through several functions a level.
const BRACKET: usize = 4;

/// From which byte on it is nested too deep. What stands in a row counts too: of `a | b | c` the second is inside of the first.
pub(super) fn too_deep(code: &str) -> Option<usize> {
    // What is open, and how much has piled up within.
    let mut open = vec![('\0', 0)];
    let mut characters = code.char_indices().peekable();
    while let Some((at, one)) = characters.next() {
        let within = open.last().map_or('\0', |(bracket, _)| *bracket);
        let mut add = 0;
        match (within, one) {
            ('"', '\\') => {
                if let Some((_, '(')) = characters.next() {
                    open.push(('(', BRACKET));
                }
            }
            ('"', '"') | (_, ')' | ']' | '}') if open.len() > 1 && (within == '"') == (one == '"') => {
                open.pop();
            }
            ('"', _) => {}
            (_, '"' | '(' | '[' | '{') => open.push((one, BRACKET)),
            (_, '#') => while characters.next_if(|(_, one)| *one != '\n').is_some() {},
            // Here begins what is not inside of what came before.
            (_, ';') | ('{', ',') => {
                if let Some((_, weight)) = open.last_mut() {
                    *weight = BRACKET;
                }
            }
            (_, '.') => skip_word(&mut characters),
            (_, one) if one.is_alphabetic() || matches!(one, '_' | '$' | '@') => {
                skip_word(&mut characters);
                add = 1;
            }
            (_, one) if one.is_alphanumeric() || one.is_whitespace() || matches!(one, '?' | ':') => {}
            _ => add = 1,
        }
        if let Some((_, weight)) = open.last_mut() {
            *weight += add;
        }
        if open.iter().map(|(_, weight)| weight).sum::<usize>() > MOST {
            return Some(at);
        }
    }
    None
}

fn skip_word(characters: &mut std::iter::Peekable<std::str::CharIndices<'_>>) {
    while characters.next_if(|(_, one)| one.is_alphanumeric() || *one == '_').is_some() {}
}

#[cfg(test)]
mod tests {
    use super::super::query::Query;
    use super::*;

    /// What goes deeper with every repetition: what is repeated before the middle, the middle, and what is repeated behind it.
    const WAYS: [(&str, &str, &str); 14] = [
        ("(", "1", ")"),
        ("[", "", "]"),
        ("{a:", "1", "}"),
        ("map(", ".", ")"),
        ("\"\\(", "1", ")\""),
        (". as [", "$x", "] | ."),
        ("-", "1", ""),
        ("try ", "1", ""),
        (".|", ".", ""),
        ("1,", "1", ""),
        (". as $x|", ".", ""),
        ("label $x|", ".", ""),
        ("def f: ", ".", "; f"),
        ("if . then . else ", ".", " end"),
    ];

    /// On a thread with as much stack as a main thread has.
    fn compiles(code: String) -> bool {
        let work = move || Query::compile(&code).is_ok();
        std::thread::Builder::new().stack_size(8 << 20).spawn(work).unwrap().join().unwrap()
    }

    #[test]
    fn nothing_uses_up_the_stack_and_what_is_that_deep_is_refused_with_its_place() {
        for (before, middle, after) in WAYS {
            for times in [20, 50, 100, 120, 200, 400, 490, 1000, 30_000] {
                let code = before.repeat(times) + middle + &after.repeat(times);
                let refused = too_deep(&code);
                assert!(times < 1000 || refused.is_some(), "{times} {before}");
                assert!(times > 50 || refused.is_none(), "{times} {before}");
                assert!(refused.is_none_or(|at| code.is_char_boundary(at)));
                assert!(!compiles(code) || refused.is_none());
            }
        }
    }

    #[test]
    fn what_is_long_and_flat_is_taken() {
        let long = |piece: &str| piece.repeat(2000);
        for code in [
            long(".a") + ".b",
            format!("{{{}b}}", long("\"a\": (.b | length), ")),
            long("def f: . + 1; ") + "f",
            format!("\"{}\"", long("([{|-\\\"")),
            format!("[f({})]", long(".; ")),
            long("# ((((\n") + ".",
            "1".repeat(9000),
        ] {
            assert_eq!(too_deep(&code), None, "{}", code.get(..40).unwrap());
        }
    }
}
