//! Lines of orchent and orpy, and orchent's file of aliases.

use serde_json::json;

use crate::paas_template::room;
use crate::support::server::{Reply, Server};

#[test]
fn an_old_line_is_shown_in_our_words_and_done() {
    let server = Server::start();
    server.on("GET /configuration", Reply::json(200, &json!({"im_url": "https://im/"})));
    let room = room(&server).env("ORCHEST_PAAS_DIALECT", "indigo").without("ORCHEST_PAAS");
    let url = server.url();
    let old = room.run(&["legacy", "orchent", "-u", url, "showconf", "-o", "json"]).success();
    assert_eq!(old.json()["im_url"], json!("https://im/"));
    old.says(&format!("the same today: orchest paas config --paas={url} -o json"));
    let old = room.run(&["-o", "json", "legacy", "orpy", "configuration", "show", "--url", url]).success();
    assert_eq!(old.json()["im_url"], json!("https://im/"));
    let value = room.run(&["legacy", "orpy", "configuration", "show", "-f", "value", "-c", "im_url", "--url", url]);
    assert_eq!(value.success().stdout, "https://im/\n");
    assert_eq!(server.lines().len(), 3);
}

#[test]
fn an_old_line_that_is_wrong_sends_nothing() {
    let server = Server::start();
    let room = room(&server);
    room.run(&["legacy", "orchent", "depwhat"]).code(2).says("known: depls, depshow");
    room.run(&["legacy", "orchent", "depshow"]).code(2).says("usage: orchest legacy orchent depshow DEPLOYMENT");
    room.run(&["legacy", "orpy", "dep", "list", "-f", "shell"]).code(2);
    room.run(&["legacy", "orpy", "info", "--no-such-flag"]).code(2);
    assert_eq!(server.lines(), Vec::<String>::new());
    let listed = room.ok(&["legacy", "orchent", "-o", "name"]);
    assert!(listed.starts_with("depls\n") && listed.lines().count() == 14, "{listed}");
    assert_eq!(room.ok(&["legacy", "orpy", "-o", "name"]).lines().count(), 10);
}

#[test]
fn the_topic_and_the_noun_are_both_explained() {
    let room = room(&Server::start());
    let topic = room.ok(&["help", "paas"]);
    assert!(topic.contains("U14") && topic.contains("orchest template add FILE"), "{topic}");
    assert!(room.ok(&["help", "paas", "health"]).contains("orchest paas health"));
}

#[test]
fn the_aliases_of_orchent_are_taken_over_once() {
    let room = room(&Server::start());
    let file = room.file("orchent.conf", "[alias]\nkafka = 11e8-a\nmy.spark = 11e8-b\n").display().to_string();
    room.run(&["config", "import", &file]).success().says("alias kafka added").says("alias my.spark added");
    room.run(&["config", "import", &file]).success().says("alias kafka was there");
    assert_eq!(room.ok(&["config", "get", "paas.alias.kafka", "-o", "value"]).trim(), "11e8-a");
    room.run(&["config", "import", &file, "--name", "prod"]).code(2);
    room.run(&["config", "validate"]).success();
    let other = room.file("other.conf", "[alias]\nspark = 11e8-c\nkafka = 11e8-d\n").display().to_string();
    room.run(&["config", "import", &other]).code(6).says("kafka");
    room.run(&["config", "get", "paas.alias.spark"]).code(2);
    room.run(&["config", "import", &room.file("no.conf", "[alias]\n").display().to_string()]).code(78);
}
