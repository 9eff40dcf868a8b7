//! A real directory: OpenLDAP's slapd on loopback, one a test, with an administrator who is nobody special to the server, so
//! that its limits hold for him as for everybody.

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use tempfile::TempDir;

use crate::support::cli::{Output, Room};
use crate::support::ports::free_port;

pub const BASE: &str = "dc=city,dc=example";
pub const ADMIN_PASSWORD: &str = "tall-Order-9000";
/// Of whoever looks at what is really there; the product never is it.
const ROOT: &str = "cn=root,dc=city,dc=example";

/// A running server.
pub struct Slapd {
    process: Child,
    port: u16,
    tls_port: u16,
    home: TempDir,
}

/// What may be different about one.
#[derive(Default)]
pub struct Setup {
    /// Further entries, as LDIF.
    pub ldif: String,
    /// Whether it has a certificate, of an authority of its own (`ca.pem`).
    pub tls: bool,
    /// Lines of its configuration.
    pub lines: String,
    /// The whole of a long list may not be had, page by page or not.
    pub strict: bool,
}

/// Attributes of an entry, in lower case, with their values sorted.
pub type Entry = BTreeMap<String, Vec<String>>;

fn must(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}; run tests/servers/slapd.sh"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// An authority, and a certificate for this machine.
fn certificates(home: &Path) {
    let openssl = |arguments: &[&str]| must(Command::new("openssl").args(arguments).current_dir(home));
    let new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    let ca = ["req", "-x509", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=city authority"];
    openssl(&[&ca[..], &new[..]].concat());
    openssl(
        &[&["req", "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost"][..], &new[..]].concat(),
    );
    std::fs::write(home.join("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n").unwrap();
    let sign = ["x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
    openssl(&[&sign[..], &["-days", "2", "-extfile", "names", "-out", "server.pem"]].concat());
}

impl Slapd {
    /// An empty one, with the two places and the administrator.
    pub fn start() -> Self {
        Self::with(&Setup::default())
    }

    pub fn with(setup: &Setup) -> Self {
        let home = tempfile::tempdir().unwrap();
        let path = |name: &str| home.path().join(name).display().to_string();
        std::fs::create_dir(home.path().join("db")).unwrap();
        let tls = if setup.tls {
            certificates(home.path());
            format!("TLSCertificateFile {}\nTLSCertificateKeyFile {}\n", path("server.pem"), path("server.key"))
        } else {
            String::new()
        };
        let admin = format!("cn=admin,{BASE}");
        let schemas = ["core", "cosine", "nis", "inetorgperson"];
        let schemas: String = schemas.iter().map(|name| format!("include /etc/ldap/schema/{name}.schema\n")).collect();
        let total = if setup.strict { "disabled" } else { "unlimited" };
        let config = format!(
            "{schemas}modulepath /usr/lib/ldap\nmoduleload back_mdb\npidfile {}\n{tls}{}\n\
             database mdb\nmaxsize 268435456\nsuffix \"{BASE}\"\ndirectory {}\ndbnosync\n\
             rootdn \"{ROOT}\"\nrootpw {ADMIN_PASSWORD}\nindex uid,cn,member eq\n\
             limits dn.exact=\"{admin}\" size.soft=500 size.hard=500 size.prtotal={total}\n\
             access to attrs=userPassword by dn.exact=\"{admin}\" write by self write by anonymous auth by * none\n\
             access to * by dn.exact=\"{admin}\" write by users read by * none\n",
            path("pid"),
            setup.lines,
            path("db")
        );
        std::fs::write(home.path().join("slapd.conf"), config).unwrap();
        let ldif = format!(
            "dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: city\no: City\n\n\
             dn: {admin}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: admin\n\
             userPassword: {ADMIN_PASSWORD}\n\n\
             dn: ou=users,{BASE}\nobjectClass: organizationalUnit\nou: users\n\n\
             dn: ou=groups,{BASE}\nobjectClass: organizationalUnit\nou: groups\n\n{}",
            setup.ldif
        );
        std::fs::write(home.path().join("first.ldif"), ldif).unwrap();
        must(Command::new("/usr/sbin/slapadd").args(["-q", "-f", &path("slapd.conf"), "-l", &path("first.ldif")]));
        for _ in 0..5 {
            let (port, tls_port) = (free_port(), free_port());
            let secure = if setup.tls { format!(" ldaps://127.0.0.1:{tls_port}") } else { String::new() };
            // A level of debugging keeps it in the foreground, as a child of ours.
            let mut process = Command::new("/usr/sbin/slapd")
                .args(["-d", "0", "-f", &path("slapd.conf"), "-h", &format!("ldap://127.0.0.1:{port}{secure}")])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            if answers(&mut process, port) {
                return Self { process, port, tls_port, home };
            }
            let _ = process.kill();
            let _ = process.wait();
        }
        panic!("slapd does not start");
    }

    pub fn url(&self) -> String {
        format!("ldap://127.0.0.1:{}", self.port)
    }

    pub fn secure_url(&self) -> String {
        format!("ldaps://localhost:{}", self.tls_port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The authority of its certificate.
    pub fn authority(&self) -> String {
        self.home.path().join("ca.pem").display().to_string()
    }

    /// A home in which its administrator works.
    pub fn room(&self) -> Room {
        let room = Room::new()
            .env("ORCHEST_LDAP", &self.url())
            .env("ORCHEST_LDAP_BASEDN", BASE)
            .env("ORCHEST_LDAP_ADMIN", "admin")
            .env("ORCHEST_LDAP_PASSWORD_FILE", "admin.pw");
        room.file("admin.pw", ADMIN_PASSWORD);
        room.file("a.pw", "tall-Order-7001");
        room.file("b.pw", "tall-Order-7002");
        room
    }

    /// What is below this, by the tools of the server's own makers, as its root.
    pub fn entries(&self, base: &str) -> BTreeMap<String, Entry> {
        let output = Command::new("ldapsearch")
            .args(["-x", "-LLL", "-o", "ldif-wrap=no", "-H", &self.url(), "-D", ROOT, "-w", ADMIN_PASSWORD, "-b", base])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let blocks = text.split("\n\n").map(str::trim).filter(|block| !block.is_empty());
        blocks.map(entry).collect()
    }

    /// Everything below the base, but for the passwords, which are salted.
    pub fn state(&self) -> BTreeMap<String, Entry> {
        let mut entries = self.entries(BASE);
        entries.values_mut().for_each(|entry| drop(entry.remove("userpassword")));
        entries
    }

    /// The one user whose `uid` this is.
    pub fn user(&self, name: &str) -> Option<Entry> {
        let entries = self.entries(&format!("ou=users,{BASE}"));
        entries.into_values().find(|entry| entry.get("uid").is_some_and(|uid| uid == &[name]))
    }

    /// The members of a group, as the server keeps them.
    pub fn members(&self, group: &str) -> Vec<String> {
        let entries = self.entries(&format!("ou=groups,{BASE}"));
        let found = entries.into_values().find(|entry| entry.get("cn").is_some_and(|cn| cn == &[group]));
        found.unwrap_or_else(|| panic!("no group {group}"))["member"].clone()
    }

    /// Whether the server itself takes this password.
    pub fn takes(&self, dn: &str, password: &str) -> bool {
        let mut command = Command::new("ldapwhoami");
        command.args(["-x", "-H", &self.url(), "-D", dn, "-w", password]);
        command.output().unwrap().status.success()
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn answers(process: &mut Child, port: u16) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(20) {
        if process.try_wait().unwrap().is_some() {
            return false;
        }
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

/// One block of LDIF.
fn entry(block: &str) -> (String, Entry) {
    let mut all = Entry::new();
    for line in block.lines() {
        let (key, value) = line.split_once(':').unwrap();
        let value = match value.strip_prefix(':') {
            Some(coded) => {
                let bytes = base64::engine::general_purpose::STANDARD.decode(coded.trim()).unwrap();
                String::from_utf8(bytes).unwrap()
            }
            None => value.trim_start().to_owned(),
        };
        all.entry(key.to_lowercase()).or_default().push(value);
    }
    all.values_mut().for_each(|values| values.sort());
    let dn = all.remove("dn").unwrap().remove(0);
    (dn, all)
}

/// Types a line below `platform ldap`, words at blanks.
pub fn types(room: &Room, line: &str) -> Output {
    let words: Vec<&str> = ["platform", "ldap"].into_iter().chain(line.split(' ')).collect();
    room.run(&words)
}

/// The same for words that have blanks in them.
pub fn says(room: &Room, words: &[&str]) -> Output {
    room.run(&[&["platform", "ldap"], words].concat())
}
