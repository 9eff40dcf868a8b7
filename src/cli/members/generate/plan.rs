//! How a token is come by: which way each service has, by what the settings say. Nothing is sent here until it is carried out.

use anyhow::Result;
use url::Url;

use crate::base::{Secret, redact};
use crate::connectors::issuer::{Aim, By, hand_page, scopes, token_page};
use crate::connectors::slack::Mode;
use crate::connectors::{ConnectorKind, Error, Proof, Token};
use crate::oauth::{At, Callback, Client, Issuer};

use super::super::super::error::{CliError, Exit};
use super::super::super::signin;
use super::super::held::ADDRESSES;
use super::super::setup::Sheet;
use super::{GenerateArgs, Got};

/// Nobody listens there, and nobody has to: it is the port of an address that is copied.
const NOBODY: u16 = 8400;

/// The address that the seed had registered.
const OF_THE_SEED: &str = "http://localhost:8888/finish_auth";

/// What is going to be done.
pub(super) struct Plan {
    /// What a person is asked to agree to.
    pub(super) scopes: Vec<String>,
    /// What the service tells of a token that has just that.
    pub(super) told: Vec<String>,
    way: Way,
    lines: Vec<String>,
}

enum Way {
    /// A token is made in a browser, and pasted.
    Hand { page: Option<Url> },
    /// Trello's page hands one over behind a `#`.
    Fragment { page: Url, key: Secret, callback: Callback },
    /// Trello's page shows one, to be pasted.
    Page { page: Option<Url>, key: Secret },
    /// A browser comes back with a code.
    Browser { issuer: Issuer, client: Client, callback: Callback },
    /// The same, and its last address is pasted.
    Pasting { issuer: Issuer, client: Client, redirect: String },
    /// A code is typed on another screen.
    Device { issuer: Issuer, client: Client },
}

impl Plan {
    pub(super) fn of(sheet: &Sheet<'_>, args: &GenerateArgs) -> Result<Self> {
        let aim = if args.read_only { Aim::Tell } else { Aim::Change };
        if args.device && sheet.kind != ConnectorKind::GitHub {
            let error = CliError::usage(format!("{} has no login by device for this", sheet.kind.title()));
            return Err(error.next("without a browser on this machine: --no-browser").into());
        }
        Ok(match sheet.kind {
            ConnectorKind::GitHub => github(sheet, args, aim)?,
            ConnectorKind::Trello => trello(sheet, args, aim)?,
            ConnectorKind::Slack => slack(sheet, args, aim)?,
            _ => g_drive(sheet, args, aim)?,
        })
    }

    fn asking(scopes: Vec<String>, way: Way, lines: Vec<String>) -> Self {
        let told = scopes.iter().filter(|scope| *scope != "offline_access").cloned().collect();
        Self { scopes, told, way, lines }
    }

    pub(super) fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Whether what comes of it may be a login that renews itself.
    pub(super) fn lasts(&self) -> bool {
        matches!(self.way, Way::Browser { .. } | Way::Pasting { .. } | Way::Device { .. })
    }

    pub(super) async fn carry_out(&self, sheet: &Sheet<'_>) -> Result<Got> {
        let context = sheet.context;
        let http = context.general_http()?;
        let at = |issuer, client| At { http: &http, issuer, client, clock: &*context.clock };
        let tokens = match &self.way {
            Way::Hand { page } => {
                signin::show(context, page.as_ref());
                return Ok(by_token(token(sheet, signin::pasted(context, "the token")?)?));
            }
            Way::Page { page, key } => {
                signin::show(context, page.as_ref());
                return Ok(by_key(key, token(sheet, signin::pasted(context, "the token that the page shows")?)?));
            }
            Way::Fragment { page, key, callback } => {
                let loopback = signin::listener(callback.clone(), &taken(sheet.kind)).await?;
                let token = signin::by_fragment(context, page.clone(), sheet.kind.title(), loopback).await?;
                return Ok(by_key(key, token));
            }
            Way::Browser { issuer, client, callback } => {
                let loopback = signin::listener(callback.clone(), &taken(sheet.kind)).await?;
                signin::by_browser(context, at(issuer, client), loopback).await?
            }
            Way::Pasting { issuer, client, redirect } => {
                signin::by_pasting(context, at(issuer, client), redirect).await?
            }
            Way::Device { issuer, client } => signin::by_device(context, at(issuer, client)).await?,
        };
        let proof = Proof::Token(Token::Given(tokens.access.value.clone()));
        Ok(Got { proof, tokens: Some(tokens) })
    }
}

fn by_key(key: &Secret, token: Secret) -> Got {
    Got { proof: Proof::Key { key: key.clone(), token }, tokens: None }
}

fn by_token(token: Secret) -> Got {
    Got { proof: Proof::Token(Token::Given(token)), tokens: None }
}

