//! What Orion checks of every request before it looks what is asked for: parameters, the two FIWARE headers, the types of
//! the bodies; in Orion's order, because the first objection is the one that is answered.

use crate::sandbox::call::Call;

use super::error::Refusal;
use super::path::service_paths;

/// One MiB, Orion's default for a request.
const LONGEST_BODY: usize = 1024 * 1024;
const DEFAULT_LIMIT: usize = 20;
const HIGHEST_LIMIT: usize = 1000;
pub(super) const LONGEST_NAME: usize = 50;

/// What any Orion 4 knows; others are refused, even where they would have no effect.
const OPTIONS: [&str; 17] = [
    "count",
    "normalized",
    "values",
    "keyValues",
    "append",
    "unique",
    "dateCreated",
    "dateModified",
    "noAttrDetail",
    "upsert",
    "forcedUpdate",
    "overrideMetadata",
    "flowControl",
    "skipForwarding",
    "fullCounters",
    "libVersions",
    "skipInitialNotification",
];

/// What every route needs of a request that passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// In lower case, as Orion stores it; empty for the default tenant.
    pub(super) tenant: String,
    /// The service paths of the request: at least one; empty text for none.
    pub(super) paths: Vec<String>,
    pub(super) offset: usize,
    pub(super) limit: usize,
    options: Vec<String>,
}

impl Head {
    pub(super) fn read(call: &Call) -> Result<Self, Refusal> {
        let mut head = Self {
            tenant: call.header("fiware-service").unwrap_or_default().to_ascii_lowercase(),
            paths: Vec::new(),
            offset: 0,
            limit: DEFAULT_LIMIT,
            options: Vec::new(),
        };
        if call.body.len() > LONGEST_BODY {
            let sizes = format!("payload size: {}, max size supported: {LONGEST_BODY}", call.body.len());
            return Err(Refusal::new(413, sizes));
        }
        if call.route().1.iter().any(|word| has_forbidden(word)) {
            return Err(Refusal::bad("invalid character in URI"));
        }
        head.paths = service_paths(call)?;
        content_type_of_body(call)?;
        head.parameters(call)?;
        acceptable(call)?;
        body_where_it_belongs(call)?;
        Ok(head)
    }

    /// The path that counts where one is meant.
    pub(super) fn path(&self) -> &str {
        self.paths.first().map_or("", String::as_str)
    }

    pub(super) fn has(&self, option: &str) -> bool {
        self.options.iter().any(|given| given == option)
    }

    /// The tenant's name is looked at only once the address is known to exist.
    pub(super) fn check_tenant(&self) -> Result<(), Refusal> {
        if self.tenant.len() > LONGEST_NAME {
            return Err(Refusal::bad("bad length - a tenant name can be max 50 characters long"));
        }
        if is_word(&self.tenant) {
            return Ok(());
        }
        let rule = "only underscore and alphanumeric characters are allowed";
        Err(Refusal::bad(format!("bad character in tenant name - {rule}")))
    }

    fn parameters(&mut self, call: &Call) -> Result<(), Refusal> {
        for (name, value) in call.parameters() {
            if value.is_empty() {
                return Err(Refusal::bad(format!("Empty right-hand-side for URI param /{name}/")));
            }
            match name.as_str() {
                "offset" => {
                    let rule = "[must be a decimal number]";
                    self.offset = number(value)
                        .ok_or_else(|| Refusal::bad(format!("Bad pagination offset: /{value}/ {rule}")))?;
                }
                "limit" => self.limit = limit(value)?,
                "options" => {
                    self.options = value.split(',').map(str::to_owned).collect();
                    if self.options.iter().any(|option| !OPTIONS.contains(&option.as_str())) {
                        return Err(Refusal::bad("Invalid value for URI param /options/"));
                    }
                }
                // Queries and patterns need the signs.
                "q" | "mq" | "idPattern" | "typePattern" => {}
                _ if has_forbidden(name) || has_forbidden(value) => {
                    return Err(Refusal::bad("invalid character in URI parameter"));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// `limit=0` is allowed: with `options=count` it asks for the number alone.
fn limit(value: &str) -> Result<usize, Refusal> {
    let Some(limit) = number(value) else {
        return Err(Refusal::bad(format!("Bad pagination limit: /{value}/ [must be a positive integer number]")));
    };
    if limit > HIGHEST_LIMIT {
        return Err(Refusal::bad(format!("Bad pagination limit: /{value}/ [max: {HIGHEST_LIMIT}]")));
    }
    Ok(limit)
}

fn number(text: &str) -> Option<usize> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    // More digits than a number holds are still digits.
    digits.then(|| text.parse().unwrap_or(usize::MAX))
}

/// The length that the head announced. Orion goes by `Content-Length` alone, so a body in chunks has none for it.
fn announced(call: &Call) -> usize {
    let chunked = call.headers_named("transfer-encoding").any(|coding| coding.eq_ignore_ascii_case("chunked"));
    if chunked { 0 } else { call.body.len() }
}

/// Without its parameters, such as `; charset=utf-8`.
pub(super) fn content_type(call: &Call) -> &str {
    let value = call.header("content-type").unwrap_or_default();
    value.split_once(';').map_or(value, |(before, _)| before)
}

fn content_type_of_body(call: &Call) -> Result<(), Refusal> {
    if announced(call) == 0 {
        return Ok(());
    }
    match content_type(call) {
        "application/json" | "text/plain" => Ok(()),
        "" => {
            let text = "Content-Type header not used, default application/octet-stream is not supported";
            Err(Refusal::new(415, text))
        }
        other => Err(Refusal::new(415, format!("not supported content type: {other}"))),
    }
}

fn acceptable(call: &Call) -> Result<(), Refusal> {
    let accept = call.header("accept").unwrap_or_default();
    let ranges = accept.split(',').map(|range| range.split_once(';').map_or(range, |(before, _)| before).trim());
    if accept.is_empty()
        || ranges.into_iter().any(|range| ["*/*", "application/*", "application/json"].contains(&range))
    {
        return Ok(());
    }
    Err(Refusal::new(406, "acceptable MIME types: application/json"))
}

fn body_where_it_belongs(call: &Call) -> Result<(), Refusal> {
    let empty = announced(call) == 0;
    match call.method.as_str() {
        "GET" | "DELETE" if empty && !content_type(call).is_empty() => {
            let rule = "Orion accepts no payload for GET/DELETE requests. HTTP header Content-Type is thus forbidden";
            Err(Refusal::bad(rule))
        }
        "POST" | "PUT" | "PATCH" if empty => Err(Refusal::new(411, "Zero/No Content-Length in PUT/POST/PATCH request")),
        _ => Ok(()),
    }
}

/// Letters, digits and underscore only; so is an empty text.
pub(super) fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The signs that Orion lets in nowhere, lest they end up in a page.
pub(super) fn has_forbidden(text: &str) -> bool {
    text.contains(['<', '>', '"', '\'', '=', ';', '(', ')'])
}
