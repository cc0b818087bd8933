//! `isp staff …`: the way in when the browser offers none.

use super::{Environment, Failure, read_secret};
use crate::server::Services;
use crate::shared::actor::Actor;
use crate::shared::id::{LocationId, PartnerId, StaffId};
use crate::shared::permission::{PermissionSet, ScopeInput};
use crate::shared::problem::Problem;
use crate::staff::{Invitation, NewStaff, Role, SUPER_ADMINISTRATOR, StaffChanges, StaffMember};

/// Create and repair staff accounts.
#[derive(clap::Subcommand)]
pub(crate) enum Staff {
    /// Create an account; the password is read from standard input
    Create(Create),
    /// Make an account and mail the person a link to choose a password
    Invite(Invite),
    /// List everybody
    List,
    /// List the roles and what they grant
    Roles,
    /// Set a new password, read from standard input; the person's sessions and tokens end
    ResetPassword(Whom),
    /// Forget failed sign-ins
    Unlock(Whom),
    /// Let somebody sign in again
    Activate(Whom),
    /// Let somebody sign in no longer; their sessions and tokens end
    Deactivate(Whom),
    /// Give somebody another role
    SetRole {
        /// Whom
        username: String,
        /// The key of the role
        role: String,
    },
    /// Take a lost second factor away; the person's sessions and tokens end
    ResetSecondFactor(Whom),
}

/// A new account with a password.
#[derive(clap::Args)]
pub(crate) struct Create {
    /// 3 to 64 of a-z 0-9 . _ -
    #[arg(long)]
    username: String,
    /// The e-mail address
    #[arg(long)]
    email: String,
    /// The full name
    #[arg(long)]
    name: String,
    /// What the account may do
    #[arg(long, default_value = SUPER_ADMINISTRATOR)]
    role: String,
}

/// A new account whose owner chooses the password.
#[derive(clap::Args)]
pub(crate) struct Invite {
    /// 3 to 64 of a-z 0-9 . _ -
    #[arg(long)]
    username: String,
    /// The e-mail address; the invitation goes there
    #[arg(long)]
    email: String,
    /// The full name
    #[arg(long)]
    name: String,
    /// What the account may do
    #[arg(long)]
    role: String,
    /// Only customers of this partner, by id; may be given several times
    #[arg(long = "partner", value_name = "ID")]
    partners: Vec<PartnerId>,
    /// Only customers of this location, by id; may be given several times
    #[arg(long = "location", value_name = "ID")]
    locations: Vec<LocationId>,
}

/// An account that there is.
#[derive(clap::Args)]
pub(crate) struct Whom {
    /// The user name
    username: String,
}

/// A connected command.
struct Desk<'e> {
    environment: &'e Environment,
    services: Services,
    actor: Actor,
}

impl Staff {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let services = environment.services().await?;
        let desk = Desk { environment, services, actor: Actor::system("command line") };
        match self {
            Self::Create(create) => desk.create(create).await,
            Self::Invite(invite) => desk.invite(invite).await,
            Self::List => desk.list().await,
            Self::Roles => desk.roles().await,
            Self::ResetPassword(whom) => desk.reset_password(&whom.username).await,
            Self::Unlock(whom) => desk.unlock(&whom.username).await,
            Self::Activate(whom) => desk.set_active(&whom.username, true).await,
            Self::Deactivate(whom) => desk.set_active(&whom.username, false).await,
            Self::SetRole { username, role } => desk.set_role(&username, role).await,
            Self::ResetSecondFactor(whom) => desk.reset_second_factor(&whom.username).await,
        }
    }
}

