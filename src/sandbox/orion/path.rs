//! The rules of `Fiware-ServicePath`, some of which depend on the method.

use crate::sandbox::call::Call;

use super::error::Refusal;
use super::head::{LONGEST_NAME, is_word};

/// As many levels in a path, and as many paths in a header.
const MOST_LEVELS: usize = 10;

/// The service paths of `Fiware-ServicePath`, without the slash at the end that Orion forgives.
pub(super) fn service_paths(call: &Call) -> Result<Vec<String>, Refusal> {
    let header = call.header("fiware-servicepath").unwrap_or_default();
    if header.is_empty() {
        return Ok(vec![String::new()]);
    }
    let paths: Vec<String> = header.split(',').map(|path| without_last_slash(path.trim()).to_owned()).collect();
    if paths.len() > MOST_LEVELS {
        return Err(Refusal::bad("too many service paths - a maximum of ten service paths is allowed"));
    }
    for path in &paths {
        service_path(path, paths.len(), &call.method)?;
    }
    Ok(paths)
}

fn without_last_slash(path: &str) -> &str {
    if path == "/" { path } else { path.strip_suffix('/').unwrap_or(path) }
}

fn service_path(path: &str, of: usize, method: &str) -> Result<(), Refusal> {
    if path.is_empty() {
        return Ok(());
    }
    let Some(rest) = path.strip_prefix('/') else {
        return Err(Refusal::bad("Only /absolute/ Service Paths allowed [a service path must begin with /]"));
    };
    match method {
        "PATCH" if of > 1 => {
            return Err(Refusal::bad("more than one servicepath in patch update request is not allowed"));
        }
        "DELETE" if of > 1 => {
            return Err(Refusal::bad("more than one servicepath is not allowed in DELETE operation"));
        }
        _ => {}
    }
    if rest.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = rest.split('/').collect();
    if names.len() > MOST_LEVELS {
        return Err(Refusal::bad("too many components in ServicePath"));
    }
    let last = names.len() - 1;
    names.iter().enumerate().try_for_each(|(at, name)| component(name, at == last, method))
}

fn component(name: &str, last: bool, method: &str) -> Result<(), Refusal> {
    if name.len() > LONGEST_NAME {
        return Err(Refusal::bad("component-name too long in ServicePath"));
    }
    if name.is_empty() {
        return Err(Refusal::bad("empty component in ServicePath"));
    }
    match method {
        "PATCH" if last && name == "#" => {
            Err(Refusal::bad("servicepath with wildcard # is not allowed in patch update request"))
        }
        "DELETE" if last && name == "#" => {
            Err(Refusal::bad("servicepath with wildcard # is not allowed in DELETE operation"))
        }
        _ if (last && name == "#") || is_word(name) => Ok(()),
        _ => Err(Refusal::bad("a component of ServicePath contains an illegal character")),
    }
}
