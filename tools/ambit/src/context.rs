//! The execution that `ambit run` makes. Comes in: arguments. Goes out: a context, which narrows what the plan gives.

use std::collections::BTreeMap;

use ambit_compiler::lower::closest;
use ambit_runtime::Context;
use ambit_schema::limits::Quota;

/// For whom a command is run, and how far.
#[derive(clap::Args)]
pub(crate) struct ContextArguments {
    /// What the execution is called in the report [default: the plugin's id and a number].
    #[arg(long, value_name = "ID")]
    execution: Option<String>,
    /// The user or tenant for whom it is. Gives no right.
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Less of a quota, for this run: `cpu=200 ms`, `memory=8 MiB`; repeatable. More than the plan's changes nothing.
    #[arg(long, value_name = "QUOTA=AMOUNT")]
    limit: Vec<String>,
}

impl ContextArguments {
    /// # Errors
    /// What is wrong with a limit.
    pub(crate) fn context(&self) -> Result<Context, String> {
        let limits: Result<BTreeMap<Quota, u64>, String> = self.limit.iter().map(|text| limit(text)).collect();
        let (execution, user) = (self.execution.clone(), self.user.clone());
        Ok(Context { execution, user, limits: limits?, ..Context::default() })
    }
}

/// `cpu=200 ms`. Only quotas that a report can be held to: those that this tier enforces.
fn limit(text: &str) -> Result<(Quota, u64), String> {
    let (name, amount) = text.split_once('=').ok_or(format!("`--limit {text}` has no `=`, as in `cpu=200 ms`"))?;
    let held = || Quota::of(ambit_schema::capability::Tier::Wasm).filter(|quota| *quota != Quota::Threads);
    let quota = held().find(|quota| quota.key() == name.trim()).ok_or_else(|| {
        let near = closest(name.trim(), held().map(Quota::key));
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        format!("`--limit {text}`: there is no quota `{}` to narrow{near}", name.trim())
    })?;
    let amount = quota
        .unit()
        .parse(amount)
        .map_err(|error| format!("`--limit {text}`: {error}; an amount is written as `{}`", quota.unit().example()))?;
    Ok((quota, amount))
}