impl Desk<'_> {
    async fn create(&self, create: Create) -> Result<(), Failure> {
        let Create { username, email, name, role } = create;
        let password = read_secret("Password")?.into();
        let new = NewStaff { username, email, full_name: name, password, role };
        let id = self.services.staff.create(&self.actor, new).await?;
        self.tell_id(id, "The account was created.");
        Ok(())
    }

    async fn invite(&self, invite: Invite) -> Result<(), Failure> {
        let Invite { username, email, name, role, partners, locations } = invite;
        let scope =
            ScopeInput { all_partners: partners.is_empty(), partners, all_locations: locations.is_empty(), locations };
        let invitation = Invitation { username, email, full_name: name, role, scope };
        let id = self.services.staff.invite(&self.actor, invitation).await?;
        self.tell_id(id, "The account was made; the server sends the invitation.");
        Ok(())
    }

    async fn list(&self) -> Result<(), Failure> {
        let everybody = self.services.staff.list(&self.actor).await?;
        if self.environment.json {
            println!("{}", serde_json::to_string(&everybody).map_err(|_| Problem::Internal)?);
            return Ok(());
        }
        let rows: Vec<_> = everybody.into_iter().map(staff_row).collect();
        print_table(["USERNAME", "NAME", "E-MAIL", "ROLE", "STATE", "SECOND FACTOR", "LAST SIGN-IN (UTC)"], &rows);
        Ok(())
    }

    async fn roles(&self) -> Result<(), Failure> {
        let roles = self.services.staff.roles(&self.actor).await?;
        if self.environment.json {
            println!("{}", serde_json::to_string(&roles).map_err(|_| Problem::Internal)?);
            return Ok(());
        }
        let rows: Vec<_> = roles.iter().map(|role| role_row(role, &roles)).collect();
        print_table(["KEY", "NAME", "INHERITS FROM", "PEOPLE", "SECOND FACTOR", "GRANTS"], &rows);
        Ok(())
    }

    async fn reset_password(&self, username: &str) -> Result<(), Failure> {
        let password = read_secret("New password")?;
        self.services.staff.reset_password(&self.actor, username, &password.into()).await?;
        println!("The password of {username} was set; open sessions and tokens have ended.");
        Ok(())
    }

    async fn unlock(&self, username: &str) -> Result<(), Failure> {
        self.services.staff.unlock(&self.actor, self.find(username).await?).await?;
        println!("{username} can sign in again.");
        Ok(())
    }

    async fn set_active(&self, username: &str, active: bool) -> Result<(), Failure> {
        self.services.staff.set_active(&self.actor, self.find(username).await?, active).await?;
        if active {
            println!("{username} can sign in again.");
        } else {
            println!("{username} can no longer sign in; open sessions and tokens have ended.");
        }
        Ok(())
    }

    async fn set_role(&self, username: &str, role: String) -> Result<(), Failure> {
        let staff = &self.services.staff;
        let details = staff.get(&self.actor, self.find(username).await?).await?;
        let (id, version) = (details.member.id, details.version);
        let changes = StaffChanges { role, ..StaffChanges::from(details) };
        staff.update(&self.actor, id, version, changes).await?;
        let details = staff.get(&self.actor, id).await?;
        println!("The role of {username} is {}.", details.member.role_name);
        Ok(())
    }

    async fn reset_second_factor(&self, username: &str) -> Result<(), Failure> {
        self.services.staff.reset_second_factor(&self.actor, self.find(username).await?).await?;
        println!("{username} signs in without a second factor; open sessions and tokens have ended.");
        Ok(())
    }

    async fn find(&self, username: &str) -> Result<StaffId, Problem> {
        self.services.staff.find_id(&self.actor, username).await
    }

    fn tell_id(&self, id: StaffId, what: &str) {
        if self.environment.json {
            println!("{{\"id\":{id}}}");
        } else {
            println!("{what} Its id is {id}.");
        }
    }
}

fn staff_row(member: StaffMember) -> [String; 7] {
    let state = match (member.is_active, member.is_invited) {
        (false, _) => "inactive",
        (true, true) => "invited",
        (true, false) => "active",
    };
    let last = member.last_sign_in_at.map(|at| at.format("%Y-%m-%d %H:%M").to_string());
    [
        member.username,
        member.full_name,
        member.email,
        member.role,
        state.to_owned(),
        yes_or_no(member.has_second_factor),
        last.unwrap_or_else(|| "never".to_owned()),
    ]
}

fn role_row(role: &Role, roles: &[Role]) -> [String; 6] {
    let parent = roles.iter().find(|one| role.parent == Some(one.id));
    let grants =
        if role.permissions == PermissionSet::all() { "everything".to_owned() } else { role.permissions.to_string() };
    [
        role.key.clone(),
        role.name.clone(),
        parent.map(|parent| parent.key.clone()).unwrap_or_default(),
        role.members.to_string(),
        yes_or_no(role.requires_second_factor),
        grants,
    ]
}

fn yes_or_no(yes: bool) -> String {
    if yes { "yes" } else { "no" }.to_owned()
}

/// Columns as wide as their widest cell.
fn print_table<const N: usize>(head: [&str; N], rows: &[[String; N]]) {
    let width = |text: &str| text.chars().count();
    let widths: [usize; N] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|row| width(&row[column]));
        cells.chain([width(head[column])]).max().unwrap_or_default()
    });
    let heading: [String; N] = head.map(str::to_owned);
    for row in std::iter::once(&heading).chain(rows) {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        println!("{}", cells.join("  ").trim_end());
    }
}
