//! The layers of the grants and their order. Comes in: a layer's name. Goes out: where it stands. The order decides how a plan
//! reads and nothing else: a deny of any layer beats an allow of any other.

/// The layers that every host knows, from the lowest to the highest.
pub const LAYERS: [&str; 5] = ["system", "organisation", "user", "workspace", "environment"];

/// Where a layer stands: the known ones in their order, then every other by its name.
#[must_use]
pub fn layer_order(layer: &str) -> (usize, &str) {
    (LAYERS.iter().position(|known| *known == layer).unwrap_or(LAYERS.len()), layer)
}

#[cfg(test)]
mod tests {
    use super::{LAYERS, layer_order};

    #[test]
    fn known_layers_stand_in_their_order_and_others_after_them() {
        let mut layers = ["team", "environment", "ci", "user", "system", "workspace", "organisation"];
        layers.sort_by_key(|layer| layer_order(layer));
        assert_eq!(layers[..5], LAYERS);
        assert_eq!(layers[5..], ["ci", "team"]);
    }
}
