//! The binary under test as a child process: started, signed in to, asked for its CPU time and memory, stopped.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

use crate::Failure;
use crate::client::{Connection, FORM, JSON, Site, encode};
use crate::prepare::{SECRET_KEY, folder};

/// A tick of `/proc/<pid>/stat`, on every Linux that Rust runs on.
const TICK: Duration = Duration::from_millis(10);

/// `isp serve` on a free port.
pub struct Server {
    child: Child,
    pid: u32,
    address: SocketAddr,
}

impl Server {
    /// Starts the binary on a database and waits until it answers.
    pub async fn start(isp: &Path, database_url: &str) -> Result<Self, Failure> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let folder = folder()?;
        let log = std::fs::File::create(folder.join("server.log"))?;
        let child = Command::new(std::path::absolute(isp)?)
            .arg("serve")
            .current_dir(folder)
            .env("DATABASE_URL", database_url)
            .env("LEPTOS_SITE_ADDR", address.to_string())
            .env("ISP_BASE_URL", format!("http://{address}"))
            .env("ISP_SECRET_KEY", SECRET_KEY)
            .env("ISP_MAX_API_REQUESTS", u32::MAX.to_string())
            // Lets one machine ask for many.
            .env("ISP_TRUSTED_PROXIES", "127.0.0.1")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()?;
        let pid = child.id().ok_or("the server ended at once")?;
        let mut server = Self { child, pid, address };
        server.wait_until_ready().await?;
        Ok(server)
    }

    async fn wait_until_ready(&mut self) -> Result<(), Failure> {
        for _ in 0..600 {
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("the server ended: {status}; see target/load/server.log").into());
            }
            if let Ok(mut connection) = Connection::open(self.address).await
                && let Ok(response) = connection.send(&self.site(String::new()).get("/ready", "*/*")).await
                && response.ok().is_ok()
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err("the server was not ready within a minute; see target/load/server.log".into())
    }

    fn site(&self, headers: String) -> Site {
        Site { address: self.address, headers }
    }

    /// Signs a member of staff in as the page would.
    pub async fn sign_in(&self, username: &str, password: &str) -> Result<Site, Failure> {
        let form = format!("username={}&password={}", encode(username), encode(password));
        let request = self.site(String::new()).post("/api/fn/auth/sign-in", FORM, &form);
        let mut connection = Connection::open(self.address).await?;
        let response = connection.send(&request).await?;
        let cookies: Vec<&str> = response.headers("set-cookie").filter_map(|cookie| cookie.split(';').next()).collect();
        let site = self.site(format!("Cookie: {}\r\n", cookies.join("; ")));
        connection.send(&site.get("/api/v1/customers?limit=1", JSON)).await?.ok()?;
        Ok(site)
    }

    /// The CPU time that all threads of the server have used so far.
    pub fn cpu(&self) -> Result<Duration, Failure> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid))?;
        // The name in parentheses may hold anything; user and system time are fields 14 and 15.
        let (_, fields) = stat.rsplit_once(") ").ok_or("an unknown form of /proc/<pid>/stat")?;
        let ticks = fields.split(' ').skip(11).take(2).map(str::parse::<u32>).sum::<Result<u32, _>>()?;
        Ok(TICK * ticks)
    }

    /// The most memory that it has held at once, in KiB.
    pub fn peak_memory(&self) -> Result<u64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        Ok(peak.ok_or("an unknown form of /proc/<pid>/status")?.parse()?)
    }

    /// Asks it to end and waits until it has.
    pub async fn stop(mut self) -> Result<(), Failure> {
        Command::new("kill").args(["-TERM", &self.pid.to_string()]).status().await?;
        self.child.wait().await?;
        Ok(())
    }
}
