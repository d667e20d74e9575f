//! One request and its response, on a connection of their own. Comes in: a request, and a [`Way`] that the door has checked.
//! Goes out: the response, its body read as the plugin reads it. Deliberately absent: any decision; nothing here looks up a
//! name or reads where a response points.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::client::conn::http1;
use hyper::{Request, Uri};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep, timeout};
use tokio_rustls::rustls::pki_types::ServerName;
use wasmtime_wasi::runtime::spawn;
use wasmtime_wasi_http::io::TokioIo;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};

use super::{Exchanged, PATIENCE, tls};
use crate::door::traffic::{CountedStream, Wire};

/// How much of a response the host holds before the plugin reads it, in bytes: all headers have to fit.
const BUFFER: usize = 64 << 10;

/// Where a request goes. Holding one proves that the door asked for the endpoint and checked the addresses.
pub(super) struct Way {
    /// In the order they are tried.
    pub(super) addresses: Vec<SocketAddr>,
    /// Whom the server has to prove to be. `None`: `http`.
    pub(super) tls: Option<ServerName<'static>>,
    /// How long each step may take.
    pub(super) options: RequestOptions,
    /// Counts as a handle of the plugin's.
    pub(super) connection: Arc<()>,
    /// Where bytes are counted.
    pub(super) wire: Arc<Wire>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Sends the request and waits for the head of its response.
pub(super) async fn exchange(mut request: Request<WasiBody>, way: Way) -> Exchanged {
    let Way { addresses, tls, options, connection: handle, wire } = way;
    let patience = |bound: Option<Duration>| bound.unwrap_or(PATIENCE);
    let stream = timeout(patience(options.connect_timeout), open(&addresses, tls, wire));
    let stream = stream.await.map_err(|_| Error::ConnectionTimeout)??;
    let (mut sender, connection) =
        http1::Builder::new().max_buf_size(BUFFER).handshake::<_, WasiBody>(TokioIo::new(stream)).await?;
    let connection = spawn(async move {
        let ended = connection.await;
        drop(handle);
        ended
    });
    // Only a proxy is told the scheme and the host in the first line.
    *request.uri_mut() = request.uri().path_and_query().cloned().map(Uri::from).unwrap_or_default();
    let response = timeout(patience(options.first_byte_timeout), sender.send_request(request));
    let response = response.await.map_err(|_| Error::ConnectionReadTimeout)??;
    let between = patience(options.between_bytes_timeout);
    let response = response.map(|body| Reading::new(body, between).boxed_unsync());
    Ok((response, Box::new(async move { connection.await.map_err(Error::from) })))
}

/// Connects to the first address that answers.
async fn open(
    addresses: &[SocketAddr],
    tls: Option<ServerName<'static>>,
    wire: Arc<Wire>,
) -> Result<Box<dyn Stream>, Error> {
    let mut failed = Error::DestinationNotFound;
    for address in addresses {
        let connected = TcpStream::connect(address).await;
        let counted = connected.map(|stream| CountedStream::new(stream, Arc::clone(&wire)));
        match (counted, &tls) {
            (Ok(stream), None) => return Ok(Box::new(stream)),
            (Ok(stream), Some(name)) => return Ok(Box::new(tls::secure(stream, name.clone()).await?)),
            (Err(error), _) => failed = Error::Connect(error),
        }
    }
    Err(failed)
}

/// A body that is read as the plugin reads it, and not waited for longer than agreed.
struct Reading {
    incoming: Incoming,
    patience: Duration,
    until: Pin<Box<Sleep>>,
}

impl Reading {
    fn new(incoming: Incoming, patience: Duration) -> Self {
        Reading { incoming, patience, until: Box::pin(sleep(patience)) }
    }
}

impl Body for Reading {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match Pin::new(&mut self.incoming).poll_frame(cx) {
            Poll::Ready(frame) => {
                let until = Instant::now() + self.patience;
                self.until.as_mut().reset(until);
                Poll::Ready(frame.map(|frame| frame.map_err(Error::from)))
            }
            Poll::Pending => {
                ready!(self.until.as_mut().poll(cx));
                Poll::Ready(Some(Err(Error::ConnectionReadTimeout)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
