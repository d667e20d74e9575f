//! From questions to answers. Comes in: something that compiles, and somebody to ask. Goes out: the compilation with every
//! answer in it. Nobody is asked twice in one run; what is not answered with a yes is not given.

use std::collections::BTreeSet;

use ambit_compiler::Compilation;
use ambit_compiler::ask::Question;
use ambit_compiler::consent::{Answer, Answers, write};

use crate::error::StoreError;
use crate::store::{Site, Store};

/// What somebody says to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// Yes, for this run.
    Once,
    /// Yes, until the session ends: as long as the session's store is there.
    Session,
    /// Yes, for this file of the plugin and what updates it.
    Always,
    /// No; it is asked again next time.
    No,
    /// No, for good.
    Never,
}

/// Whoever answers questions. Closures do.
pub trait Ask {
    /// Answers one question. What cannot be kept, because there is no store for it, holds for this run.
    fn ask(&mut self, question: &Question) -> Reply;
}

impl<F: FnMut(&Question) -> Reply> Ask for F {
    fn ask(&mut self, question: &Question) -> Reply {
        self(question)
    }
}

/// Where answers are kept.
#[derive(Default)]
pub struct Agreements {
    /// Those for good.
    pub always: Option<Store>,
    /// Those for a session; it goes with the session.
    pub session: Option<Store>,
}

/// A text of answers, for the compiler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// How it is called.
    pub path: String,
    /// What it says.
    pub bytes: Vec<u8>,
}

/// Compiles, asks what there is to ask, keeps the answers, and compiles again until there is nothing left to ask. `compile` adds
/// the texts to [`Inputs::consents`](ambit_compiler::Inputs::consents), in their order. What updates keep is kept for them.
///
/// # Errors
/// Answers cannot be read, or not be kept.
pub fn settle(
    agreements: &Agreements,
    site: &Site,
    compile: &mut dyn FnMut(&[Text]) -> Compilation,
    ask: &mut dyn Ask,
) -> Result<Compilation, StoreError> {
    let mut settling = Settling { agreements, site, once: site.nothing(), asked: BTreeSet::new() };
    loop {
        let (stores, texts) = settling.texts()?;
        let done = compile(&texts);
        for (store, kept) in stores.iter().zip(&done.kept).filter(|(_, kept)| !kept.is_empty()) {
            store.add(site, kept)?;
        }
        if !settling.answer(&done.questions, ask)? {
            return Ok(done);
        }
    }
}

struct Settling<'s> {
    agreements: &'s Agreements,
    site: &'s Site,
    /// What holds for this run.
    once: Answers,
    /// Plugin and kind of every question so far.
    asked: BTreeSet<(String, &'static str)>,
}

impl<'s> Settling<'s> {
    /// Every text that there is, those of stores first.
    fn texts(&self) -> Result<(Vec<&'s Store>, Vec<Text>), StoreError> {
        let (mut stores, mut texts) = (vec![], vec![]);
        for store in self.agreements.always.iter().chain(&self.agreements.session) {
            if let Some(text) = store.text(self.site)? {
                stores.push(store);
                texts.push(text);
            }
        }
        if !self.once.answers.is_empty() {
            let text = format!("{}  \"seal\": \"\"\n}}\n", write(&self.once));
            texts.push(Text { path: "answers-of-this-run.json".to_owned(), bytes: text.into_bytes() });
        }
        Ok((stores, texts))
    }

    /// Asks what has not been asked yet. Whether any answer changes anything.
    fn answer(&mut self, questions: &[Question], ask: &mut dyn Ask) -> Result<bool, StoreError> {
        let mut changed = false;
        for question in questions {
            if !self.asked.insert((question.plugin.to_string(), question.kind.key())) {
                continue;
            }
            let reply = ask.ask(question);
            changed |= reply != Reply::No;
            let (always, session) = (self.agreements.always.as_ref(), self.agreements.session.as_ref());
            match reply {
                Reply::No => {}
                Reply::Once => self.keep(None, question.answered(true))?,
                Reply::Session => self.keep(session, question.answered(true))?,
                Reply::Always => self.keep(always, question.answered(true))?,
                Reply::Never => self.keep(always, question.answered(false))?,
            }
        }
        Ok(changed)
    }

    fn keep(&mut self, store: Option<&Store>, answer: Answer) -> Result<(), StoreError> {
        match store {
            Some(store) => store.add(self.site, &[answer]),
            None => {
                self.once.answers.push(answer);
                Ok(())
            }
        }
    }
}
