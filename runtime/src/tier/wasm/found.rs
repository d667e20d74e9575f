//! Exports that are found once and called many times: the fast ways to call, which measure and allocate nothing. Comes in: a name,
//! then arguments. Goes out: results. What was found in one instance is found again in the next.

use wasmtime::Store;
use wasmtime::component::{ComponentNamedList, Func, Lift, Lower, TypedFunc, Val};

use super::call::CallError;
use super::instance::{Live, start};
use super::limits::CallClock;
use super::state::PluginState;
use super::{Plugin, values};

/// An export found once, to be called many times with arguments of Rust types.
pub struct TypedCall<P, R> {
    export: String,
    function: TypedFunc<P, R>,
    generation: u64,
}

/// An export found once, to be called many times with values whose types are known only when it runs.
pub struct DynamicCall {
    export: String,
    function: Func,
    generation: u64,
}

impl Plugin {
    /// Finds an export, to be called with Rust types. Tuples are the parameters; a result is a tuple of one.
    ///
    /// # Errors
    /// [`CallError::Export`] when it is not there or of another type, and whatever kept the plugin from starting.
    pub fn typed<P, R>(&mut self, export: &str) -> Result<TypedCall<P, R>, CallError>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        let mut live = self.take_live(export)?;
        let found = values::find(&mut live.store, live.instance, export)
            .and_then(|function| function.typed::<P, R>(&live.store).ok())
            .ok_or_else(|| CallError::Export(format!("`{export}` of this type")));
        self.live = Some(live);
        Ok(TypedCall { export: export.to_owned(), function: found?, generation: self.generation })
    }

    /// Calls an export that was found before: the fast way, which measures and allocates nothing.
    ///
    /// # Errors
    /// Whatever kept the call from its end.
    pub fn call<P, R>(&mut self, call: &mut TypedCall<P, R>, params: P) -> Result<R, CallError>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        if !self.is_live(call.generation) {
            *call = self.typed(&call.export.clone())?;
        }
        let _running = self.running()?;
        let store = self.started(&call.export)?;
        let called = call.function.call(&mut *store, params);
        store.data_mut().end_call();
        called.map_err(|error| self.broken(&error))
    }

    /// Finds an export, to be called with values. An export of an interface is named as in `acme:tools/math#add`.
    ///
    /// # Errors
    /// [`CallError::Export`] when it is not there, and whatever kept the plugin from starting.
    pub fn dynamic(&mut self, export: &str) -> Result<DynamicCall, CallError> {
        let mut live = self.take_live(export)?;
        let found = values::find(&mut live.store, live.instance, export);
        self.live = Some(live);
        let function = found.ok_or_else(|| CallError::Export(format!("`{export}`")))?;
        Ok(DynamicCall { export: export.to_owned(), function, generation: self.generation })
    }

    /// Calls an export that was found before with values, and puts its results where they are wanted. Measures nothing.
    ///
    /// # Errors
    /// Whatever kept the call from its end; values of other types than the export's are [`CallError::Trap`] here.
    pub fn call_dynamic(
        &mut self,
        call: &mut DynamicCall,
        params: &[Val],
        results: &mut [Val],
    ) -> Result<(), CallError> {
        if !self.is_live(call.generation) {
            *call = self.dynamic(&call.export.clone())?;
        }
        let _running = self.running()?;
        let store = self.started(&call.export)?;
        let called = call.function.call(&mut *store, params, results);
        store.data_mut().end_call();
        called.map_err(|error| self.broken(&error))
    }

    /// Whether what was found in that instance is of the one that runs.
    #[inline]
    fn is_live(&self, generation: u64) -> bool {
        generation == self.generation && self.live.is_some()
    }

    /// Starts a call of what was found.
    #[inline]
    fn started(&mut self, export: &str) -> Result<&mut Store<PluginState>, CallError> {
        let Some(live) = self.live.as_mut() else { return Err(CallError::Export(format!("`{export}`"))) };
        self.executions += 1;
        start(&mut live.store, self.executions, CallClock::begin);
        Ok(&mut live.store)
    }

    /// Takes the instance away that a call broke.
    fn broken(&mut self, error: &wasmtime::Error) -> CallError {
        match self.live.take() {
            Some(Live { mut store, .. }) => self.failed(error, store.data_mut()),
            None => CallError::Trap(error.to_string()),
        }
    }
}
