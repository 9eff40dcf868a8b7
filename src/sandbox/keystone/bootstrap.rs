//! What a server holds before anyone has asked it for anything.

use jiff::Timestamp;

use super::data::{Actor, Data, Domain, Extra, Grant, Project, Role, Target, User, new_id};

/// Where everything stands that the server came with.
const DEFAULT: &str = "default";

/// What `keystone-manage bootstrap` leaves: a user `admin` with the role of the same name on a project of the same name
/// and on the system, and the roles that Keystone's own rules know.
pub(in crate::sandbox) fn bootstrap(_now: Timestamp, admin_password: &str) -> Data {
    let mut data = Data::default();
    let domain = domain("Default", "The default domain");
    data.domains.insert(DEFAULT.to_owned(), domain);
    for name in ["admin", "manager", "member", "reader", "service"] {
        add_role(&mut data, name);
    }
    let project = Project {
        domain_id: DEFAULT.to_owned(),
        parent_id: DEFAULT.to_owned(),
        name: "admin".to_owned(),
        description: Some("Bootstrap project for initializing the cloud.".to_owned()),
        enabled: true,
        extra: Extra::new(),
    };
    let project_id = new_id();
    data.projects.insert(project_id.clone(), project);
    let admin = add_user(&mut data, DEFAULT, "admin", admin_password);
    grant(&mut data, &admin, "admin", Target::Project(project_id));
    grant(&mut data, &admin, "admin", Target::System);
    data
}

/// Adds what the platform's installation makes of it: administrators with a domain of their own, and the users of its
/// components. They all have the password of `admin`. The roles that the platform does not know go.
pub(in crate::sandbox) fn platform(data: &mut Data) {
    let admin = data.users.values().find(|user| user.name == "admin");
    let password = &admin.and_then(|user| user.password.clone()).unwrap_or_default();
    for name in ["manager", "member", "reader"] {
        if let Some(id) = data.global_role(name).map(str::to_owned) {
            data.roles.remove(&id);
        }
    }
    let domain_id = new_id();
    data.domains.insert(domain_id.clone(), domain("admin_domain", "Cloud admin domain"));
    let on_domain = || Target::Domain(domain_id.clone());
    let cloud_admin = add_user(data, &domain_id, "cloud_admin", password);
    grant(data, &cloud_admin, "admin", on_domain());
    let pep = add_user(data, &domain_id, "pep", password);
    grant(data, &pep, "service", on_domain());
    add_user(data, DEFAULT, "iotagent", password);
    add_user(data, DEFAULT, "cep", password);
    let nagios = add_user(data, DEFAULT, "nagios", password);
    let admin_project = data.projects.iter().find(|(_, project)| project.name == "admin").map(|(id, _)| id.clone());
    if let Some(id) = admin_project {
        grant(data, &nagios, "admin", Target::Project(id));
    }
}

fn domain(name: &str, description: &str) -> Domain {
    Domain { name: name.to_owned(), description: Some(description.to_owned()), enabled: true, extra: Extra::new() }
}

fn add_role(data: &mut Data, name: &str) {
    let role = Role { name: name.to_owned(), domain_id: None, description: None, immutable: true, extra: Extra::new() };
    data.roles.insert(new_id(), role);
}

fn add_user(data: &mut Data, domain_id: &str, name: &str, password: &str) -> String {
    let user = User {
        domain_id: domain_id.to_owned(),
        name: name.to_owned(),
        enabled: true,
        password: Some(password.to_owned()),
        password_expires_at: None,
        default_project_id: None,
        tokens_valid_from: None,
        extra: Extra::new(),
    };
    let id = new_id();
    data.users.insert(id.clone(), user);
    id
}

fn grant(data: &mut Data, user_id: &str, role: &str, target: Target) {
    if let Some(role_id) = data.global_role(role).map(str::to_owned) {
        data.grants.insert(Grant { target, actor: Actor::User(user_id.to_owned()), role_id, inherited: false });
    }
}
