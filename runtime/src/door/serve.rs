//! The door for requests that come in: `http.serve`. Comes in: a request, and what the application knows of its caller. Goes out: yes, or
//! the first reason why the plugin does not get it. The gate is asked for method and path before anything runs, and whatever an
//! endpoint wants of its host is held here, or proved by the application: nothing of it is taken on trust. Deliberately absent:
//! sockets, TLS, sessions; the application has the server.

use std::time::Instant;

use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::plan::{Auth, Condition, Conditions, NameEntry, NameSort, Plan, PluginEntry, Slot, schema};
use ambit_schema::value_schema::ValueSchema;
use hyper::Request;
use hyper::header::HOST;

use super::Gate;
use crate::tier::wasm::QuotaHit;

mod answer;
mod body;
mod rate;
mod route;

pub(crate) use answer::{Begun, Ended, Slate};
pub use answer::{Served, Unserved};

use self::rate::Meter;

/// What an application knows of a request, beside the request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visit {
    /// Who calls, where the application knows. `None`: anyone.
    pub caller: Option<Caller>,
    /// What the request passed, in this order, as the profile and manifests call it.
    pub passed: Vec<String>,
    /// What of the request fits the schema of its endpoint, as the application found: of the query and of the parts of the path.
    /// A body is held to its schema here.
    pub fits: Vec<Slot>,
}

/// A caller that the application knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caller {
    /// Its roles.
    pub roles: Vec<String>,
    /// Its permissions.
    pub permissions: Vec<String>,
}

/// How much of a request the host takes whatever is granted: names and values of its headers, and its target, in bytes.
const MAX_HEAD: usize = 64 << 10;

/// The endpoints of one plugin, with what each wants.
#[derive(Debug, Default)]
pub(crate) struct Endpoints(Vec<Endpoint>);

#[derive(Debug)]
struct Endpoint {
    /// As the plan names it.
    name: String,
    covers: CapSet,
    conditions: Conditions,
    rate: Option<Meter>,
    body: Option<ValueSchema>,
    /// Slots that the application has to hold.
    others: Vec<Slot>,
}

impl Endpoints {
    /// Those of a plugin.
    pub(crate) fn of(plan: &Plan, entry: &PluginEntry) -> Self {
        let names = plan.content().names.iter();
        let names = names.filter(|name| name.sort == NameSort::Endpoint && name.plugin == entry.id);
        Endpoints(names.filter_map(Endpoint::of).collect())
    }

    /// Whether a request may reach the plugin. Where several endpoints answer it, it is held to what each of them wants: which one
    /// it comes to is the plugin's to decide.
    ///
    /// # Errors
    /// The first reason why not.
    pub(crate) fn admit(
        &mut self,
        gate: &mut Gate,
        request: &Request<Vec<u8>>,
        visit: &Visit,
        memory: &QuotaHit,
    ) -> Result<(), Unserved> {
        let asked = route::asked(request)?;
        gate.ask(Kind::HttpServe, &asked.text, "answer").map_err(Unserved::Denied)?;
        check_host(request)?;
        check_size(gate, request, memory)?;
        let Some(member) = &asked.member else { return Ok(()) };
        let mut held: Vec<&mut Endpoint> = self.0.iter_mut().filter(|one| one.covers.contains(member)).collect();
        held.iter().try_for_each(|endpoint| endpoint.hold(request, visit))?;
        let now = Instant::now();
        if let Some(full) = held.iter_mut().find_map(|endpoint| endpoint.is_full(now)) {
            return Err(Unserved::TooOften { endpoint: full });
        }
        held.iter_mut().filter_map(|endpoint| endpoint.rate.as_mut()).for_each(|rate| rate.count(now));
        Ok(())
    }
}

/// A plugin is told of one host, which is known.
fn check_host(request: &Request<Vec<u8>>) -> Result<(), Unserved> {
    let mut hosts = request.headers().get_all(HOST).iter();
    let is_told = match (hosts.next(), request.uri().authority()) {
        (Some(host), _) => host.to_str().is_ok(),
        (None, authority) => authority.is_some(),
    };
    if is_told && hosts.next().is_none() {
        Ok(())
    } else {
        Err(Unserved::Malformed("it does not say which host it is for"))
    }
}

