//! TLS for `https`. Comes in: a stream to a checked address, and the host of the request. Goes out: a stream to whoever proved,
//! by a certificate that leads to a well-known root, to be that host. Deliberately absent: any way to do without that proof,
//! and the machine's own list of roots.

use std::io;
use std::sync::{Arc, LazyLock};

use ambit_schema::set::endpoints::Host;
use tokio::net::TcpStream;
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
        Host::Name(name) => {
            ServerName::try_from(name.text().to_owned()).map_err(|_| Error::HttpRequestUriInvalid)
        }
    }
}

/// Speaks TLS to the server.
pub(super) async fn secure(stream: TcpStream, name: ServerName<'static>) -> Result<TlsStream<TcpStream>, Error> {
    let config = CONFIG.clone().map_err(|_| Error::ConfigurationError)?;
    secure_with(config, stream, name).await
}

async fn secure_with(
    config: Arc<ClientConfig>,
    stream: TcpStream,
    name: ServerName<'static>,
) -> Result<TlsStream<TcpStream>, Error> {
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
