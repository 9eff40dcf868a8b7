use clap::Parser as _;

use super::super::scripts::SCRIPTS;
use super::*;
use crate::cli::Cli;

const SECRET: &str = "@secrets/of-nobody.pw";

/// A word for every place of a script.
fn words(script: &Script, change: &[(&str, &str)]) -> Vec<String> {
    let word = |name: &String| {
        let changed = change.iter().find(|(other, _)| other == name).map(|(_, value)| (*value).to_owned());
        changed.unwrap_or_else(|| match name.as_str() {
            name if name.ends_with("_PROTOCOL") => "https".to_owned(),
            name if name.ends_with("_PORT") => "5000".to_owned(),
            name if name.ends_with("_PASSWORD") => SECRET.to_owned(),
            "EFFECTIVE" => "True".to_owned(),
            "REFERENCE_URL" => "http://127.0.0.1:9/notify".to_owned(),
            name => format!("the_{}", name.to_lowercase()),
        })
    };
    script.arguments().iter().map(word).collect()
}

fn translated(name: &str, change: &[(&str, &str)]) -> Translation {
    let script = Script::find(name).unwrap();
    translate(script, &words(script, change), &Outside::default(), false).unwrap()
}

/// The first line as one would type it.
fn line(name: &str, change: &[(&str, &str)]) -> String {
    let translation = translated(name, change);
    shown(&translation.lines[0], &translation.secrets)
}

fn refusal(name: &str, change: &[(&str, &str)]) -> String {
    let script = Script::find(name).unwrap();
    let error = translate(script, &words(script, change), &Outside::default(), false).unwrap_err();
    format!("{} {:?} {:?}", error.message, error.causes, error.next)
}

#[test]
fn every_line_of_today_is_a_command_and_shows_no_secret() {
    for script in &SCRIPTS {
        for wider in [false, true] {
            let changes: [&[(&str, &str)]; 4] = [
                &[],
                &[("NEW_ROLE_NAME", "ServiceCustomer"), ("POLICY_FILE", "policy-sth-customer.xml"), ("ATTRIBUTES", "")],
                &[("EFFECTIVE", "False"), ("TRUSTEE_USER_NAME", "pep"), ("ROLE_NAME", "Admin")],
                &[
                    ("KEYSTONE_PROTOCOL", "http"),
                    ("KEYPASS_HOST", "::1"),
                    ("NEW_SERVICE_DESCRIPTION", "-- it's a 'city'"),
                ],
            ];
            for change in changes {
                let translation = translate(script, &words(script, change), &Outside::default(), wider).unwrap();
                for line in &translation.lines {
                    let command = std::iter::once("orchest").chain(line.iter().map(String::as_str));
                    if let Err(error) = Cli::try_parse_from(command) {
                        panic!("{}: {line:?}\n{error}", script.name);
                    }
                    let shown = shown(line, &translation.secrets);
                    let places = shown.matches("-file secrets/of-nobody.pw").count();
                    assert_eq!(places, script.positions.iter().filter(|p| matches!(p, Position::Secret(..))).count());
                    assert!(line.iter().all(|word| !script.arguments().contains(word)), "{}: {line:?}", script.name);
                }
            }
        }
    }
}

#[test]
fn the_words_of_today_use_no_place_that_the_script_has_not() {
    for script in &SCRIPTS {
        let arguments = script.arguments();
        let capitals =
            |word: &&str| word.len() > 2 && word.chars().all(|sign| sign.is_ascii_uppercase() || sign == '_');
        for word in script.today.split(' ').filter(capitals).filter(|word| *word != "TRUSTEE_DOMAIN") {
            assert!(arguments.iter().any(|argument| argument == word), "{}: {word}", script.name);
        }
        // And none is lost: what is no server and no login has a place.
        for position in script.positions {
            let Position::Text(name) = position else { continue };
            let of_login = name.ends_with("_ADMIN_USER") || matches!(*name, "DOMAIN_NAME" | "SERVICE_USER_NAME");
            assert!(of_login || script.today.split(' ').any(|word| word == *name), "{}: {name}", script.name);
        }
    }
}

#[test]
fn one_line_word_by_word() {
    let change =
        [("KEYSTONE_HOST", "keystone"), ("SERVICE_NAME", "city"), ("NEW_SUBSERVICE_DESCRIPTION", "power grid")];
    assert_eq!(
        line("createNewSubService", &change),
        "orchest subservice create the_new_subservice_name --description 'power grid' -s city --user the_service_admin_user \
         --user-domain city --scope domain --admin-domain city --keystone https://keystone:5000 --password-file secrets/of-nobody.pw"
    );
    let own = line("changeUserPasswordByHimself", &[]);
    let both = "--password-file secrets/of-nobody.pw --new-password-file secrets/of-nobody.pw";
    assert!(!own.contains("--user ") && own.ends_with(both), "{own}");
}

