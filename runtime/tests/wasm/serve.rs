//! Requests that come in: a component that exports the handler of `wasi:http`, and a host that asks it.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;

use ambit_runtime::{CallError, Caller, Plugin, Served, Unserved, Verdict, Visit};
use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;
use ambit_schema::name::PointName;
use ambit_schema::plan::{Auth, Condition, Conditions, NameSort, Rate, Slot};
use hyper::Request;

use crate::quotas::beside_a_neighbour;
use crate::support::{Probe, World};

mod passed;

const PAGE: &str = include_str!("../../../docs/host-interfaces.md");

const EVERY: &str = "* /**";

fn answerer(routes: &[&'static str]) -> Probe {
    let mut probe = Probe::guest("answerer.wasm");
    probe.imports = vec!["wasi:http/outgoing-handler@0.2.12".into(), "wasi:http/types@0.2.12".into()];
    routes.iter().fold(probe, |probe, route| probe.right(Kind::HttpServe, route))
}

fn request(method: &str, target: &str, body: &str) -> Request<Vec<u8>> {
    let request = Request::builder().method(method).uri(target).header("host", "example.com");
    request.body(body.as_bytes().to_vec()).unwrap()
}

fn serve(plugin: &mut Plugin, method: &str, target: &str, body: &str) -> Result<Served, Unserved> {
    plugin.serve(request(method, target, body), &Visit::default())
}

/// Status and body.
fn told(served: Result<Served, Unserved>) -> (u16, String) {
    let response = served.unwrap().response;
    (response.status().as_u16(), String::from_utf8(response.into_body()).unwrap())
}

fn get(plugin: &mut Plugin, target: &str) -> (u16, String) {
    told(serve(plugin, "GET", target, ""))
}

#[test]
fn answers_what_it_may() {
    let world = World::new();
    let mut plugin = world.load(&answerer(&["GET /hello", "POST /echo", "GET /count", "* /status"]));
    assert_eq!(get(&mut plugin, "/hello?who=you"), (200, "hello, GET /hello?who=you".into()));
    let echoed = serve(&mut plugin, "POST", "/echo", "back").unwrap();
    assert_eq!(echoed.response.headers()["content-type"], "application/octet-stream");
    assert_eq!(echoed.response.body(), b"back");
    assert_eq!(get(&mut plugin, "/status?418").0, 418);
    assert_eq!(
        (get(&mut plugin, "/count").1, get(&mut plugin, "/count").1),
        ("1".into(), "2".into()),
        "it stays loaded"
    );
    let allowed: Vec<String> =
        world.log.take().iter().map(|event| format!("{} {}", event.operation, event.target)).collect();
    assert!(allowed.contains(&"answer GET /hello".to_owned()), "{allowed:?}");
    assert!(plugin.answers("GET", "/hello") && !plugin.answers("POST", "/hello"));
}

/// The page has this code.
#[test]
fn a_host_passes_requests_on() {
    assert!(PAGE.contains(include_str!("serve/passed.rs")), "docs/host-interfaces.md shows other code");
    let mut plugin = World::new().load(&answerer(&["GET /hello"]));
    let mut pass_on = |target: &str| passed::pass_on(&mut plugin, request("GET", target, ""), Caller::default());
    assert_eq!(pass_on("/hello").into_body(), b"hello, GET /hello");
    assert_eq!(pass_on("/echo").status(), 404);
}

#[test]
fn answers_nothing_else() {
    let world = World::new();
    let mut plugin = world.load(&answerer(&["GET /hello", "GET /count", "* /open/**"]));
    for (method, target) in
        [("POST", "/hello"), ("GET", "/echo"), ("GET", "/hello/more"), ("GET", "/"), ("GET", "/opened")]
    {
        let denied = serve(&mut plugin, method, target, "").unwrap_err();
        assert!(matches!(denied, Unserved::Denied(_)), "{method} {target} {denied:?}");
        assert_eq!(denied.status(), 404);
        assert_eq!(world.denials(), [format!("answer {method} {target}")]);
    }
    assert_eq!(get(&mut plugin, "/count").1, "1", "none of them reached it");
    let event = {
        let _ = serve(&mut plugin, "GET", "/echo", "");
        world.log.take().into_iter().find(|event| matches!(event.verdict, Verdict::Denied(_))).unwrap()
    };
    assert!(event.to_string().contains("allow \"probe\" { http.serve \"GET /echo\" }"), "{event}");
}

#[test]
fn a_path_is_asked_about_in_one_spelling() {
    let world = World::new();
    let mut plugin = world.load(&answerer(&["GET /hello", "GET /open/**"]));
    assert_eq!(get(&mut plugin, "/open/%61").0, 404, "the plugin's own answer");
    for hidden in
        ["/%68idden", "/open/%2e%2e/echo", "/open/../echo", "/open//echo", "/open%2fecho", "/open/%252e", "/%00"]
    {
        let refused = serve(&mut plugin, "GET", hidden, "").unwrap_err();
        assert!(matches!(refused, Unserved::Denied(_) | Unserved::Malformed(_)), "{hidden} {refused:?}");
    }
    let narrow = &mut world.load(&answerer(&["GET /hello"]));
    assert!(matches!(serve(narrow, "GET", "/%68ello", "").unwrap().response.status().as_u16(), 404), "asked as /hello");
    for (method, target) in [("CONNECT", "example.com:443"), ("get", "/hello"), ("OPTIONS", "*")] {
        assert!(matches!(serve(&mut plugin, method, target, ""), Err(Unserved::Malformed(_))), "{method}");
    }
    let mut twice = request("GET", "/hello", "");
    twice.headers_mut().append("host", "other.example".parse().unwrap());
    assert!(matches!(plugin.serve(twice, &Visit::default()), Err(Unserved::Malformed(_))), "two hosts");
}

#[test]
fn nothing_is_answered_without_a_right_or_a_handler() {
    let world = World::new();
    let mut plugin = world.load(&answerer(&[]));
    assert!(matches!(serve(&mut plugin, "GET", "/hello", ""), Err(Unserved::Denied(_))));
    let mut greeter = world.load(&Probe::greeter().right(Kind::HttpServe, EVERY));
    let unserved = serve(&mut greeter, "GET", "/hello", "").unwrap_err();
    assert_eq!((unserved.clone(), unserved.status().as_u16()), (Unserved::NoHandler, 404));
}

#[test]
fn headers_come_through_without_those_of_the_connection() {
    let world = World::new();
    let mut plugin = world.load(&answerer(&[EVERY]));
    let mut asked = request("GET", "/headers", "");
    for (name, value) in
        [("x-mine", "yes"), ("connection", "close"), ("transfer-encoding", "chunked"), ("upgrade", "x")]
    {
        asked.headers_mut().insert(name, value.parse().unwrap());
    }
    assert_eq!(told(plugin.serve(asked, &Visit::default())), (200, "x-mine: yes\n".into()));
    assert_eq!(get(&mut plugin, "/whom").1, "example.com");
    let mut large = request("GET", "/headers", "");
    large.headers_mut().insert("x-large", "x".repeat(65 << 10).parse().unwrap());
    assert!(matches!(plugin.serve(large, &Visit::default()), Err(Unserved::Malformed(_))));
}

#[test]
fn bodies_are_streamed_both_ways_and_bounded() {
    let world = World::new();
    let probe = answerer(&[EVERY]).quota(Quota::Memory, 8 << 20).quota(Quota::Output, 1 << 20);
    let mut plugin = world.load(&probe);
    let large = "x".repeat(1 << 20);
    assert_eq!(told(serve(&mut plugin, "POST", "/echo", &large)), (200, large), "as much as it may say");
    assert_eq!(told(serve(&mut plugin, "POST", "/length", &"x".repeat(8 << 20))).1, (8 << 20).to_string());
    let refused = serve(&mut plugin, "POST", "/length", &"x".repeat((8 << 20) + 1)).unwrap_err();
    assert!(matches!(&refused, Unserved::TooLarge(hit) if hit.quota == Quota::Memory), "{refused:?}");
    assert_eq!(refused.status(), 413);
    assert_eq!(world.exceeded(), [Quota::Memory]);
    for long in [(1 << 20) + 1, 1 << 30] {
        let refused = serve(&mut plugin, "GET", &format!("/large?{long}"), "").unwrap_err();
        assert!(
            matches!(&refused, Unserved::Failed(CallError::Quota { hit, .. }) if hit.quota == Quota::Output),
            "{refused:?}"
        );
        assert_eq!(world.exceeded(), [Quota::Output]);
    }
    assert_eq!(get(&mut plugin, "/hello").0, 200);
}

#[test]
fn answers_badly_and_harms_nobody() {
    let world = World::new();
    let mut plugin = world.load(&answerer(&[EVERY]));
    let refused = serve(&mut plugin, "GET", "/fail", "").unwrap_err();
    assert!(matches!(&refused, Unserved::Refused(why) if why.contains("on purpose")), "{refused:?}");
    for without in ["/silent", "/unfinished", "/short"] {
        assert!(matches!(serve(&mut plugin, "GET", without, ""), Err(Unserved::NoAnswer)), "{without}");
    }
    assert_eq!(get(&mut plugin, "/count").1, "1");
    assert!(matches!(serve(&mut plugin, "GET", "/panic", ""), Err(Unserved::Failed(CallError::Trap(_)))));
    let said = plugin.take_unfinished().1;
    assert!(said.to_string().contains("on purpose"), "{said:?}");
    assert_eq!(get(&mut plugin, "/count").1, "1", "a fresh instance");
    let served = serve(&mut plugin, "GET", "/trailers", "").unwrap();
    assert_eq!(
        (served.response.body().as_slice(), &served.trailers["x-more"]),
        (b"with more".as_slice(), &"yes".parse().unwrap())
    );
    let printed = serve(&mut plugin, "GET", "/print?a", "").unwrap().outcome;
    assert_eq!(printed.stdout.bytes(), b"served /print?a\n");
}

#[test]
fn quotas_end_what_answers() {
    let world = World::new();
    let quotas = |quota, value| answerer(&[EVERY]).quota(quota, value);
    for (probe, target, wanted) in [
        (quotas(Quota::Cpu, 100), "/spin", Quota::Cpu),
        (quotas(Quota::Wall, 150), "/spin", Quota::Wall),
        (quotas(Quota::Memory, 16 << 20), "/grow", Quota::Memory),
    ] {
        let mut plugin = world.load(&probe);
        let ended = beside_a_neighbour(&world, || serve(&mut plugin, "GET", target, "").unwrap_err());
        assert!(matches!(&ended, Unserved::Failed(CallError::Quota { hit, .. }) if hit.quota == wanted), "{ended:?}");
        assert_eq!(ended.status(), 502);
    }
    let mut plugin = world.load(&quotas(Quota::Handles, 4));
    for turn in 0..200 {
        assert_eq!(get(&mut plugin, "/hello").0, 200, "{turn}");
        let _ = serve(&mut plugin, "GET", "/silent", "");
    }
}

#[test]
fn to_answer_is_not_to_ask() {
    let world = World::new();
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let authority = server.local_addr().unwrap().to_string();
    let target = format!("/fetch?{authority}");
    let mut plugin = world.load(&answerer(&[EVERY]));
    assert_eq!(get(&mut plugin, &target).1, "ErrorCode::HttpRequestDenied");
    assert_eq!(world.denials(), [format!("request http://{authority}")]);
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = server.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]).unwrap();
        stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
    });
    let both = answerer(&[EVERY]).right(Kind::NetConnect, format!("http://{authority}").leak());
    assert_eq!(get(&mut world.load(&both), &target).1, "201");
    serving.join().unwrap();
}

