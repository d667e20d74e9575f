//! The layers of the grants and their order. Comes in: a layer's name. Goes out: where it stands. The order decides how a plan
//! reads and nothing else: a deny of any layer beats an allow of any other.

/// The layers that every host knows, from the lowest to the highest.
pub const LAYERS: [&str; 5] = ["system", "organisation", "user", "workspace", "environment"];

/// The layer that a user writes, and that a text is in which does not say.
pub const OWN_LAYER: &str = "user";

/// What the host profile is called where it stands among layers: below all of them.
pub const HOST_LAYER: &str = "host";

/// What the answers of people who were asked are called where they stand among layers: above all of them.
pub const CONSENT_LAYER: &str = "consent";

/// Where a layer stands: the host, the known ones in their order, every other by its name, then what people answered.
#[must_use]
pub fn layer_order(layer: &str) -> (usize, &str) {
    let known = || LAYERS.iter().position(|known| *known == layer).unwrap_or(LAYERS.len());
    let place = match layer {
        HOST_LAYER => 0,
        CONSENT_LAYER => usize::MAX,
        _ => known() + 1,
    };
    (place, layer)
}

#[cfg(test)]
mod tests {
    use super::{CONSENT_LAYER, HOST_LAYER, LAYERS, layer_order};

    #[test]
    fn known_layers_stand_in_their_order_and_others_after_them() {
        let mut layers =
            ["team", CONSENT_LAYER, "environment", HOST_LAYER, "ci", "user", "system", "workspace", "organisation"];
        layers.sort_by_key(|layer| layer_order(layer));
        assert_eq!((layers[0], &layers[1..6]), (HOST_LAYER, &LAYERS[..]));
        assert_eq!(layers[6..], ["ci", "team", CONSENT_LAYER]);
    }
}
