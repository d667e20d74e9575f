//! The engine that all plugins of a host share, and its one ticker thread. Comes in: how many instances there may be. Goes out:
//! an [`Engine`] whose epoch advances every millisecond while anything runs. Deliberately absent: Winch, fuel, concurrency
//! inside components.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::code_memory::{self, CodeMemory};
use ambit_schema::limits::{
    MAX_INSTANCES, MAX_MEMORIES, MAX_MODULE_MEMORIES, MAX_MODULE_TABLES, MAX_TABLE_ELEMENTS, MAX_TABLES,
};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Strategy};

/// How long a tick is: no call outlives a quota by much more.
const TICK: Duration = Duration::from_millis(1);
/// After so many ticks in which nothing ran, the ticker rests.
const IDLE_TICKS: u32 = 100;
/// How long it rests before it looks by itself. It is woken at once by whatever starts to run and sees that it rests; this
/// is for the one that looked an instant too early.
const REST: Duration = Duration::from_millis(50);
/// The stack of a plugin, in bytes: well inside that of any thread of the host.
const STACK: usize = 512 << 10;

/// Makes the engine, and the memory that its code lies in.
///
/// # Errors
/// When the machine cannot reserve the address space, or the processor is not supported.
pub(crate) fn engine(instances: u32) -> wasmtime::Result<(Engine, Arc<CodeMemory>)> {
    let mut pool = PoolingAllocationConfig::new();
    // A component is a handful of core instances and tables around one memory. A program for WASI p1 is one instance with a memory,
    // of which there are so many for all.
    pool.total_component_instances(instances)
        .total_core_instances(instances.saturating_mul(8))
        .total_memories(instances)
        .total_tables(instances.saturating_mul(8))
        // No plugin takes the room of many.
        .max_core_instances_per_component(MAX_INSTANCES)
        .max_memories_per_component(MAX_MEMORIES)
        .max_memories_per_module(MAX_MODULE_MEMORIES)
        .max_tables_per_component(MAX_TABLES)
        .max_tables_per_module(MAX_MODULE_TABLES)
        .table_elements(MAX_TABLE_ELEMENTS)
        .max_unused_warm_slots(64);
    let mut config = settings();
    let memory = Arc::<CodeMemory>::default();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    if code_memory::IS_USED {
        config.with_custom_code_memory(Some(Arc::<CodeMemory>::clone(&memory)));
    }
    Ok((Engine::new(&config)?, memory))
}

/// What compiled code depends on: the same for whoever compiles it and whoever runs it.
pub(super) fn settings() -> Config {
    let mut config = Config::new();
    config
        .strategy(Strategy::Cranelift)
        .concurrency_support(false)
        .epoch_interruption(true)
        .max_wasm_stack(STACK)
        .wasm_memory64(false)
        .memory_init_cow(true);
    config
}

/// The time since the host was made. Reading the time of the last tick costs one load.
#[derive(Debug)]
pub(crate) struct Clock {
    origin: Instant,
    /// At the last tick, in nanoseconds since the origin.
    ticked: AtomicU64,
    /// Whether anything ran since the last tick.
    running: AtomicBool,
    resting: AtomicBool,
    stopped: AtomicBool,
    ticker: std::sync::OnceLock<std::thread::Thread>,
}

impl Clock {
    /// Says that something runs, and gives the time of the last tick.
    pub(crate) fn wake(&self) -> Duration {
        if !self.running.load(Ordering::Relaxed) {
            self.running.store(true, Ordering::SeqCst);
        }
        if self.resting.load(Ordering::SeqCst) {
            self.note_tick();
            if let Some(ticker) = self.ticker.get() {
                ticker.unpark();
            }
        }
        Duration::from_nanos(self.ticked.load(Ordering::Relaxed))
    }

    /// The time now.
    pub(crate) fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    pub(crate) fn origin(&self) -> Instant {
        self.origin
    }

    fn note_tick(&self) {
        let now = u64::try_from(self.now().as_nanos()).unwrap_or(u64::MAX);
        self.ticked.store(now, Ordering::Relaxed);
    }

    /// Waits for the next tick. False: there is none.
    fn next_tick(&self, idle: &mut u32) -> bool {
        *idle = if self.running.swap(false, Ordering::SeqCst) { 0 } else { idle.saturating_add(1) };
        if *idle < IDLE_TICKS {
            std::thread::sleep(TICK);
        } else {
            self.resting.store(true, Ordering::SeqCst);
            if !self.running.load(Ordering::SeqCst) && !self.stopped.load(Ordering::SeqCst) {
                std::thread::park_timeout(REST);
            }
            self.resting.store(false, Ordering::SeqCst);
        }
        self.note_tick();
        !self.stopped.load(Ordering::SeqCst)
    }
}

/// The ticker thread. Dropping this stops it.
#[derive(Debug)]
pub(crate) struct Ticker {
    clock: Arc<Clock>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    /// Starts ticking for an engine.
    ///
    /// # Errors
    /// When the machine gives no thread.
    pub(crate) fn start(engine: &Engine) -> std::io::Result<Self> {
        let clock = Arc::new(Clock {
            origin: Instant::now(),
            ticked: AtomicU64::new(0),
            running: AtomicBool::new(false),
            resting: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
            ticker: std::sync::OnceLock::new(),
        });
        let (engine, ticking) = (engine.clone(), Arc::clone(&clock));
        let thread = std::thread::Builder::new().name("ambit-ticker".into()).spawn(move || {
            let mut idle = 0;
            while ticking.next_tick(&mut idle) {
                engine.increment_epoch();
            }
        })?;
        let _ = clock.ticker.set(thread.thread().clone());
        Ok(Ticker { clock, thread: Some(thread) })
    }

    pub(crate) fn clock(&self) -> &Arc<Clock> {
        &self.clock
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.clock.stopped.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A plugin may be dropped by a thread that must not wait, so the result of the ticker is of no interest here.
            let _ = thread.join();
        }
    }
}