/// Bodies are the memory of the plugin, wherever they lie; heads have a bound of their own.
fn check_size(gate: &mut Gate, request: &Request<Vec<u8>>, memory: &QuotaHit) -> Result<(), Unserved> {
    let headers = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len());
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if headers.sum::<usize>() + target > MAX_HEAD {
        return Err(Unserved::Malformed("its head has more than 64 KiB"));
    }
    if request.body().len() as u64 > memory.limit {
        gate.exceeded(memory, "answer");
        return Err(Unserved::TooLarge(memory.clone()));
    }
    Ok(())
}

impl Endpoint {
    fn of(name: &NameEntry) -> Option<Self> {
        let covers = CapSet::parse(Kind::HttpServe, &name.name).ok()?;
        let others = [Slot::Query, Slot::Params].into_iter().filter(|slot| name.attached(*slot).is_some());
        Some(Endpoint {
            name: name.name.clone(),
            covers,
            conditions: name.conditions.clone(),
            rate: name.conditions.rate.map(Meter::new),
            // A schema that cannot be used is in no sealed plan.
            body: name.attached(Slot::Body).and_then(|text| schema(text).ok()),
            others: others.collect(),
        })
    }

    fn hold(&self, request: &Request<Vec<u8>>, visit: &Visit) -> Result<(), Unserved> {
        if let Some(auth) = &self.conditions.auth {
            self.check_caller(auth, visit)?;
        }
        self.check_passed(visit)?;
        if let Some(slot) = self.others.iter().find(|slot| !visit.fits.contains(slot)) {
            return Err(self.unkept(Condition::Validation, slot.key()));
        }
        self.body.as_ref().map_or(Ok(()), |schema| self.check_body(schema, request.body()))
    }

    fn check_caller(&self, auth: &Auth, visit: &Visit) -> Result<(), Unserved> {
        let Some(caller) = &visit.caller else { return Err(Unserved::Unknown { endpoint: self.name.clone() }) };
        let roles = auth.roles.iter().map(|role| (role.as_str(), &caller.roles));
        let permissions = auth.permissions.iter().map(|one| (one.as_str(), &caller.permissions));
        match roles.chain(permissions).find(|(wanted, has)| !has.iter().any(|one| one == wanted)) {
            Some((lacks, _)) => Err(Unserved::Lacks { endpoint: self.name.clone(), lacks: lacks.to_owned() }),
            None => Ok(()),
        }
    }

    /// What the endpoint names was passed, in its order; other things may stand between.
    fn check_passed(&self, visit: &Visit) -> Result<(), Unserved> {
        let mut passed = visit.passed.iter();
        match self.conditions.middleware.iter().find(|wanted| !passed.any(|one| one == wanted.as_str())) {
            Some(missing) => Err(self.unkept(Condition::Middleware, missing.as_str())),
            None => Ok(()),
        }
    }

    fn check_body(&self, schema: &ValueSchema, body: &[u8]) -> Result<(), Unserved> {
        let unfit = |why: String| Err(Unserved::Unfit { endpoint: self.name.clone(), why });
        let value = match body::read(body) {
            Ok(value) => value,
            Err(error) => return unfit(format!("no JSON: {error}")),
        };
        schema.check(&value).into_iter().next().map_or(Ok(()), |misfit| {
            unfit(if misfit.path.is_empty() {
                misfit.why
            } else {
                format!("`{}`: {}", misfit.path.join("."), misfit.why)
            })
        })
    }

    fn unkept(&self, condition: Condition, what: &str) -> Unserved {
        Unserved::Unkept { endpoint: self.name.clone(), condition, what: what.to_owned() }
    }

    fn is_full(&mut self, now: Instant) -> Option<String> {
        self.rate.as_mut().is_some_and(|rate| rate.is_full(now)).then(|| self.name.clone())
    }
}

/// Whether the plan gives a plugin any request to answer.
pub(crate) fn is_granted(entry: &PluginEntry) -> bool {
    entry.granted(Kind::HttpServe).is_some()
}
