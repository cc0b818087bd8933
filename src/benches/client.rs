//! A minimal HTTP/1.1 client on one kept-alive connection; it shares the machine with the server and
//! should leave it as much as possible.

use std::fmt::Write as _;
use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::Failure;

/// What machines send and accept.
pub const JSON: &str = "application/json";
/// What pages without a script send, and what the token endpoint reads.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// Where requests go, and as whom.
#[derive(Clone, Debug)]
pub struct Site {
    /// The server.
    pub address: SocketAddr,
    /// Header lines that tell who asks, each with its line break; empty before the sign-in.
    pub headers: String,
}

impl Site {
    /// A `GET` request.
    pub fn get(&self, path: &str, accept: &str) -> String {
        let Self { address, headers } = self;
        format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: {accept}\r\n{headers}\r\n")
    }

    /// A `POST` request as a page of the site would send it.
    pub fn post(&self, path: &str, content_type: &str, body: &str) -> String {
        let Self { address, headers } = self;
        format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nAccept: {JSON}\r\n\
             {headers}Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }
}

/// What came back.
pub struct Response {
    /// The status code.
    pub status: u16,
    head: String,
    /// The body, unpacked from its chunks.
    pub body: Vec<u8>,
}

impl Response {
    /// Every value of a header.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .filter(move |(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    /// Errors: the status and the body, unless the request succeeded.
    pub fn ok(self) -> Result<Self, Failure> {
        if (200..300).contains(&self.status) {
            Ok(self)
        } else {
            Err(format!("{}: {}", self.status, String::from_utf8_lossy(&self.body)).into())
        }
    }
}

/// One connection, kept alive.
pub struct Connection(BufReader<TcpStream>);

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::with_capacity(64 * 1024, stream)))
    }

    /// Sends a whole request and reads the whole answer.
    pub async fn send(&mut self, request: &str) -> Result<Response, Failure> {
        self.0.get_mut().write_all(request.as_bytes()).await?;
        let head = self.read_head().await?;
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or("no status line")?;
        let mut response = Response { status, head, body: Vec::new() };
        let is_chunked = response.headers("transfer-encoding").any(|coding| coding == "chunked");
        let length = response.headers("content-length").next().and_then(|length| length.parse().ok());
        if is_chunked {
            response.body = self.read_chunks().await?;
        } else if let Some(length) = length {
            response.body = vec![0; length];
            self.0.read_exact(&mut response.body).await?;
        }
        Ok(response)
    }

    async fn read_head(&mut self) -> Result<String, Failure> {
        let mut head = String::with_capacity(1_024);
        loop {
            let before = head.len();
            self.0.read_line(&mut head).await?;
            match &head[before..] {
                "" => return Err("the server closed the connection".into()),
                "\r\n" => return Ok(head),
                _ => {}
            }
        }
    }

    async fn read_chunks(&mut self) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).await?;
            let size = usize::from_str_radix(line.trim(), 16)?;
            let start = body.len();
            // Each chunk ends in a line break, the last and empty one too.
            body.resize(start + size + 2, 0);
            self.0.read_exact(&mut body[start..]).await?;
            body.truncate(start + size);
            if size == 0 {
                return Ok(body);
            }
        }
    }
}

/// Escapes a value for a query or a form.
pub fn encode(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
