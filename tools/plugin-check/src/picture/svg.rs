//! The picture: a column for each stage, a box for each plugin, a curve for each edge, with a title and a legend. Comes in: a
//! [`Picture`]. Goes out: SVG that needs no font, script or file of its own. Plugins of a stage stand near those that they are
//! joined to in earlier stages.

use ambit_compiler::flow::Way;

use super::{Picture, about};
use crate::render::visible;

const BOX: (i64, i64) = (190, 46);
const GAP: (i64, i64) = (110, 22);
const MARGIN: i64 = 28;
const HEAD: i64 = 92;
const FOOT: i64 = 64;

/// How many characters of an id fit into a box.
const MOST_LETTERS: usize = 24;

const STYLE: &str = "\
text{font-family:system-ui,sans-serif;fill:#1f2933}.title{font-size:20px;font-weight:600}.stage{font-size:12px;fill:#61707f}
.id{font-size:14px;font-weight:600}.about{font-size:11px;fill:#61707f}.box{fill:#fff;stroke:#9aa8b5}
.edge{fill:none;stroke-width:1.5}.dependency{stroke:#61707f}.message{stroke:#0b69c7;stroke-dasharray:7 4}
.event{stroke:#b4540a;stroke-dasharray:2 4}.tool{stroke:#5b3fb0;stroke-dasharray:9 3 2 3}";

/// Draws it.
pub(super) fn draw(picture: &Picture<'_>) -> String {
    let places = places(picture);
    let columns = to_i64(picture.stage_count().max(1));
    let rows = (0..picture.stage_count()).map(|stage| picture.in_stage(stage).count()).max().unwrap_or(0);
    let width = (2 * MARGIN + columns * (BOX.0 + GAP.0)).max(560);
    let height = HEAD + to_i64(rows.max(1)) * (BOX.1 + GAP.1) + FOOT;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\">\n<title>{0}</title>\n<style>{STYLE}</style>\n<defs>\n",
        escaped(&picture.title)
    );
    Way::ALL.iter().for_each(|way| text.push_str(&marker(*way)));
    text.push_str(&format!("</defs>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#f6f8fa\"/>\n"));
    text.push_str(&label("title", MARGIN, 40, &picture.title));
    for stage in 0..picture.stage_count() {
        let x = MARGIN + to_i64(stage) * (BOX.0 + GAP.0);
        text.push_str(&label("stage", x, HEAD - 16, &format!("stage {}", stage + 1)));
    }
    for edge in &picture.edges {
        text.push_str(&curve(&places, *edge));
    }
    for (at, place) in places.iter().enumerate() {
        text.push_str(&plugin(picture, at, *place));
    }
    legend(&mut text, picture, height);
    text.push_str("</svg>\n");
    text
}

/// The upper left corner of each box.
fn places(picture: &Picture<'_>) -> Vec<(i64, i64)> {
    let mut places = vec![(0, 0); picture.plugins.len()];
    for stage in 0..picture.stage_count() {
        let mut here: Vec<usize> = picture.in_stage(stage).collect();
        // By the middle of those in earlier stages that they are joined to.
        here.sort_by_cached_key(|at| (middle(picture, &places, stage, *at), *at));
        for (row, at) in here.into_iter().enumerate() {
            places[at] = (MARGIN + to_i64(stage) * (BOX.0 + GAP.0), HEAD + to_i64(row) * (BOX.1 + GAP.1));
        }
    }
    places
}

fn middle(picture: &Picture<'_>, places: &[(i64, i64)], stage: usize, at: usize) -> i64 {
    let joined = picture.edges.iter().filter_map(|(from, _, to)| match (*from == at, *to == at) {
        (true, false) => Some(*to),
        (false, true) => Some(*from),
        _ => None,
    });
    let rows: Vec<i64> = joined.filter(|other| picture.stages[*other] < stage).map(|other| places[other].1).collect();
    rows.iter().sum::<i64>() / to_i64(rows.len().max(1))
}

/// From the side of a box that faces the other; beside the column where both stand in one.
fn curve(places: &[(i64, i64)], (from, way, to): (usize, Way, usize)) -> String {
    let shift = match way {
        Way::Message => -11,
        Way::Dependency => 0,
        Way::Event => 11,
        Way::Tool => 18,
    };
    let ((a, b), (c, d)) = (places[from], places[to]);
    let (y1, y2) = (b + BOX.1 / 2 + shift, d + BOX.1 / 2 + shift);
    let (x1, x2, bend1, bend2) = match a.cmp(&c) {
        std::cmp::Ordering::Greater => (a, c + BOX.0 + 2, -GAP.0 / 2, GAP.0 / 2),
        std::cmp::Ordering::Less => (a + BOX.0, c - 2, GAP.0 / 2, -GAP.0 / 2),
        std::cmp::Ordering::Equal => (a + BOX.0, c + BOX.0 + 2, GAP.0 / 2, GAP.0 / 2),
    };
    let (key, bend1, bend2) = (way.key(), x1 + bend1, x2 + bend2);
    format!(
        "<path class=\"edge {key}\" marker-end=\"url(#{key})\" d=\"M{x1} {y1} C{bend1} {y1} {bend2} {y2} {x2} {y2}\"/>\n"
    )
}

fn plugin(picture: &Picture<'_>, at: usize, (x, y): (i64, i64)) -> String {
    let entry = picture.plugins[at];
    let id = entry.id.as_str();
    let short: String = id.chars().take(MOST_LETTERS).collect();
    let short = if short.len() < id.len() { format!("{short}…") } else { short };
    format!(
        "<g>\n<title>{}</title>\n<rect class=\"box\" x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"6\"/>\n{}{}</g>\n",
        escaped(&format!("{id} {}", about(entry))),
        BOX.0,
        BOX.1,
        label("id", x + 12, y + 20, &short),
        label("about", x + 12, y + 36, &about(entry))
    )
}

fn legend(text: &mut String, picture: &Picture<'_>, height: i64) {
    let y = height - 28;
    for (at, way) in Way::ALL.iter().enumerate() {
        let x = MARGIN + to_i64(at) * 150;
        let key = way.key();
        text.push_str(&format!(
            "<path class=\"edge {key}\" marker-end=\"url(#{key})\" d=\"M{x} {} L{} {0}\"/>\n",
            y - 4,
            x + 40
        ));
        text.push_str(&label("stage", x + 50, y, key));
    }
    if let Some(left) = picture.left() {
        text.push_str(&label("stage", MARGIN, height - 8, &left));
    }
}

fn marker(way: Way) -> String {
    let colour = match way {
        Way::Dependency => "#61707f",
        Way::Message => "#0b69c7",
        Way::Event => "#b4540a",
        Way::Tool => "#5b3fb0",
    };
    let key = way.key();
    format!(
        "<marker id=\"{key}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto\"><path d=\"M0 0 L8 4 L0 8 z\" fill=\"{colour}\"/></marker>\n"
    )
}

fn label(class: &str, x: i64, y: i64, text: &str) -> String {
    format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>\n", escaped(text))
}

/// A text as XML has it.
fn escaped(text: &str) -> String {
    let text = visible(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}

fn to_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn text_stays_text() {
        assert_eq!(escaped("<a b=\"c\">&'\u{1b}"), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;\\u{1b}");
    }
}
