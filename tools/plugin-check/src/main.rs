//! Lints.
fn main() {
    let path = std::env::args().nth(1).unwrap();
    for w in plugin_check::load::load(path.as_ref(), &Default::default()).unwrap() {
        let c = w.compile();
        for d in &c.diagnostics {
            let p = w.sources.position(d.primary.span);
            println!("{}:{}:{} {} [{}] {}", w.sources.get(d.primary.span.file).path(), p.line, p.column, d.code.severity().word(), d.code.id(), d.message);
            for s in &d.secondary { println!("     {:?} {}", w.sources.slice(s.span), s.text); }
            if let Some(h) = &d.help { println!("     help: {h}"); }
        }
        if let Some(p) = &c.plan { println!("{}", String::from_utf8(ambit_schema::wire::encode(p)).unwrap()); println!("{:?}", ambit_schema::wire::decode(&ambit_schema::wire::encode(p)).map(|q| &q == p)); }
        println!("{:?}", c.unsealed);
    }
}