/// An endpoint of the probe's, with what it wants of its host.
fn endpoint(probe: Probe, route: &str, conditions: Conditions, attached: &[(Slot, &str)]) -> Probe {
    let mut probe = probe.command("handler", &[]);
    if let Some(entry) = probe.names.last_mut() {
        entry.sort = NameSort::Endpoint;
        entry.name = route.to_owned();
        entry.conditions = conditions;
        entry.attached = attached.iter().map(|(slot, text)| (*slot, (*text).to_owned())).collect::<BTreeMap<_, _>>();
    }
    probe.names.sort_by(|a, b| (a.sort, &a.name).cmp(&(b.sort, &b.name)));
    probe
}

fn point(texts: &[&str]) -> Vec<PointName> {
    texts.iter().map(|text| PointName::parse(text).unwrap()).collect()
}

fn caller(roles: &[&str], permissions: &[&str]) -> Visit {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Visit { caller: Some(Caller { roles: texts(roles), permissions: texts(permissions) }), ..Visit::default() }
}

#[test]
fn an_endpoint_for_some_callers_answers_no_others() {
    let world = World::new();
    let auth = Auth { roles: point(&["editor"]), permissions: point(&["forms.read"]) };
    let conditions = Conditions { auth: Some(auth), ..Conditions::default() };
    let probe = endpoint(answerer(&[EVERY]), "GET /hello", conditions, &[]);
    let mut plugin = world.load(&probe);
    let mut ask = |visit: &Visit| plugin.serve(request("GET", "/hello", ""), visit);
    assert!(ask(&caller(&["reader", "editor"], &["forms.read"])).is_ok());
    let unknown = ask(&Visit::default()).unwrap_err();
    assert_eq!(
        (unknown.status().as_u16(), unknown.to_string()),
        (401, "`GET /hello` is for callers that are known".into())
    );
    for (roles, permissions, lacks) in
        [(&["editor"][..], &[][..], "forms.read"), (&["Editor"], &["forms.read"], "editor")]
    {
        let refused = ask(&caller(roles, permissions)).unwrap_err();
        assert!(matches!(&refused, Unserved::Lacks { lacks: what, .. } if what == lacks), "{refused:?}");
        assert_eq!(refused.status(), 403);
    }
    assert_eq!(get(&mut plugin, "/count").1, "1", "what no endpoint names has no conditions, and none of them got in");
}

