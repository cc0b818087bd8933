//! `isp staff …`: the way in when the browser offers none.

use super::{Environment, Failure, read_secret};
use crate::shared::actor::Actor;
use crate::staff::{NewStaff, SUPER_ADMINISTRATOR};

/// Create and repair staff accounts.
#[derive(clap::Subcommand)]
pub(crate) enum Staff {
    /// Create an account; the password is read from standard input
    Create {
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
    },
    /// Set a new password, read from standard input, and end the person's sessions
    ResetPassword {
        /// Whose
        username: String,
    },
    /// Forget failed sign-ins
    Unlock {
        /// Whose
        username: String,
    },
}

impl Staff {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let services = environment.services().await?;
        let actor = Actor::system("command line");
        match self {
            Self::Create { username, email, name, role } => {
                let password = read_secret("Password")?.into();
                let new = NewStaff { username, email, full_name: name, password, role };
                let id = services.staff.create(&actor, new).await?;
                println!("The account was created. Its id is {id}.");
            }
            Self::ResetPassword { username } => {
                services.staff.reset_password(&actor, &username, &read_secret("New password")?.into()).await?;
                println!("The password of {username} was set; open sessions have ended.");
            }
            Self::Unlock { username } => {
                services.staff.unlock(&actor, &username).await?;
                println!("{username} can sign in again.");
            }
        }
        Ok(())
    }
}
