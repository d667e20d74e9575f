//! TLS for `https`. Comes in: a stream to a checked address, and the host of the request. Goes out: a stream to whoever proved,
//! by a certificate that leads to a well-known root, to be that host. Deliberately absent: any way to do without that proof,
//! and the machine's own list of roots.

use std::io;
use std::sync::{Arc, LazyLock};

use ambit_schema::set::endpoints::Host;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore, crypto};
use wasmtime_wasi_http::Error;

/// Made once: the roots are the same for all.
static CONFIG: LazyLock<Result<Arc<ClientConfig>, rustls::Error>> =
    LazyLock::new(|| config(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.into() }));

fn config(roots: RootCertStore) -> Result<Arc<ClientConfig>, rustls::Error> {
    let provider = Arc::new(crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Whom the server has to prove to be.
pub(super) fn server_name(host: &Host) -> Result<ServerName<'static>, Error> {
    match host {
        Host::V4(address) => Ok(ServerName::from(*address)),
        Host::V6(address) => Ok(ServerName::from(*address)),
        Host::Name(name) => ServerName::try_from(name.text().to_owned()).map_err(|_| Error::HttpRequestUriInvalid),
    }
}

/// Speaks TLS to the server.
pub(super) async fn secure<S>(stream: S, name: ServerName<'static>) -> Result<TlsStream<S>, Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let config = CONFIG.clone().map_err(|_| Error::ConfigurationError)?;
    secure_with(config, stream, name).await
}

async fn secure_with<S>(config: Arc<ClientConfig>, stream: S, name: ServerName<'static>) -> Result<TlsStream<S>, Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    TlsConnector::from(config).connect(name, stream).await.map_err(|error| refusal(&error))
}

fn refusal(error: &io::Error) -> Error {
    match error.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(_)) => Error::TlsCertificateError,
        Some(rustls::Error::AlertReceived(alert)) => {
            Error::TlsAlertReceived { alert_id: Some((*alert).into()), alert_message: None }
        }
        _ => Error::TlsProtocolError,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
    use tokio_rustls::rustls::{RootCertStore, ServerConfig, crypto};
    use wasmtime_wasi_http::Error;

    use tokio::net::TcpStream;

    use super::{config, secure, secure_with};

    /// Accepts one connection with a certificate that it made for `example.test`.
    async fn server() -> (std::net::SocketAddr, CertificateDer<'static>) {
        let made = rcgen::generate_simple_self_signed(["example.test".to_owned()]).unwrap();
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()).into();
        let served = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()));
        let served = served.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let served = served.with_single_cert(vec![made.cert.der().clone()], key).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let _ = TlsAcceptor::from(Arc::new(served)).accept(stream).await;
        });
        (address, made.cert.der().clone())
    }

    /// Connects, trusting the server's own certificate, to a server that has to be `name`.
    async fn connect(name: &str) -> Result<(), Error> {
        let (address, certificate) = server().await;
        let mut roots = RootCertStore::empty();
        roots.add(certificate).unwrap();
        let stream = TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from(name.to_owned()).unwrap();
        secure_with(config(roots).unwrap(), stream, name).await.map(drop)
    }

    #[test]
    fn accepts_whom_a_root_vouches_for_and_only_by_name() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            assert!(connect("example.test").await.is_ok());
            let other = connect("example.com").await;
            assert!(matches!(other, Err(Error::TlsCertificateError)), "{other:?}");
            let stream = TcpStream::connect(server().await.0).await.unwrap();
            let refused = secure(stream, ServerName::try_from("example.test").unwrap()).await.map(drop);
            assert!(matches!(refused, Err(Error::TlsCertificateError)), "{refused:?}");
        });
    }
}
