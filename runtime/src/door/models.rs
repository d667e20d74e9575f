//! The door to models: `ambit:host/models`, as `runtime/wit/models.wit` says. Comes in: the name of a model and a prompt. Goes out:
//! what the host's [`Models`] say, after the gate allowed that name. Deliberately absent: any model.

use std::time::Instant;

use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;
use ambit_schema::name::PluginId;
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower};

use crate::tier::wasm::call::Stop;
use crate::tier::wasm::state::PluginState;

/// The models of a host. Called on the thread of the plugin, inside its call, after the gate was asked; plugins on several
/// threads call it at once.
pub trait Models: Send + Sync {
    /// What a model says to a prompt.
    ///
    /// # Errors
    /// See [`ModelError`].
    fn complete(&self, request: &ModelRequest<'_>) -> Result<String, ModelError>;
}

/// What a plugin wants of a model.
#[derive(Debug, Clone, Copy)]
pub struct ModelRequest<'r> {
    /// Who asks.
    pub plugin: &'r PluginId,
    /// The name of the model, which the plugin may use.
    pub model: &'r str,
    /// What it is asked.
    pub prompt: &'r str,
    /// How long the answer can be, in bytes: a longer one ends the call by `memory`.
    pub most: u64,
    /// When the call has to be over: an answer that comes later ends it by `wall`.
    pub until: Instant,
}

/// Why a model says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelError {
    /// There is none of that name.
    NoSuchModel,
    /// Anything else, in words that the plugin may read.
    Failed(String),
}

#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum Error {
    #[component(name = "access-denied")]
    AccessDenied,
    #[component(name = "no-such-model")]
    NoSuchModel,
    #[component(name = "failed")]
    Failed(String),
}

type Answer = wasmtime::Result<(Result<String, Error>,)>;

/// Links the door.
pub(super) fn link(functions: &mut LinkerInstance<'_, PluginState>, _: &str) -> wasmtime::Result<()> {
    functions.func_wrap("complete", complete)
}

fn complete(mut store: StoreContextMut<'_, PluginState>, (model, prompt): (String, String)) -> Answer {
    let state = store.data_mut();
    if state.gate().ask_named(Kind::ModelUse, &model, "use").is_err() {
        return Ok((Err(Error::AccessDenied),));
    }
    let memory = state.quota(Quota::Memory);
    let Some(models) = &state.offers.models else { return Ok((Err(Error::NoSuchModel),)) };
    let plugin = &state.gate.entry().id;
    let (most, until) = (memory.limit, state.clock.deadline());
    let said = models.complete(&ModelRequest { plugin, model: &model, prompt: &prompt, most, until });
    state.clock.resume();
    if state.clock.wall_left().is_zero() {
        return Err(state.clock.out_of_time().into());
    }
    let answered = match said {
        Ok(text) if text.len() as u64 > most => return Err(Stop::Quota(memory).into()),
        Ok(text) => Ok(text),
        Err(ModelError::NoSuchModel) => Err(Error::NoSuchModel),
        Err(ModelError::Failed(why)) => Err(Error::Failed(why)),
    };
    Ok((answered,))
}