/// A token out of somebody's hand.
fn token(sheet: &Sheet<'_>, token: Secret) -> Result<Secret> {
    if token.is_empty() || token.expose().contains(char::is_whitespace) {
        let error = CliError::usage(format!("this is no token of {}", sheet.kind.title()));
        return Err(error.next("paste the token alone, all of it").into());
    }
    Ok(token)
}

/// What to do where a port is taken.
fn taken(kind: ConnectorKind) -> String {
    match kind {
        ConnectorKind::Slack | ConnectorKind::Trello => {
            let key = format!("connector.{kind}.redirect_uri");
            format!("end what listens there, or register another address and set {key}; or --no-browser")
        }
        _ => "leave --callback-port out for a free one, or --no-browser".to_owned(),
    }
}

fn client(sheet: &Sheet<'_>, scopes: &[String]) -> Result<Option<Client>, Error> {
    let Some(client) = sheet.client()? else { return Ok(None) };
    Ok(Some(Client { secret: sheet.client_secret()?, scopes: scopes.to_vec(), ..client }))
}

fn no_port(sheet: &Sheet<'_>, args: &GenerateArgs) -> Result<()> {
    if args.callback_port.is_some() {
        let error = CliError::usage(format!("the port is a part of the address that {} knows", sheet.kind.title()));
        return Err(error.next(format!("set connector.{}.redirect_uri, as it is registered there", sheet.kind)).into());
    }
    Ok(())
}

fn github(sheet: &Sheet<'_>, args: &GenerateArgs, aim: Aim) -> Result<Plan> {
    let asked = scopes(sheet.kind, By::OAuth, aim, Mode::default());
    let client = if args.by_hand { None } else { client(sheet, &asked)? };
    let Some(client) = client else {
        if args.device {
            let error = CliError::usage("which app is this program to GitHub?");
            return Err(error
                .next("orchest config set connector.github.client_id ID, of an OAuth app with the device flow")
                .into());
        }
        let page = hand_page(&sheet.addresses())?;
        let organization = sheet.section.text("organization").unwrap_or_else(|| "your organisation".to_owned());
        let lines = vec![
            format!("open {page} and make a token with {organization} as its resource owner"),
            "give it the permission above, and nothing else".to_owned(),
        ];
        // Of a token of the older kind GitHub tells the scopes of old.
        let scopes = scopes(sheet.kind, By::Hand, aim, Mode::default());
        let way = Way::Hand { page: (!args.no_browser).then_some(page) };
        return Ok(Plan { scopes, told: asked, way, lines });
    };
    let issuer = sheet.issuer()?;
    // Without a secret GitHub lets nobody exchange a code.
    let way = match client.secret.is_some() && !args.device {
        false => Way::Device { issuer, client },
        true if args.no_browser => {
            let redirect = Callback::usual(Some(args.callback_port.unwrap_or(NOBODY))).address();
            Way::Pasting { issuer, client, redirect }
        }
        true => Way::Browser { issuer, client, callback: Callback::usual(args.callback_port) },
    };
    Ok(Plan::asking(asked, way, Vec::new()))
}

fn trello(sheet: &Sheet<'_>, args: &GenerateArgs, aim: Aim) -> Result<Plan> {
    no_port(sheet, args)?;
    let redirect = sheet.section.text("redirect_uri");
    let asked = scopes(sheet.kind, By::OAuth, aim, Mode::default());
    let of_app = if args.by_hand { None } else { client(sheet, &asked)? };
    if let Some(client) = of_app {
        let Some(redirect) = redirect else {
            let error = CliError::usage("which address does the app have registered to come back to?");
            return Err(error.next("set connector.trello.redirect_uri, such as http://localhost:3000/callback").into());
        };
        let way = coming_back(sheet, args, client, redirect)?;
        return Ok(Plan::asking(asked, way, Vec::new()));
    }
    let asked = scopes(sheet.kind, By::Hand, aim, Mode::default());
    let Some(key) = sheet.secret("api_key", &ADDRESSES)? else {
        let error = CliError::new(Exit::Config, "which app is this program to Trello?");
        let next = "set connector.trello.api_key from https://trello.com/apps/admin; or client_id and redirect_uri, for an app \
                    of OAuth 2.0";
        return Err(error.next(next).into());
    };
    let page = token_page(&sheet.addresses(), key.expose(), &asked)?;
    // Trello's keys say which app asks, and to everybody: a person could not open the address without.
    redact::publish(key.expose());
    let listens = redirect.filter(|_| !args.no_browser && !args.by_hand);
    let (way, lines) = match listens {
        Some(redirect) => (Way::Fragment { page, key, callback: registered(sheet, &redirect)? }, Vec::new()),
        None => {
            let line = format!("open {page}, allow it, and copy the token that is shown");
            (Way::Page { page: (!args.no_browser).then_some(page), key }, vec![line])
        }
    };
    Ok(Plan::asking(asked, way, lines))
}

