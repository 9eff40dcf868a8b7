//! Who asks v1. A token whose owner the issuer does not know is let in as nobody, unless `strict`: only routes that look
//! the caller up notice.

use super::super::super::call::{Call, Reply};
use super::super::Around;
use super::super::token::{Bad, Bearer, Claims, bearer};
use super::data::{Data, User};
use super::error::{crash, raised, unauthenticated};

const UNREACHABLE: &str = "Could not verify JWT: No 'iss' claim in body";

/// Who a request comes from.
#[derive(Clone, Debug)]
pub(super) enum Caller {
    Nobody,
    Known(Claims),
}

impl Caller {
    /// By the token, and by the policy server where there is one.
    pub(super) fn of(data: &mut Data, around: &Around<'_>, call: &Call) -> Result<Self, Reply> {
        let token = match bearer(call.header("authorization")) {
            Bearer::Missing => return Err(raised(403, "Not authenticated")),
            Bearer::OtherScheme => return Err(raised(403, "Invalid authentication credentials")),
            Bearer::Token(token) => token,
        };
        let caller = Self::of_token(data, around, token)?;
        match (around.switches.opa, &caller) {
            ("off", _) | ("allow", Self::Known(_)) => Ok(caller),
            ("down", _) | (_, Self::Nobody) => Err(crash()),
            _ => Err(raised(refused(around, 403, 401), "Unauthorized to perform this operation")),
        }
    }

    fn of_token(data: &mut Data, around: &Around<'_>, token: &str) -> Result<Self, Reply> {
        let no = |description: &str| Err(unauthenticated(refused(around, 401, 403), description));
        let claims = match Claims::read(token, around.now, around.is_trusted) {
            Ok(claims) => claims,
            Err(Bad::Expired) => return no("Could not verify JWT: Signature has expired"),
            Err(_) if around.switches.iam_down => return no(UNREACHABLE),
            Err(Bad::Signature) => return no("Could not verify JWT: Signature verification failed"),
            Err(Bad::Issuer) => return no("Could not verify JWT: Issuer is not trusted"),
            Err(Bad::Opaque) if around.strict => return no("No user info was found for this token"),
            Err(Bad::Opaque) => return Ok(Self::Nobody),
        };
        if around.switches.iam_down && !data.seen.contains(token) {
            return no(UNREACHABLE);
        }
        data.seen.insert(token.to_owned());
        match claims.has_scope("openid") {
            true => Ok(Self::Known(claims)),
            // The issuer tells nothing about the owner of such a token.
            false if around.strict => no("No user info was found for this token"),
            false => Ok(Self::Nobody),
        }
    }

    /// What the issuer says about the caller.
    pub(super) fn claims(&self) -> Result<&Claims, Reply> {
        match self {
            Self::Nobody => Err(crash()),
            Self::Known(claims) => Ok(claims),
        }
    }

    /// The caller's own row.
    pub(super) fn registered<'data>(&self, data: &'data Data) -> Result<&'data User, Reply> {
        let claims = self.claims()?;
        let is_own = |user: &&User| user.sub == claims.subject && user.issuer == claims.issuer;
        let unknown = || raised(404, "No user with the given credentials was found in the DB.");
        data.users.iter().find(is_own).ok_or_else(unknown)
    }
}

/// The two were the other way round before October 2025.
fn refused(around: &Around<'_>, now: u16, before: u16) -> u16 {
    if around.switches.iam_before_2025 { before } else { now }
}
