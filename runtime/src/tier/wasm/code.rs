//! Compiled code, of both sorts. Comes in: what an artifact was prepared to, or an artifact and the program that compiles it elsewhere.
//! Goes out: a component, or a program for WASI p1; and what is ready for instances, once it is linked. Deliberately absent: reading
//! code from a file; see the cache.

use wasmtime::component::{Component, InstancePre};
use wasmtime::{Engine, Module, Store};

use super::component::Prepared;
use super::instance::Exports;
use super::program;
use super::state::PluginState;

/// Which sort of code an artifact is compiled to. An artifact is of one sort, by what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// A component, whose exports are called.
    Component,
    /// A core module for WASI p1, which is run.
    Program,
}

/// Code that is compiled.
#[derive(Clone)]
pub(crate) enum Code {
    Component(Component),
    Program(Module),
}

/// Code that is linked, ready for instances.
#[derive(Clone)]
pub(crate) enum Linked {
    Component(InstancePre<PluginState>, Exports),
    Program(wasmtime::InstancePre<PluginState>),
}

impl Sort {
    /// The end of the name of a file that holds such code.
    pub(super) fn key(self) -> &'static str {
        match self {
            Sort::Component => "code",
            Sort::Program => "program",
        }
    }
}

impl Code {
    /// Compiles for this host, in this process.
    pub(super) fn compile(engine: &Engine, prepared: &Prepared<'_>) -> wasmtime::Result<Self> {
        Ok(match prepared {
            Prepared::Component(bytes) => Code::Component(Component::from_binary(engine, bytes)?),
            Prepared::Program(bytes) => Code::Program(Module::from_binary(engine, bytes)?),
        })
    }

    /// What can be loaded again by an engine of the same settings.
    pub(super) fn serialize(&self) -> wasmtime::Result<Vec<u8>> {
        match self {
            Code::Component(component) => component.serialize(),
            Code::Program(module) => module.serialize(),
        }
    }

    pub(super) fn sort(&self) -> Sort {
        match self {
            Code::Component(_) => Sort::Component,
            Code::Program(_) => Sort::Program,
        }
    }
}

impl Linked {
    /// What hosts call by themselves. A program has nothing to be called.
    pub(super) fn exports(&self) -> Exports {
        match self {
            Linked::Component(_, exports) => *exports,
            Linked::Program(_) => Exports::default(),
        }
    }

    /// Whether it is run from its start to its end.
    pub(super) fn is_runnable(&self) -> bool {
        matches!(self, Linked::Program(_) | Linked::Component(_, Exports { program: Some(_), .. }))
    }

    /// Runs it in an instance of its own. Goes out: whether it said that it failed.
    ///
    /// # Errors
    /// Whatever else ended it.
    pub(super) fn run(&self, store: &mut Store<PluginState>) -> wasmtime::Result<bool> {
        match self {
            Linked::Program(pre) => program::run(pre, store).map(|()| false),
            Linked::Component(pre, Exports { program: Some(program), .. }) => {
                let run =
                    pre.instantiate(&mut *store)?.get_typed_func::<(), (Result<(), ()>,)>(&mut *store, program)?;
                Ok(run.call(store, ())?.0.is_err())
            }
            Linked::Component(..) => Ok(true),
        }
    }
}