fn slack(sheet: &Sheet<'_>, args: &GenerateArgs, aim: Aim) -> Result<Plan> {
    no_port(sheet, args)?;
    let mode = match sheet.section.text("mode") {
        Some(word) => word.parse().map_err(Error::settings)?,
        None => Mode::default(),
    };
    let asked = scopes(sheet.kind, By::OAuth, aim, mode);
    let of_bot = asked.iter().map(|scope| of_a_bot(scope).to_owned()).collect();
    let redirect = sheet.section.text("redirect_uri");
    // Bots administer nothing.
    let is_person = matches!(mode, Mode::Scim | Mode::Admin);
    let mut lines = Vec::new();
    // What is asked for stands in words of Slack's own.
    if let Some(client) = client(sheet, &[])?.filter(|_| !args.by_hand) {
        let redirect = redirect.unwrap_or_else(|| OF_THE_SEED.to_owned());
        if client.secret.is_none() || redirect.starts_with("https://") {
            // Apps without a secret have no bot.
            let (name, asked) =
                if is_person || client.secret.is_none() { ("user_scope", asked) } else { ("scope", of_bot) };
            let issuer = sheet.issuer()?.asking(name, asked.join(","));
            let way = match (&client.secret, Callback::registered(&redirect)) {
                // A browser is sent somewhere else by https.
                (Some(_), _) => Way::Pasting { issuer, client, redirect },
                (None, _) => coming_back_to(sheet, args, issuer, client, redirect)?,
            };
            return Ok(Plan::asking(asked, way, lines));
        }
        lines.push(
            "Slack sends a browser back by plain http only for apps without a secret (PKCE): leave client_secret out for \
             such an app, or set connector.slack.redirect_uri to an https address that it has registered; or go on by hand:"
                .to_owned(),
        );
    }
    let asked = if is_person { asked } else { of_bot };
    lines.push("open https://api.slack.com/apps?new_app=1, choose \"From a manifest\", and paste:".to_owned());
    lines.extend(manifest(&asked, is_person).lines().map(|line| format!("  {line}")));
    let which = if is_person { "the User OAuth Token (xoxp-…)" } else { "the Bot User OAuth Token (xoxb-…)" };
    lines.push(format!("install it into the workspace, and copy {which}"));
    Ok(Plan::asking(asked, Way::Hand { page: None }, lines))
}

/// What makes an app at Slack that asks for this.
fn manifest(scopes: &[String], is_person: bool) -> String {
    let mut text = "display_information:\n  name: orchest\n".to_owned();
    if !is_person {
        text += "features:\n  bot_user:\n    display_name: orchest\n";
    }
    text += "oauth_config:\n  scopes:\n";
    text += if is_person { "    user:\n" } else { "    bot:\n" };
    for scope in scopes {
        text = text + "      - " + scope + "\n";
    }
    text
}

/// What Slack's bots call the same right.
fn of_a_bot(scope: &str) -> &str {
    if scope == "channels:write" { "channels:manage" } else { scope }
}

fn g_drive(sheet: &Sheet<'_>, args: &GenerateArgs, aim: Aim) -> Result<Plan> {
    let asked = scopes(sheet.kind, By::OAuth, aim, Mode::default());
    if args.by_hand {
        let error = CliError::usage("Google shows nobody a token that lasts");
        return Err(error.next("leave --by-hand out").into());
    }
    let Some(client) = client(sheet, &asked)? else {
        let error = CliError::usage("which OAuth client is this program to Google?");
        let next = "make one of the type \"Desktop app\" in the Google console, download its file, and name it: orchest \
                    config set connector.g_drive.credential_path FILE";
        return Err(error.next(next).into());
    };
    let issuer = sheet.issuer()?;
    let way = if args.no_browser {
        let redirect = Callback::usual(Some(args.callback_port.unwrap_or(NOBODY))).address();
        Way::Pasting { issuer, client, redirect }
    } else {
        Way::Browser { issuer, client, callback: Callback::usual(args.callback_port) }
    };
    Ok(Plan::asking(asked, way, Vec::new()))
}

/// By a browser that comes back to the address that is registered, here or to be pasted.
fn coming_back(sheet: &Sheet<'_>, args: &GenerateArgs, client: Client, redirect: String) -> Result<Way> {
    let issuer = sheet.issuer()?;
    coming_back_to(sheet, args, issuer, client, redirect)
}

fn coming_back_to(
    sheet: &Sheet<'_>,
    args: &GenerateArgs,
    issuer: Issuer,
    client: Client,
    redirect: String,
) -> Result<Way> {
    if args.no_browser || redirect.starts_with("https://") {
        return Ok(Way::Pasting { issuer, client, redirect });
    }
    let callback = registered(sheet, &redirect)?;
    Ok(Way::Browser { issuer, client, callback })
}

fn registered(sheet: &Sheet<'_>, redirect: &str) -> Result<Callback> {
    Callback::registered(redirect).ok_or_else(|| {
        let message =
            format!("connector.{}.redirect_uri is no address of this machine with a port, without a query", sheet.kind);
        CliError::usage(message)
            .next("such as http://localhost:8888/callback, as it is registered; or --no-browser")
            .into()
    })
}