#[test]
fn what_an_old_word_means() {
    for (name, change, part) in [
        ("listAllRoleAssignments", ("EFFECTIVE", "TRUE"), " --effective "),
        ("assignRoleServiceUser", ("ROLE_NAME", "Admin"), "role grant admin --to-user"),
        ("setRolePolicy", ("POLICY_FILE", "policy-orion-admin.xml"), " --template orion-admin "),
        ("setRolePolicy", ("POLICY_FILE", "mine/policy.xml"), "policy update the_role_name mine/policy.xml "),
        ("createTrustToken", ("TRUSTEE_USER_NAME", "pep"), " --trustee pep --trustee-domain=admin_domain "),
        ("createTrustToken", ("TRUSTEE_USER_NAME", "iotagent"), " --trustee-domain=Default "),
        ("createSubscribeContext", ("SUBSERVICE_NAME", "/a"), " --scope project --admin-project /a --admin-domain "),
        ("createSubscribeContext", ("ATTRIBUTES", "t,p"), " --attrs t,p "),
        ("editService", ("NEW_SERVICE_DESCRIPTION", "-x"), "service update the_service_name --description=-x "),
        (
            "editService",
            ("SERVICE_NAME", "city"),
            " --user-domain admin_domain --scope domain --admin-domain admin_domain ",
        ),
        ("printServices", ("KEYSTONE_HOST", "[fe80::1]"), " --keystone 'https://[fe80::1]:5000' "),
    ] {
        let line = line(name, &[change]);
        assert!(line.contains(part), "{line}");
    }
    assert!(!line("listAllRoleAssignments", &[("EFFECTIVE", "yes")]).contains("--effective"));
    assert!(!line("createSubscribeContext", &[("ATTRIBUTES", "[]")]).contains("--attrs"));
    assert!(!line("createTrustToken", &[]).contains("--trustee-domain"));
}

#[test]
fn plain_http_is_consent_and_is_told_once_where_it_leaves_the_machine() {
    let far =
        [("KEYSTONE_PROTOCOL", "http"), ("KEYPASS_PROTOCOL", "http"), ("KEYSTONE_HOST", "a"), ("KEYPASS_HOST", "a")];
    let translation = translated("createNewService", &far);
    assert_eq!(translation.plain, ["a"]);
    assert!(translation.lines[0].contains(&"--allow-http".to_owned()));
    let here = [("KEYSTONE_PROTOCOL", "http"), ("KEYSTONE_HOST", "127.0.0.1")];
    let translation = translated("createNewService", &here);
    assert!(translation.plain.is_empty() && !translation.lines[0].contains(&"--allow-http".to_owned()));
}

#[test]
fn some_scripts_are_several_commands() {
    assert_eq!(translated("createNewServiceRole", &[("NEW_ROLE_NAME", "ServiceCustomer")]).lines.len(), 6);
    assert_eq!(translated("createNewServiceRole", &[("NEW_ROLE_NAME", "Servicecustomer")]).lines.len(), 1);
    let all = translated("setAllServiceRolePolicies", &[]).lines;
    assert_eq!(all.len(), 21);
    assert_eq!(all[0], ["role", "create", "ServiceCustomer"]);
    for line in &all[1..] {
        // A template is for the role that it is bound to.
        let template = crate::api::keypass::templates::find(&line[4]).unwrap();
        assert_eq!(template.role, line[2]);
    }
}

#[test]
fn what_cannot_be_meant_is_refused() {
    for (name, change, part) in [
        ("printServices", ("KEYSTONE_PROTOCOL", "ftp"), "KEYSTONE_PROTOCOL is http or https"),
        ("printServices", ("KEYSTONE_PORT", "0"), "KEYSTONE_PORT is a number"),
        ("printServices", ("KEYSTONE_HOST", "a/b"), "KEYSTONE_HOST 'a/b' is no host"),
        ("printServices", ("KEYSTONE_HOST", "user@a"), "is no host"),
        ("printServices", ("DOMAIN_ADMIN_PASSWORD", "s3cret-word"), "env:NAME"),
        ("removeServiceUser", ("USER_NAME", "--yes"), "USER_NAME '--yes' begins with a dash"),
        ("printSubServices", ("SERVICE_NAME", "-S"), "begins with a dash"),
    ] {
        let told = refusal(name, &[change]);
        assert!(told.contains(part) && !told.contains("s3cret-word"), "{told}");
    }
    let two = refusal("changeUserPassword", &[("SERVICE_ADMIN_PASSWORD", "-"), ("NEW_USER_PASSWORD", "-")]);
    assert!(two.contains("only one password"), "{two}");
    let script = Script::find("printServices").unwrap();
    let few = translate(script, &["https".to_owned()], &Outside::default(), false).unwrap_err();
    assert!(few.message.contains("takes 6 arguments, not 1"));
    assert!(few.causes[0].contains("KEYSTONE_PROTOCOL KEYSTONE_HOST KEYSTONE_PORT DOMAIN_NAME"));
}

#[test]
fn flags_beside_the_line_win() {
    use clap::CommandFactory as _;
    let typed = "orchest legacy x --user-domain Default --keystone https://other -o json";
    let outside = Outside::of(&Cli::command().get_matches_from(typed.split(' ')));
    let script = Script::find("removeService").unwrap();
    let line = translate(script, &words(script, &[]), &outside, true).unwrap().lines.remove(0);
    let line = line.join(" ");
    assert!(line.ends_with("--keystone=https://other --user-domain=Default --output=json"), "{line}");
    assert_eq!(line.matches("--keystone").count() + line.matches("--user-domain").count(), 2, "{line}");
    assert!(!line.contains("--scope") && !line.contains("--admin-domain"), "{line}");
    let twice = Outside::of(&Cli::command().get_matches_from(["orchest", "-s", "b", "legacy", "x"]));
    assert!(translate(script, &words(script, &[]), &twice, false).unwrap_err().message.contains("SERVICE_NAME"));
}
