//! Secrets in tests: programs that give them, programs that tell what they were given, and places where none may turn up.

use std::os::unix::fs::PermissionsExt as _;

use super::cli::Room;

/// A program of this text; gives its path.
pub fn program(room: &Room, name: &str, text: &str) -> String {
    let path = room.file(name, text);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    path.display().to_string()
}

/// A program that prints this password after doing this.
pub fn helper(room: &Room, name: &str, before: &str, password: &str) -> String {
    room.file(&format!("{name}.pw"), password);
    let text = format!("#!/bin/sh\n{before}\nexec cat \"$HOME/{name}.pw\"\n");
    program(room, name, &text)
}

/// A program that writes down what it was started with, and then does this. What it writes is read with [`told`].
pub fn witness(room: &Room, name: &str, after: &str) -> String {
    let place = room.path(&format!("{name}.told")).display().to_string();
    let text = format!(
        "#!/bin/sh\n{{ echo '--- environment'; tr '\\0' '\\n' < /proc/$$/environ; echo '--- words'; \
         printf '%s\\n' \"$@\"; echo '--- line'; tr '\\0' '\\n' < /proc/$$/cmdline; echo '--- line of the parent'; \
         tr '\\0' '\\n' < /proc/$PPID/cmdline; }} > '{place}.new'\nmv '{place}.new' '{place}'\n{after}\n"
    );
    program(room, name, &text)
}

/// What such a program wrote down; waits for one that was started and left alone.
#[track_caller]
pub fn told(room: &Room, name: &str) -> String {
    let place = room.path(&format!("{name}.told"));
    let begin = std::time::Instant::now();
    while !place.exists() {
        assert!(begin.elapsed() < std::time::Duration::from_secs(20), "{name} was not started");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    std::fs::read_to_string(place).unwrap()
}

/// The forms in which a secret could slip through somewhere.
pub fn forms(secret: &str) -> Vec<String> {
    use base64::Engine as _;
    let json = serde_json::to_string(secret).unwrap();
    let percent: String = percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC).collect();
    vec![
        secret.to_owned(),
        json.trim_matches('"').to_owned(),
        percent,
        base64::engine::general_purpose::STANDARD.encode(secret),
    ]
}

#[track_caller]
pub fn assert_free_of(secret: &str, text: &str, place: &str) {
    for form in forms(secret) {
        assert!(!text.contains(&form), "{place} holds {form:?}:\n{text}");
    }
}