#[test]
fn an_endpoint_answers_no_oftener_than_it_may() {
    let world = World::new();
    let conditions = Conditions { rate: Some(Rate { requests: 3, window: 3_600_000 }), ..Conditions::default() };
    let mut plugin = world.load(&endpoint(answerer(&[EVERY]), "GET /count", conditions, &[]));
    for turn in 1..=3 {
        assert_eq!(get(&mut plugin, "/count").1, turn.to_string());
    }
    let refused = serve(&mut plugin, "GET", "/count", "").unwrap_err();
    assert_eq!((refused.status().as_u16(), refused), (429, Unserved::TooOften { endpoint: "GET /count".into() }));
    assert_eq!(
        serve(&mut plugin, "POST", "/count", "").unwrap().response.body(),
        b"4",
        "another method is another request"
    );
}

#[test]
fn bodies_fit_the_schema_of_their_endpoint() {
    let world = World::new();
    let schema = r#"{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}"#;
    let probe = endpoint(answerer(&[EVERY]), "POST /length", Conditions::default(), &[(Slot::Body, schema)]);
    let mut plugin = world.load(&probe);
    assert_eq!(told(serve(&mut plugin, "POST", "/length", r#"{"n":1}"#)).1, "7");
    for body in ["", "{", r#"{"n":"1"}"#, "[]", r#"{"n":"1","n":1}"#] {
        let refused = serve(&mut plugin, "POST", "/length", body).unwrap_err();
        assert!(matches!(refused, Unserved::Unfit { .. }), "{body} {refused:?}");
        assert_eq!(refused.status(), 422);
    }
}

#[test]
fn what_the_host_has_to_do_is_done_or_nothing_is_answered() {
    let world = World::new();
    let conditions = Conditions { middleware: point(&["session", "csrf"]), ..Conditions::default() };
    let query = [(Slot::Query, r#"{"type":"object"}"#)];
    let mut plugin = world.load(&endpoint(answerer(&[EVERY]), "GET /hello", conditions, &query));
    let visit = |passed: &[&str], fits: &[Slot]| Visit {
        passed: passed.iter().map(|text| (*text).to_owned()).collect(),
        fits: fits.to_vec(),
        ..Visit::default()
    };
    let mut ask = |visit: &Visit| plugin.serve(request("GET", "/hello", ""), visit);
    assert!(ask(&visit(&["log", "session", "csrf"], &[Slot::Query])).is_ok());
    for passed in [&[][..], &["session"], &["csrf", "session"]] {
        let refused = ask(&visit(passed, &[Slot::Query])).unwrap_err();
        assert!(matches!(refused, Unserved::Unkept { condition: Condition::Middleware, .. }), "{passed:?} {refused:?}");
    }
    let refused = ask(&visit(&["session", "csrf"], &[])).unwrap_err();
    assert!(matches!(refused, Unserved::Unkept { condition: Condition::Validation, .. }), "{refused:?}");
    assert_eq!(refused.status(), 500);
}

/// Which of two endpoints a request comes to is the plugin's to decide.
#[test]
fn a_request_that_two_endpoints_answer_is_held_to_both() {
    let world = World::new();
    let auth = Conditions { auth: Some(Auth::default()), ..Conditions::default() };
    let probe = endpoint(answerer(&[EVERY]), "GET /hello", Conditions::default(), &[]);
    let mut plugin = world.load(&endpoint(probe, "* /**", auth, &[]));
    assert!(matches!(serve(&mut plugin, "GET", "/hello", ""), Err(Unserved::Unknown { .. })));
    assert!(plugin.serve(request("GET", "/hello", ""), &caller(&[], &[])).is_ok());
}
