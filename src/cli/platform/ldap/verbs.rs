//! What can be typed after `orchest platform ldap`, in every build.

use clap::{Args, Subcommand};

use super::super::super::args::{ItemArgs, NewPasswordArgs};
use super::super::super::create::Ensure;

#[derive(Subcommand, Debug)]
pub(crate) enum LdapVerb {
    /// Manage the users of the directory
    #[command(subcommand, alias = "users")]
    User(UserVerb),
    /// Manage the groups of the directory and who is in them
    #[command(subcommand, alias = "groups")]
    Group(GroupVerb),
    /// Say whether a password is right: 0 if it is, 4 if it is not
    #[command(after_help = "Examples:\n  orchest platform ldap auth ann\n  \
        orchest platform ldap auth ann --password-file ann.pw\n\n\
        The directory is asked to log ann in, and nothing else. No administrator is needed.")]
    Auth {
        /// Name of the user
        name: String,
    },
}

#[derive(Subcommand, Debug)]
pub(crate) enum UserVerb {
    /// List the users, all or those whose name matches
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  orchest platform ldap user list\n  orchest platform ldap user list 'ann*' -o json"
    )]
    List {
        /// Name in which `*` stands for any text
        pattern: Option<String>,
    },
    /// Show users, and the groups they are in
    #[command(
        alias = "get",
        after_help = "Examples:\n  orchest platform ldap user show ann\n  \
        orchest platform ldap user show ann --self --password-file ann.pw"
    )]
    Show {
        #[command(flatten)]
        items: ItemArgs,
        /// As the user, instead of the administrator
        #[arg(long = "self")]
        own: bool,
    },
    /// Create users, or make sure that they are there
    #[command(after_help = "Examples:\n  \
        orchest platform ldap user create ann --email ann@city.example --group AdminGroup --new-password-file ann.pw\n  \
        orchest platform ldap user create --from people.csv --group ServiceCustomerGroup\n\n\
        A file may have the columns name, password, email and description. The groups have to be there. Killed in the \
        middle, the same line goes on: who is there stays as he is and gets the groups that he is not in.")]
    Create(CreateArgs),
    /// Change a user
    #[command(
        visible_alias = "set",
        after_help = "Examples:\n  orchest platform ldap user update ann --email a@city.example\n  \
        orchest platform ldap user update ann --self --password-file old.pw --new-password-file new.pw"
    )]
    Update(UpdateArgs),
    /// Delete users, and take them out of all groups
    #[command(
        visible_alias = "rm",
        after_help = "Examples:\n  orchest platform ldap user delete ann --yes\n  \
        orchest platform ldap user delete --from gone.txt --yes"
    )]
    Delete {
        #[command(flatten)]
        items: ItemArgs,
        /// End with 3 when one is not there
        #[arg(long)]
        fail_if_missing: bool,
    },
}

#[derive(Args, Debug)]
pub(crate) struct CreateArgs {
    #[command(flatten)]
    pub(super) items: ItemArgs,
    /// E-mail address
    #[arg(long)]
    pub(super) email: Option<String>,
    /// Description
    #[arg(long)]
    pub(super) description: Option<String>,
    /// Put it into this group of the directory (can be repeated)
    #[arg(long = "group", value_name = "GROUP")]
    pub(super) groups: Vec<String>,
    #[command(flatten)]
    pub(super) ensure: Ensure,
    #[command(flatten)]
    pub(super) password: NewPasswordArgs,
}

#[derive(Args, Debug)]
pub(crate) struct UpdateArgs {
    /// Name of the user
    pub(super) name: String,
    /// New e-mail address; empty clears it
    #[arg(long)]
    pub(super) email: Option<String>,
    /// New description; empty clears it
    #[arg(long)]
    pub(super) description: Option<String>,
    /// As the user, instead of the administrator; most directories let users change their password only
    #[arg(long = "self")]
    pub(super) own: bool,
    #[command(flatten)]
    pub(super) password: NewPasswordArgs,
}

#[derive(Subcommand, Debug)]
pub(crate) enum GroupVerb {
    /// List the groups, all or those whose name matches
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  orchest platform ldap group list\n  orchest platform ldap group list '*Admin*' -o name"
    )]
    List {
        /// Name in which `*` stands for any text
        pattern: Option<String>,
    },
    /// Show groups and who is in them
    #[command(
        alias = "get",
        after_help = "Examples:\n  orchest platform ldap group show AdminGroup\n  \
        orchest platform ldap group show AdminGroup -o json --query '.members[]'"
    )]
    Show {
        #[command(flatten)]
        items: ItemArgs,
    },
    /// Create groups, or make sure that they are there
    #[command(after_help = "Examples:\n  \
        orchest platform ldap group create AdminGroup --description 'administrators of services'\n  \
        orchest platform ldap group create AdminGroup ServiceCustomerGroup")]
    Create {
        #[command(flatten)]
        items: ItemArgs,
        /// Description
        #[arg(long)]
        description: Option<String>,
        #[command(flatten)]
        ensure: Ensure,
    },
    /// Change the description of a group
    #[command(
        visible_alias = "set",
        after_help = "Examples:\n  orchest platform ldap group update AdminGroup --description 'by day'\n  \
        orchest platform ldap group update AdminGroup --description ''"
    )]
    Update {
        /// Name of the group
        name: String,
        /// New description; empty clears it
        #[arg(long)]
        description: String,
    },
    /// Delete groups; their members stay
    #[command(
        visible_alias = "rm",
        after_help = "Examples:\n  orchest platform ldap group delete crew --yes\n  \
        orchest platform ldap group delete a b c --yes"
    )]
    Delete {
        #[command(flatten)]
        items: ItemArgs,
        /// End with 3 when one is not there
        #[arg(long)]
        fail_if_missing: bool,
    },
    /// Manage who is in a group
    #[command(subcommand)]
    Member(MemberVerb),
}

#[derive(Subcommand, Debug)]
pub(crate) enum MemberVerb {
    /// Put users into a group
    #[command(after_help = "Examples:\n  orchest platform ldap group member add AdminGroup ann bob\n  \
        orchest platform ldap group member add AdminGroup --from shift.txt")]
    Add {
        /// Name of the group
        group: String,
        #[command(flatten)]
        users: ItemArgs,
    },
    /// Take users out of a group
    #[command(
        alias = "remove",
        after_help = "Examples:\n  orchest platform ldap group member rm AdminGroup ann\n  \
        orchest platform ldap group member rm AdminGroup --from gone.txt"
    )]
    Rm {
        /// Name of the group
        group: String,
        #[command(flatten)]
        users: ItemArgs,
    },
}
