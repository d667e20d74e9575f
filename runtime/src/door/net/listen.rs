//! Listening: `net.listen`, by TCP. Comes in: an address that a plugin binds, listens on, or takes a connection of. Goes out: yes or a
//! refusal. `0.0.0.0` and `::` take a right to every address of their family, and a port that the system chooses one to whichever it
//! may be. Deliberately absent: a say in who connects, and names: a socket knows none.

use std::net::SocketAddr;

use ambit_schema::capability::{CapSet, Kind};
use wasmtime::component::Resource;
use wasmtime_wasi::p2::bindings::sockets::network;
use wasmtime_wasi::p2::bindings::sync::sockets::tcp::HostTcpSocket;
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, SocketError, SocketResult, TcpSocket};

use super::{SCHEME, canonical, denied, endpoint};
use crate::door::address::shown;
use crate::door::{Denied, Gate, Help, Reason};
use crate::tier::wasm::state::PluginState;

const KIND: Kind = Kind::NetListen;

/// A connection that a plugin took, and its streams.
type Accepted = (Resource<TcpSocket>, Resource<DynInputStream>, Resource<DynOutputStream>);

impl Gate {
    /// Asks whether an address may be listened on.
    pub(super) fn ask_to_listen(&mut self, on: SocketAddr, operation: &'static str) -> Result<(), Denied> {
        self.ask(KIND, &endpoint(SCHEME, &shown(on.ip()), on.port()), operation)
    }

    /// Asks whether an address may be bound.
    pub(super) fn ask_to_bind(&mut self, to: SocketAddr) -> Result<(), Denied> {
        match (to.port(), to.ip().is_unspecified()) {
            // Every connection starts so. To listen there is asked for with the port that it came to.
            (0, true) => Ok(()),
            (0, false) => self.ask_for_every_port(&format!("{SCHEME}://{}:*", shown(to.ip()))),
            _ => self.ask_to_listen(to, "bind"),
        }
    }

    /// The system chooses the port: a right to some of them is none to that one. Listening on it is asked for again, and recorded.
    fn ask_for_every_port(&mut self, every: &str) -> Result<(), Denied> {
        let Ok(set) = CapSet::parse(KIND, every) else {
            return Err(self.refuse(KIND, every, "bind", Reason::NotGranted(self.help(KIND, every))));
        };
        if self.entry().granted(KIND).is_some_and(|granted| set.is_subset(&granted.set)) {
            return Ok(());
        }
        let requested = self.entry().claims.iter().any(|claim| claim.kind == KIND && set.is_subset(&claim.set));
        let help = Help::new(self.entry(), KIND, every, requested);
        Err(self.refuse(KIND, every, "bind", Reason::NotGranted(help)))
    }
}

impl PluginState {
    /// Takes a connection, if one waits. It is a handle; while the plugin has room for none, those that come wait outside.
    pub(super) fn accept(&mut self, socket: Resource<TcpSocket>) -> SocketResult<Accepted> {
        let on = self.listens_on(&socket)?;
        self.check_connections("accept").map_err(|_| network::ErrorCode::NewSocketLimit)?;
        let accepted = HostTcpSocket::accept(&mut self.sockets_view(), socket)?;
        self.network.open += 1;
        self.count(&accepted.1, &accepted.2);
        // It was allowed to listen there, by the same plan.
        self.gate.ask_to_listen(on, "accept").map_err(denied)?;
        Ok(accepted)
    }

    fn listens_on(&mut self, socket: &Resource<TcpSocket>) -> SocketResult<SocketAddr> {
        let borrowed = || Resource::new_borrow(socket.rep());
        if !HostTcpSocket::is_listening(&mut self.sockets(), borrowed()).map_err(SocketError::trap)? {
            return Err(network::ErrorCode::InvalidState.into());
        }
        let on = HostTcpSocket::local_address(&mut self.sockets(), borrowed())?;
        Ok(canonical(on.into()))
    }
}
